package org.kgcoop.verify;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.kgcoop.method.GapHead;
import org.kgcoop.tags.TagHead;
import org.kgcoop.tags.TagMeasurement;
import org.kgcoop.tensor.Tensor;

/** The cases of tags: the head, its left-out scores, and the threshold and promise of each tag. */
final class TagCases {
  private TagCases() {}

  static void run(Case c) {
    Tensor features = tensor(c.rows("features"));
    boolean[][] tags =
        Arrays.stream(c.rows("tags")).map(TagCases::booleans).toArray(boolean[][]::new);
    int[] groups = c.ints("groups");
    double distance = GapHead.distance(features);
    Case expect = c.at("expect");
    expect.compare("distance", distance);
    TagHead.Fit fit =
        TagHead.fit(features, tensor(c.rows("text_features")), tags, groups, distance);
    expect.compare(
        "left_out", Arrays.stream(fit.leftOut()).flatMapToDouble(Arrays::stream).toArray());
    expect.compare(
        "scores",
        Arrays.stream(c.rows("queries"))
            .flatMapToDouble(query -> Arrays.stream(fit.head().scores(query)))
            .toArray());
    List<Case> results = expect.all("results");
    if (results.size() != tags[0].length) {
      throw new IllegalArgumentException(
          "%s results of %s tags".formatted(results.size(), tags[0].length));
    }
    for (int k = 0; k < results.size(); k++) {
      int tag = k;
      boolean[] has = new boolean[tags.length];
      double[] scores = new double[tags.length];
      IntStream.range(0, tags.length)
          .forEach(
              i -> {
                has[i] = tags[i][tag];
                scores[i] = fit.leftOut()[i][tag];
              });
      compare(
          results.get(k),
          TagMeasurement.of(scores, has, groups, c.ints("folds"), c.number("wish") / 100));
    }
  }

  private static void compare(Case expected, TagMeasurement found) {
    expected.equal("by", found.by().id());
    expected.equal("positives", found.positives());
    expected.compare("effective_positives", found.effectivePositives());
    TagMeasurement.Promise promise = found.promise();
    if (promise == null || found.threshold() == null) {
      return; // not measured: the case has no more
    }
    expected.compare("threshold", found.threshold().score());
    expected.equal("images", found.threshold().images());
    expected.equal("fold_images", promise.images());
    expected.equal("fold_right", promise.right());
    expected.compare("effective_images", promise.effectiveImages());
    expected.equal("promise", promise.precision());
    expected.equal("finds", promise.recall());
    if (found.strict() != null) {
      expected.equal("strict_images", found.strict().images());
      expected.compare("strict_threshold", found.strict().score());
    }
  }

  private static Tensor tensor(double[][] rows) {
    double[] values = Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
    return Tensor.of(values, rows.length, rows[0].length);
  }

  private static boolean[] booleans(double[] row) {
    boolean[] found = new boolean[row.length];
    IntStream.range(0, row.length).forEach(k -> found[k] = row[k] == 1);
    return found;
  }
}
