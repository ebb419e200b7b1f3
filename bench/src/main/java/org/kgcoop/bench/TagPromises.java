package org.kgcoop.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.kgcoop.eval.Interval;
import org.kgcoop.method.GapHead;
import org.kgcoop.tags.LearnedTag;
import org.kgcoop.tags.TagHead;
import org.kgcoop.tags.TagMeasurement;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * How often the promises for tags hold. A sample labels some images of a population; the others
 * show what comes true. A tag of a sample is a cell.
 */
final class TagPromises {
  static final List<String> HEADER =
      List.of(
          "| Row | Naive true | Promise true (cells) | Tags below 90 % | Promise / truth"
              + " | Recall true | Written of tags | Wish true (cells) | Checked (true) |",
          "|---|---|---|---|---|---|---|---|---|");

  private static final int WISH = 80;
  private static final int LEAST_GIVEN = 30; // images that show whether a promise holds
  private static final int CHECKED = 30;
  private static final int LEAST_CELLS = 20; // of a tag
  private static final double ONE_SIDED = 0.9; // 95 %

  private final TagPopulation population;
  private final int labeled;
  private final double missing;
  private final Share naive = new Share();
  private final Share promise = new Share();
  private final Share recall = new Share();
  private final Share wish = new Share();
  private final Share checked = new Share();
  private final List<Share> perTag =
      IntStream.range(0, TagPopulation.TAGS).mapToObj(k -> new Share()).toList();
  private double promised;
  private double came;
  private int samples;
  private int tags;
  private int written;

  /** Counts how often something is true. */
  private static final class Share {
    private int count;
    private int held;

    void add(boolean holds) {
      count++;
      held += holds ? 1 : 0;
    }

    double percent() {
      return 100.0 * held / count;
    }

    @Override
    public String toString() {
      return count == 0 ? "-" : String.format(Locale.ROOT, "%.1f", percent());
    }
  }

  /**
   * Creates an empty table row.
   *
   * @param labeled the number of images that a sample labels; of bursts, whole ones up to it
   * @param missing the share of the tags of images that their labels lack
   */
  TagPromises(TagPopulation population, int labeled, double missing) {
    this.population = population;
    this.labeled = labeled;
    this.missing = missing;
  }

  /** Draws a sample, learns its tags, and counts what comes true. */
  void add(int sample) {
    Random random = new Random(1_000 + sample);
    boolean[] isLabeled = drawn(random);
    int[] own = IntStream.range(0, isLabeled.length).filter(i -> isLabeled[i]).toArray();
    int[] rest = IntStream.range(0, isLabeled.length).filter(i -> !isLabeled[i]).toArray();
    boolean[][] has = new boolean[own.length][TagPopulation.TAGS];
    for (int i = 0; i < own.length; i++) {
      for (int k = 0; k < TagPopulation.TAGS; k++) {
        has[i][k] = population.tags()[own[i]][k] && random.nextDouble() >= missing;
      }
    }
    int[] groups = IntStream.of(own).map(i -> population.groups()[i]).toArray();
    TagHead.Fit fit = fit(own, has, groups);
    float[][] scores =
        IntStream.of(rest)
            .parallel()
            .mapToObj(i -> fit.head().scores(population.features()[i]))
            .toArray(float[][]::new);
    int[] folds = TagMeasurement.folds(groups, sample);
    for (int k = 0; k < TagPopulation.TAGS; k++) {
      int tag = k;
      boolean[] column = new boolean[own.length];
      IntStream.range(0, own.length).forEach(i -> column[i] = has[i][tag]);
      double[] leftOut = Arrays.stream(fit.leftOut()).mapToDouble(row -> row[tag]).toArray();
      TagMeasurement measured = TagMeasurement.of(leftOut, column, groups, folds, WISH / 100.0);
      if (measured.positives() > 0) {
        add(k, measured, leftOut, column, new Truth(k, rest, scores), random);
      }
    }
    samples++;
  }

  private boolean[] drawn(Random random) {
    List<Integer> order =
        new ArrayList<>(IntStream.of(population.groups()).distinct().boxed().toList());
    Collections.shuffle(order, random);
    int[] sizes = new int[order.size()];
    IntStream.of(population.groups()).forEach(group -> sizes[group]++);
    boolean[] chosen = new boolean[order.size()];
    int images = 0;
    for (int group : order) {
      images += sizes[group];
      if (images > labeled) {
        break;
      }
      chosen[group] = true;
    }
    boolean[] drawn = new boolean[population.groups().length];
    IntStream.range(0, drawn.length).forEach(i -> drawn[i] = chosen[population.groups()[i]]);
    return drawn;
  }

  private TagHead.Fit fit(int[] own, boolean[][] has, int[] groups) {
    try (Scope scope = Scope.open("sample")) {
      Tensor features =
          Tensor.ofRows(
              IntStream.of(own).mapToObj(i -> population.features()[i]).toArray(float[][]::new));
      return TagHead.fit(
          features, Tensor.ofRows(population.texts()), has, groups, GapHead.distance(features));
    }
  }

  /** What the other images say about a tag. */
  private final class Truth {
    private final int tag;
    private final int[] rest;
    private final float[][] scores;

    Truth(int tag, int[] rest, float[][] scores) {
      this.tag = tag;
      this.rest = rest;
      this.scores = scores;
    }

    private boolean has(int i) {
      return population.tags()[rest[i]][tag];
    }

    /** Returns the images that reach a threshold, as positions. */
    List<Integer> given(double threshold) {
      return IntStream.range(0, rest.length)
          .filter(i -> scores[i][tag] >= threshold)
          .boxed()
          .toList();
    }

    double right(List<Integer> images) {
      return images.stream().filter(this::has).count();
    }

    double positives() {
      return IntStream.range(0, rest.length).filter(this::has).count();
    }
  }

  private void add(
      int k, TagMeasurement measured, double[] leftOut, boolean[] has, Truth truth, Random random) {
    tags++;
    LearnedTag tag = LearnedTag.of(TagCollages.TEXTS.get(k), measured, WISH, missing > 0);
    TagMeasurement.Threshold best = Objects.requireNonNull(measured.threshold());
    List<Integer> given = truth.given(best.score());
    double share = truth.right(given) / given.size();
    boolean isKnown = given.size() >= LEAST_GIVEN;
    TagMeasurement.Promise folds = measured.promise();
    if (isKnown && folds != null) {
      double right =
          IntStream.range(0, has.length).filter(i -> has[i] && leftOut[i] >= best.score()).count();
      double limit = Interval.ofShare(right, best.images(), ONE_SIDED).low();
      naive.add(Math.floor(100 * limit) <= 100 * share);
    }
    if (isKnown && folds != null && folds.images() > 0) {
      boolean holds = folds.precision() <= 100 * share;
      promise.add(holds);
      perTag.get(k).add(holds);
      recall.add(folds.recall() <= 100 * truth.right(given) / truth.positives());
      promised += folds.precision();
      came += 100 * share;
    }
    if (tag.by().isWritten()) {
      written++;
      List<Integer> out = truth.given(tag.threshold());
      if (out.size() >= LEAST_GIVEN) {
        wish.add(truth.right(out) >= WISH / 100.0 * out.size());
      }
    } else if (isKnown) {
      List<Integer> asked = new ArrayList<>(given);
      Collections.shuffle(asked, random);
      int right = (int) truth.right(asked.subList(0, CHECKED));
      if (TagMeasurement.afterCheck(right, CHECKED) >= WISH) {
        checked.add(100 * share >= WISH);
      }
    }
  }

  /** Returns the row of the table. */
  String row(String name) {
    List<Share> often = perTag.stream().filter(share -> share.count >= LEAST_CELLS).toList();
    return String.format(
        Locale.ROOT,
        "| `%s` | %s | %s (%s) | %s of %s | %s | %s | %.1f of %.0f | %s (%s) | %.1f (%s) |",
        name,
        naive,
        promise,
        promise.count,
        often.stream().filter(share -> share.percent() < 90).count(),
        often.size(),
        promise.count == 0
            ? "-"
            : String.format(
                Locale.ROOT, "%.0f / %.0f", promised / promise.count, came / promise.count),
        recall,
        (double) written / samples,
        (double) tags / samples,
        wish,
        wish.count,
        (double) checked.count / samples,
        checked);
  }
}
