package org.kgcoop.verify;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.kgcoop.eval.Interval;
import org.kgcoop.eval.Softmax;
import org.kgcoop.label.Audit;
import org.kgcoop.label.NextImages;
import org.kgcoop.label.Share;
import org.kgcoop.method.GapHead;
import org.kgcoop.tensor.Tensor;

/** The cases of labeling: heads after some answers, the next images, and the audit's limits. */
final class SortingCases {
  private static final double EXACT_SCALE = 1.7; // beta of a case is 1.7 / d

  private SortingCases() {}

  static void interval(Case c) {
    double confidence = 1 - c.number("alpha");
    int n = c.integer("n");
    Interval limits =
        c.text("kind").equals("clopper_pearson")
            ? Interval.ofShare(c.integer("right"), n, confidence)
            : Interval.ofCount(c.integer("wrong"), n, c.integer("remaining"), confidence);
    c.compare("ends", new double[] {limits.low(), limits.high()});
  }

  /** Recomputes a session: each step adds the labels of the images of the step before. */
  static void head(Case c, Case constants) {
    double[][] features = c.rows("features");
    int[] labels = c.ints("labels");
    List<Integer> audited = c.integers("audit_images");
    boolean[] audit = new boolean[features.length];
    audited.forEach(i -> audit[i] = true);
    Tensor images = Tensor.of(flat(features), features.length, features[0].length);
    double distance = GapHead.distance(images);
    c.compare("beta", EXACT_SCALE / distance);
    boolean[] remaining = new boolean[features.length];
    Arrays.fill(remaining, true);
    try (GapHead head =
        new GapHead(images, c.rows("text_features"), constants.number("scale"), distance)) {
      for (Case step : c.all("steps")) {
        int[] labeled = step.ints("labeled");
        double[][] rows =
            Arrays.stream(labeled).mapToObj(i -> features[i]).toArray(double[][]::new);
        int[] classes = Arrays.stream(labeled).map(i -> labels[i]).toArray();
        GapHead.Fit fit = head.fit(rows, classes);
        step.compare("probabilities", flat(fit.probabilities()));
        if (fit.tau().isPresent()) {
          step.compare("tau", fit.tau().getAsDouble());
        } else {
          step.equal("tau", null);
        }
        if (step.has("left_out")) {
          step.compare("left_out", flat(head.leftOut(rows, classes)));
        }
        int[] rest = IntStream.range(0, remaining.length).filter(i -> remaining[i]).toArray();
        NextImages.Step next =
            NextImages.choose(
                fit.probabilities(), rest, audit, c.integer("page_size"), c.integer("batch"));
        compare(step.at("page"), next);
        audit(step.at("audit"), fit, labels, audited, remaining);
        next.shown().forEach(i -> remaining[i] = false);
        next.passed().forEach(i -> remaining[i] = false);
      }
    }
  }

  private static void compare(Case page, NextImages.Step next) {
    page.equal("kind", next.isPage() ? "page" : "questions");
    page.equal("cls", next.proposed());
    page.equal("show", next.shown());
    page.equal("passed", next.passed());
    page.compare("question_rate", next.questionRate());
    page.compare("page_rate", next.pageRate());
  }

  private static void audit(
      Case expected, GapHead.Fit fit, int[] labels, List<Integer> audited, boolean[] remaining) {
    double[][] p = fit.probabilities();
    List<Integer> sample = audited.stream().filter(i -> remaining[i]).toList();
    int count = (int) IntStream.range(0, remaining.length).filter(i -> remaining[i]).count();
    int wrong = (int) sample.stream().filter(i -> Softmax.argMax(p[i]) != labels[i]).count();
    int right = (int) audited.stream().filter(i -> Softmax.argMax(p[i]) == labels[i]).count();
    expected.equal("remaining", count);
    expected.equal("unpassed", sample.size());
    expected.equal("wrong", wrong);
    expected.equal("right", right);
    Audit.Remaining left = new Audit.Remaining(count, sample.size(), wrong, 0);
    Share folder = Audit.folder(left, 0, 0, remaining.length, sample.size(), 1);
    expected.compare("folder_low", folder.low());
    expected.compare("folder_high", folder.high());
    Share fresh = Audit.newImages(right, audited.size());
    expected.compare("new", new double[] {fresh.low(), fresh.high()});
  }

  private static double[] flat(double[][] rows) {
    return Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
  }
}
