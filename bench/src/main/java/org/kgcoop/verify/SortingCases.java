package org.kgcoop.verify;

import static org.kgcoop.verify.ReferenceFolder.doubles;
import static org.kgcoop.verify.ReferenceFolder.integers;
import static org.kgcoop.verify.ReferenceFolder.ints;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.kgcoop.eval.Interval;
import org.kgcoop.label.Audit;
import org.kgcoop.label.NextImages;
import org.kgcoop.label.Share;
import org.kgcoop.method.GapHead;
import org.kgcoop.tensor.Tensor;

/** The cases of labeling: heads after some answers, the next images, and the audit's limits. */
final class SortingCases {
  private static final double EXACT_SCALE = 1.7; // beta of a case is 1.7 / d

  private SortingCases() {}

  static void interval(JsonNode c, Comparison comparison) {
    double confidence = 1 - c.path("alpha").asDouble();
    int n = c.path("n").asInt();
    Interval limits =
        c.path("kind").asText().equals("clopper_pearson")
            ? Interval.ofShare(c.path("right").asInt(), n, confidence)
            : Interval.ofCount(c.path("wrong").asInt(), n, c.path("remaining").asInt(), confidence);
    double[] ends = {limits.low(), limits.high()};
    comparison.numbers("ends", ends, doubles(c.path("ends")));
  }

  /** Recomputes a session: each step adds the labels of the images of the step before. */
  static void head(JsonNode c, JsonNode constants, Comparison comparison) {
    double[][] features = matrix(c.path("features"));
    double[][] texts = matrix(c.path("text_features"));
    int[] labels = ints(c.path("labels"));
    List<Integer> audited = integers(c.path("audit_images"));
    boolean[] audit = new boolean[features.length];
    audited.forEach(i -> audit[i] = true);
    Tensor images =
        Tensor.of(
            Arrays.stream(features).flatMapToDouble(Arrays::stream).toArray(),
            features.length,
            features[0].length);
    double distance = GapHead.distance(images);
    comparison.value("beta", EXACT_SCALE / distance, c.path("beta").asDouble());
    boolean[] remaining = new boolean[features.length];
    Arrays.fill(remaining, true);
    try (GapHead head = new GapHead(images, texts, constants.path("scale").asDouble(), distance)) {
      for (JsonNode step : c.path("steps")) {
        int[] labeled = ints(step.path("labeled"));
        double[][] rows =
            Arrays.stream(labeled).mapToObj(i -> features[i]).toArray(double[][]::new);
        int[] classes = Arrays.stream(labeled).map(i -> labels[i]).toArray();
        GapHead.Fit fit = head.fit(rows, classes);
        compare(comparison, "probabilities", fit.probabilities(), step.path("probabilities"));
        comparison.equal("has tau", fit.tau().isPresent(), !step.path("tau").isNull());
        fit.tau().ifPresent(tau -> comparison.value("tau", tau, step.path("tau").asDouble()));
        if (step.has("left_out")) {
          compare(comparison, "left out", head.leftOut(rows, classes), step.path("left_out"));
        }
        int[] rest = IntStream.range(0, remaining.length).filter(i -> remaining[i]).toArray();
        NextImages.Step next =
            NextImages.choose(
                fit.probabilities(),
                rest,
                audit,
                c.path("page_size").asInt(),
                c.path("batch").asInt());
        compare(comparison, next, step.path("page"));
        audit(comparison, fit, labels, audited, remaining, step.path("audit"));
        next.shown().forEach(i -> remaining[i] = false);
        next.passed().forEach(i -> remaining[i] = false);
      }
    }
  }

  private static void compare(Comparison comparison, NextImages.Step next, JsonNode page) {
    comparison.equal("kind", next.isPage() ? "page" : "questions", page.path("kind").asText());
    comparison.equal("class", next.proposed(), page.path("cls").asInt());
    comparison.equal("shown", next.shown(), integers(page.path("show")));
    comparison.equal("passed", next.passed(), integers(page.path("passed")));
    comparison.value("question rate", next.questionRate(), page.path("question_rate").asDouble());
    comparison.value("page rate", next.pageRate(), page.path("page_rate").asDouble());
  }

  private static void audit(
      Comparison comparison,
      GapHead.Fit fit,
      int[] labels,
      List<Integer> audited,
      boolean[] remaining,
      JsonNode expected) {
    double[][] p = fit.probabilities();
    List<Integer> sample = audited.stream().filter(i -> remaining[i]).toList();
    int count = (int) IntStream.range(0, remaining.length).filter(i -> remaining[i]).count();
    int wrong = (int) sample.stream().filter(i -> NextImages.argmax(p[i]) != labels[i]).count();
    int right = (int) audited.stream().filter(i -> NextImages.argmax(p[i]) == labels[i]).count();
    comparison.equal("remaining", count, expected.path("remaining").asInt());
    comparison.equal("unpassed", sample.size(), expected.path("unpassed").asInt());
    comparison.equal("wrong", wrong, expected.path("wrong").asInt());
    comparison.equal("right", right, expected.path("right").asInt());
    Share folder =
        Audit.folder(
            new Audit.Remaining(count, sample.size(), wrong, 0),
            0,
            0,
            remaining.length,
            sample.size(),
            1);
    comparison.value("folder low", folder.low(), expected.path("folder_low").asDouble());
    comparison.value("folder high", folder.high(), expected.path("folder_high").asDouble());
    Share fresh = Audit.newImages(right, audited.size());
    comparison.numbers(
        "new", new double[] {fresh.low(), fresh.high()}, doubles(expected.path("new")));
  }

  private static void compare(
      Comparison comparison, String what, double[][] actual, JsonNode expected) {
    comparison.numbers(
        what,
        Arrays.stream(actual).flatMapToDouble(Arrays::stream).toArray(),
        Arrays.stream(matrix(expected)).flatMapToDouble(Arrays::stream).toArray());
  }

  private static double[][] matrix(JsonNode rows) {
    return StreamSupport.stream(rows.spliterator(), false)
        .map(ReferenceFolder::doubles)
        .toArray(double[][]::new);
  }
}
