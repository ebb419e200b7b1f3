package org.kgcoop.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kgcoop.KgCoopException;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.classifier.PublishedDefaults;
import org.kgcoop.clip.Clip;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.model.FixedHead;
import org.kgcoop.model.Head;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** Computes expected values directly from the formula, by elimination. */
class ProkerTest {
  private static final int WIDTH = 12;
  private static final List<Integer> LABELS = List.of(0, 1, 2, 0, 1, 2, 1, 0);
  private static final int CLASSES = 3;

  private static Clip clip;

  @BeforeAll
  static void load() {
    clip = TinyClip.load();
  }

  @AfterAll
  static void close() {
    clip.close();
  }

  private static SettingValues explicitSettings() {
    return SettingValues.of("method", Proker.ID);
  }

  private static LabeledViews views(int count, List<Integer> labels) {
    return new LabeledViews(TinyClip.normal(7, 1, count, labels.size(), WIDTH), labels);
  }

  private static double[][] matrix(Tensor rows) {
    float[] values = rows.toFloats();
    int width = (int) rows.size(1);
    double[][] all = new double[values.length / width][width];
    for (int i = 0; i < values.length; i++) {
      all[i / width][i % width] = values[i];
    }
    return all;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int e = 0; e < a.length; e++) {
      sum += a[e] * b[e];
    }
    return sum;
  }

  /**
   * Computes the logits of an image with a regression that excludes the rows of image {@code left}:
   * {@code scale (x . t_c + w sum_i k(x, x_i) g_ic)} with {@code (K + lambda I) g = Y - F T'} and
   * {@code w = 100 lambda / scale}.
   */
  private static double[] logits(
      double[][] rows, int left, double[][] texts, double beta, double lambda, double[] image) {
    int images = LABELS.size();
    int[] kept = IntStream.range(0, rows.length).filter(r -> r % images != left).toArray();
    int n = kept.length;
    double[] logits = new double[texts.length];
    for (int c = 0; c < texts.length; c++) {
      double[][] a = new double[n][n + 1];
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          a[i][j] = Math.exp(-beta * (1 - dot(rows[kept[i]], rows[kept[j]])));
        }
        a[i][i] += lambda;
        a[i][n] = (LABELS.get(kept[i] % images) == c ? 1 : 0) - dot(rows[kept[i]], texts[c]);
      }
      double[] g = solved(a);
      logits[c] = clip.logitScale() * dot(image, texts[c]);
      for (int i = 0; i < n; i++) {
        logits[c] += 100 * lambda * Math.exp(-beta * (1 - dot(image, rows[kept[i]]))) * g[i];
      }
    }
    return logits;
  }

  /** Solves a linear system. The last column is the right-hand side. */
  private static double[] solved(double[][] a) {
    int n = a.length;
    for (int p = 0; p < n; p++) {
      for (int i = p + 1; i < n; i++) {
        double factor = a[i][p] / a[p][p];
        for (int j = p; j <= n; j++) {
          a[i][j] -= factor * a[p][j];
        }
      }
    }
    double[] x = new double[n];
    for (int i = n - 1; i >= 0; i--) {
      x[i] = a[i][n];
      for (int j = i + 1; j < n; j++) {
        x[i] -= a[i][j] * x[j];
      }
      x[i] /= a[i][i];
    }
    return x;
  }

  @Test
  void logitsAreThoseOfTheFormulaAndASumOfTextsAndACache() {
    try (Scope scope = Scope.open("test")) {
      LabeledViews views = views(2, LABELS);
      GivenFitContext context = new GivenFitContext(clip, CLASSES, views, Optional.empty());
      FittedMethod learned =
          context.fit(
              MethodRegistry.parse(
                  explicitSettings().with("views", 2).with("beta", 1.5).with("lambda", 0.05)));
      assertThat(context.chosen).isEmpty();
      Tensor rows = views.features().reshape(-1, WIDTH).unitRows();
      double[][] asked = matrix(rows);
      Tensor texts = texts(learned.classNames());
      try (Head found = learned.classifier(clip, learned.classNames());
          Head some = learned.classifier(clip, List.of("class 2", "class 0"))) {
        float[] logits = found.logits(rows).toFloats();
        float[] ofSome = some.logits(rows).toFloats();
        for (int i = 0; i < asked.length; i++) {
          double[] expected = logits(asked, -1, matrix(texts), 1.5, 0.05, asked[i]);
          for (int c = 0; c < CLASSES; c++) {
            assertThat((double) logits[i * CLASSES + c]).isCloseTo(expected[c], within(1e-3));
          }
          assertThat((double) ofSome[2 * i]).isCloseTo(expected[2], within(1e-3));
          assertThat((double) ofSome[2 * i + 1]).isCloseTo(expected[0], within(1e-3));
        }
        assertThat(found.fixed().orElseThrow()).isInstanceOf(FixedHead.Sum.class);
        assertThat(found.classFeatures()).isEmpty();
      }
      assertThatThrownBy(() -> learned.classifier(clip, List.of("cow")))
          .hasMessageContaining(
              "ProKeR: a kernel of images cannot be used on new classes, such as 'cow'");
    }
  }

  private static Tensor texts(List<String> names) {
    return new ZeroShot(List.of("a photo of a {}.")).classFeatures(clip, names);
  }

  /** Refits without each image in turn, which excludes both of its views. */
  @Test
  void betaAndLambdaAreThoseOfTheMostCorrectShotsAndThenOfTheSmallestLoss() {
    try (Scope scope = Scope.open("test")) {
      LabeledViews views = views(2, LABELS);
      GivenFitContext context = new GivenFitContext(clip, CLASSES, views, Optional.empty());
      FittedMethod learned = context.fit(MethodRegistry.parse(explicitSettings().with("views", 2)));
      double[][] rows = matrix(views.features().reshape(-1, WIDTH).unitRows());
      double[][] texts = matrix(texts(learned.classNames()));
      double unit = medianDistance(rows);
      double[] best = new double[2];
      int most = -1;
      double least = 0;
      for (double relative : Proker.BETAS) {
        for (double lambda : Proker.LAMBDAS) {
          int correct = 0;
          double loss = 0;
          for (int i = 0; i < rows.length; i++) {
            int label = LABELS.get(i % LABELS.size());
            double[] logits =
                logits(rows, i % LABELS.size(), texts, relative / unit, lambda, rows[i]);
            int predicted = 0;
            double sum = 0;
            for (int c = 0; c < CLASSES; c++) {
              predicted = logits[c] > logits[predicted] ? c : predicted;
              sum += Math.exp(logits[c]);
            }
            correct += predicted == label ? 1 : 0;
            loss += Math.log(sum) - logits[label];
          }
          if (correct > most || (correct == most && loss < least)) {
            best = new double[] {relative / unit, lambda};
            most = correct;
            least = loss;
          }
        }
      }
      assertThat((double) Objects.requireNonNull(context.chosen.get("beta")))
          .isCloseTo(best[0], within(1e-9));
      assertThat(context.chosen).containsEntry("lambda", best[1]).containsEntry("by", "folds");
      assertThat(learned.method().settingValues().toJson().path("lambda").asDouble())
          .isEqualTo(best[1]);
    }
  }

  /** Computes the median distance over pairs of first views. */
  private static double medianDistance(double[][] rows) {
    double[] distances = new double[LABELS.size() * (LABELS.size() - 1) / 2];
    int next = 0;
    for (int i = 0; i < LABELS.size(); i++) {
      for (int j = 0; j < i; j++) {
        distances[next++] = 1 - dot(rows[i], rows[j]);
      }
    }
    Arrays.sort(distances);
    return (distances[13] + distances[14]) / 2; // of 28
  }

  @Test
  void validationImagesChooseWhereThatIsAskedFor() {
    try (Scope scope = Scope.open("test")) {
      LabeledViews views = views(1, LABELS);
      // The validation images are the training images, which the smallest lambda fits best.
      LabeledFeatures own = new LabeledFeatures(views.features().select(0, 0).unitRows(), LABELS);
      GivenFitContext context = new GivenFitContext(clip, CLASSES, views, Optional.of(own));
      fit(explicitSettings().with("views", 1), context);
      assertThat(context.chosen).containsEntry("by", "folds");
      FittedMethod learned =
          context.fit(
              MethodRegistry.parse(
                  explicitSettings().with("views", 1).with("select_on", "validation")));
      assertThat(context.chosen).containsEntry("by", "validation");
      try (Head found = learned.classifier(clip, learned.classNames())) {
        assertThat(Probe.correct(found, own.features(), own.labelArray())).isEqualTo(8);
      }
    }
  }

  @Test
  void oneImageOfEachClassHasThePublishedSettingsOfOneShotAndStatedOnesStay() {
    List<Integer> one = List.of(0, 1, 2);
    try (Scope scope = Scope.open("test")) {
      GivenFitContext context = new GivenFitContext(clip, CLASSES, views(2, one), Optional.empty());
      fit(explicitSettings().with("views", 2), context);
      assertThat(context.chosen)
          .containsEntry("beta", 3.0)
          .containsEntry("lambda", 0.05)
          .containsEntry("by", "default");
      fit(explicitSettings().with("views", 2).with("beta", 2), context);
      assertThat(context.chosen).containsEntry("beta", 2.0).containsEntry("lambda", 0.05);
      GivenFitContext more = new GivenFitContext(clip, CLASSES, views(1, LABELS), Optional.empty());
      fit(explicitSettings().with("views", 1).with("select_on", "none"), more);
      assertThat(more.chosen).containsEntry("beta", 2.6).containsEntry("by", "default");
    }
  }

  /** With more rows than a search can have, it sees the first images of each class. */
  @Test
  void aPartOfManyImagesChooses() {
    List<Integer> labels = List.of(0, 0, 0, 0, 1, 2, 1, 2);
    List<Integer> kept = List.of(0, 1, 4, 5, 6, 7);
    try (Scope scope = Scope.open("test")) {
      LabeledViews views =
          new LabeledViews(TinyClip.normal(7, 1, 500, labels.size(), WIDTH), labels);
      assertThat(views.evenly(6)).containsExactly(0, 1, 4, 5, 6, 7);
      assertThat(views.evenly(5)).as("two images of some classes").containsExactly(4, 5, 6, 7);
      assertThat(views.evenly(100)).hasSize(8);
      LabeledViews part = views.part(3, views.evenly(6));
      assertThat(part.rowLabels()).hasSize(18).startsWith(0, 0, 1, 2, 1, 2, 0, 0);
      for (int i = 0; i < 6; i++) {
        assertThat(part.features().select(0, 2).select(0, i).toFloats())
            .isEqualTo(views.features().select(0, 2).select(0, kept.get(i)).toFloats());
      }
    }
  }

  @Test
  @Tag("system")
  void aChoiceByAPartOfTheImagesIsNamedAndTheFitHasAll() {
    int images = 24;
    int count = 105; // 2,520 rows
    List<Integer> labels = IntStream.range(0, images).mapToObj(i -> i % CLASSES).toList();
    try (Scope scope = Scope.open("test")) {
      GivenFitContext context =
          new GivenFitContext(clip, CLASSES, views(count, labels), Optional.empty());
      SettingValues few = explicitSettings().with("views", count).with("beta", 1.5);
      FittedMethod learned = context.fit(MethodRegistry.parse(few));
      assertThat(context.chosen).containsEntry("by", "folds, part").containsEntry("beta", 1.5);
      assertThat(learned.value("features").count()).isEqualTo((long) count * images * WIDTH);
    }
  }

  @Test
  void rejectsWrongValuesAndTooManyRows() {
    assertThatThrownBy(() -> MethodRegistry.parse(explicitSettings().with("lambda", 0)))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("setting lambda: expected above 0");
    try (Scope scope = Scope.open("test")) {
      LabeledViews many =
          new LabeledViews(TinyClip.normal(7, 1, 1, 10_001, WIDTH), Collections.nCopies(10_001, 0));
      GivenFitContext context = new GivenFitContext(clip, 1, many, Optional.empty());
      assertThatThrownBy(
              () -> context.fit(MethodRegistry.parse(explicitSettings().with("views", 1))))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("10001 rows")
          .hasMessageContaining("--set proker.views=0");
    }
  }

  @Test
  void settingsAreReadBackAsTheyAreWrittenAndThePublishedSearchComesWithPublished() {
    Method method =
        MethodRegistry.parse(explicitSettings().with("beta", "auto").with("lambda", 0.2));
    assertThat(MethodRegistry.parse(method.settingValues())).isEqualTo(method);
    PublishedDefaults preset = PublishedDefaults.FEW_SHOT;
    assertThat(((Proker) preset.method(explicitSettings(), TaskContext.ANY)).search())
        .isEqualTo(SelectionData.FOLDS);
    assertThat(((Proker) preset.method(explicitSettings(), TaskContext.ANY, true)).search())
        .isEqualTo(SelectionData.VALIDATION);
    SettingValues none = explicitSettings().with("select_on", "none");
    assertThat(((Proker) preset.method(none, TaskContext.ANY, true)).search())
        .isEqualTo(SelectionData.NONE);
  }

  private static void fit(SettingValues settings, FitContext context) {
    Fit unused = MethodRegistry.parse(settings).fit(context);
  }
}
