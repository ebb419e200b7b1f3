package org.kgcoop.verify;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
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

  static void interval(ReferenceCase c) {
    double confidence = 1 - c.number("alpha");
    int n = c.whole("n");
    Interval limits =
        c.text("kind").equals("clopper_pearson")
            ? Interval.ofShare(c.whole("right"), n, confidence)
            : Interval.ofCount(c.whole("wrong"), n, c.whole("remaining"), confidence);
    c.numbers("ends", limits.low(), limits.high());
  }

  /** Recomputes a session: each step adds the labels of the images of the step before. */
  static void head(ReferenceCase c, double scale) {
    double[][] features = c.rows("features");
    int[] labels = c.ints("labels");
    List<Integer> audited = c.integers("audit_images");
    boolean[] audit = new boolean[features.length];
    audited.forEach(i -> audit[i] = true);
    Tensor images = Tensor.of(ReferenceCase.flat(features), features.length, features[0].length);
    double distance = GapHead.distance(images);
    c.value("beta", EXACT_SCALE / distance);
    boolean[] remaining = new boolean[features.length];
    Arrays.fill(remaining, true);
    try (GapHead head = new GapHead(images, c.rows("text_features"), scale, distance)) {
      for (int s = 0; s < c.path("steps").size(); s++) {
        ReferenceCase step = c.at("steps", s);
        int[] labeled = step.ints("labeled");
        double[][] rows =
            Arrays.stream(labeled).mapToObj(i -> features[i]).toArray(double[][]::new);
        int[] classes = Arrays.stream(labeled).map(i -> labels[i]).toArray();
        GapHead.Fit fit = head.fit(rows, classes);
        step.rows("probabilities", ReferenceCase.flat(fit.probabilities()));
        step.comparison().equal("has tau", fit.tau().isPresent(), !step.path("tau").isNull());
        fit.tau().ifPresent(tau -> step.value("tau", tau));
        if (step.has("left_out")) {
          step.rows("left_out", ReferenceCase.flat(head.leftOut(rows, classes)));
        }
        int[] rest = IntStream.range(0, remaining.length).filter(i -> remaining[i]).toArray();
        NextImages.Step next =
            NextImages.choose(
                fit.probabilities(), rest, audit, c.whole("page_size"), c.whole("batch"));
        compare(next, step.at("page"));
        audit(fit, labels, audited, remaining, step.at("audit"));
        next.shown().forEach(i -> remaining[i] = false);
        next.passed().forEach(i -> remaining[i] = false);
      }
    }
  }

  private static void compare(NextImages.Step next, ReferenceCase page) {
    page.comparison().equal("kind", next.isPage() ? "page" : "questions", page.text("kind"));
    page.count("cls", next.proposed());
    page.integers("show", next.shown());
    page.integers("passed", next.passed());
    page.value("question_rate", next.questionRate());
    page.value("page_rate", next.pageRate());
  }

  private static void audit(
      GapHead.Fit fit,
      int[] labels,
      List<Integer> audited,
      boolean[] remaining,
      ReferenceCase expected) {
    double[][] p = fit.probabilities();
    List<Integer> sample = audited.stream().filter(i -> remaining[i]).toList();
    int count = (int) IntStream.range(0, remaining.length).filter(i -> remaining[i]).count();
    int wrong = (int) sample.stream().filter(i -> NextImages.argmax(p[i]) != labels[i]).count();
    int right = (int) audited.stream().filter(i -> NextImages.argmax(p[i]) == labels[i]).count();
    expected.count("remaining", count);
    expected.count("unpassed", sample.size());
    expected.count("wrong", wrong);
    expected.count("right", right);
    Audit.Remaining rest = new Audit.Remaining(count, sample.size(), wrong, 0);
    Share folder = Audit.folder(rest, 0, 0, remaining.length, sample.size(), 1);
    expected.value("folder_low", folder.low());
    expected.value("folder_high", folder.high());
    Share fresh = Audit.newImages(right, audited.size());
    expected.numbers("new", fresh.low(), fresh.high());
  }
}
