package org.kgcoop.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.kgcoop.KgCoopException;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.clip.Clip;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.model.FixedHead;
import org.kgcoop.model.Head;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** Computes expected values directly from the formula, with one matrix and plain loops. */
class GdaTest {
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
    return SettingValues.of("method", Gda.ID);
  }

  private static LabeledViews views(int count, List<Integer> labels) {
    return new LabeledViews(TinyClip.normal(7, 1, count, labels.size(), WIDTH), labels);
  }

  private static double[][] unitRows(LabeledViews views) {
    float[] values = views.features().reshape(-1, WIDTH).unitRows().toFloats();
    double[][] rows = new double[values.length / WIDTH][WIDTH];
    for (int i = 0; i < values.length; i++) {
      rows[i / WIDTH][i % WIDTH] = values[i];
    }
    return rows;
  }

  /** Computes {@code f . w_c + b_c} with Gaussians that are fitted without the rows of an image. */
  private static double[][] densities(
      double[][] rows, List<Integer> labels, int classes, int left, double[][] asked) {
    int images = labels.size();
    double[][] mean = new double[classes][WIDTH];
    int[] count = new int[classes];
    int n = 0;
    for (int r = 0; r < rows.length; r++) {
      if (r % images != left) {
        n++;
        count[labels.get(r % images)]++;
        for (int e = 0; e < WIDTH; e++) {
          mean[labels.get(r % images)][e] += rows[r][e];
        }
      }
    }
    for (int c = 0; c < classes; c++) {
      for (int e = 0; e < WIDTH; e++) {
        mean[c][e] /= count[c];
      }
    }
    double[][] matrix = new double[WIDTH][WIDTH];
    double trace = 0;
    for (int r = 0; r < rows.length; r++) {
      if (r % images != left) {
        double[] m = mean[labels.get(r % images)];
        for (int a = 0; a < WIDTH; a++) {
          trace += (rows[r][a] - m[a]) * (rows[r][a] - m[a]);
          for (int b = 0; b < WIDTH; b++) {
            matrix[a][b] += (rows[r][a] - m[a]) * (rows[r][b] - m[b]);
          }
        }
      }
    }
    for (int e = 0; e < WIDTH; e++) {
      matrix[e][e] += trace / (n - 1);
    }
    double[][] densities = new double[asked.length][classes];
    for (int c = 0; c < classes; c++) {
      double[] w = solved(matrix, mean[c]);
      for (int i = 0; i < asked.length; i++) {
        for (int e = 0; e < WIDTH; e++) {
          densities[i][c] += WIDTH * w[e] * (asked[i][e] - mean[c][e] / 2);
        }
        densities[i][c] -= Math.log(classes);
      }
    }
    return densities;
  }

  /** Solves {@code matrix x = right} by elimination. */
  private static double[] solved(double[][] matrix, double[] right) {
    double[][] a = new double[WIDTH][];
    for (int i = 0; i < WIDTH; i++) {
      a[i] = Arrays.copyOf(matrix[i], WIDTH + 1);
      a[i][WIDTH] = right[i];
    }
    for (int p = 0; p < WIDTH; p++) {
      for (int i = p + 1; i < WIDTH; i++) {
        double factor = a[i][p] / a[p][p];
        for (int j = p; j <= WIDTH; j++) {
          a[i][j] -= factor * a[p][j];
        }
      }
    }
    double[] x = new double[WIDTH];
    for (int i = WIDTH - 1; i >= 0; i--) {
      x[i] = a[i][WIDTH];
      for (int j = i + 1; j < WIDTH; j++) {
        x[i] -= a[i][j] * x[j];
      }
      x[i] /= a[i][i];
    }
    return x;
  }

  @Test
  void leavingAnImageOutInClosedFormIsFittingWithoutIt() {
    for (int count : new int[] {1, 3}) {
      try (Scope scope = Scope.open("test")) {
        LabeledViews views = views(count, LABELS);
        double[][] rows = unitRows(views);
        int[] groups = new int[rows.length];
        int[] labels = new int[rows.length];
        for (int r = 0; r < rows.length; r++) {
          groups[r] = r % LABELS.size();
          labels[r] = LABELS.get(groups[r]);
        }
        double[][] left =
            new GaussianLeaveOneOut(
                    new GaussianDiscriminant(
                        views.features().reshape(-1, WIDTH).unitRows(), labels, CLASSES),
                    groups)
                .logits()
                .values()
                .toArray(double[][]::new);
        for (int image = 0; image < LABELS.size(); image++) {
          double[][] own = new double[count][];
          double[][] found = new double[count][];
          for (int v = 0; v < count; v++) {
            own[v] = rows[v * LABELS.size() + image];
            found[v] = left[v * LABELS.size() + image];
          }
          double[][] expected = densities(rows, LABELS, CLASSES, image, own);
          for (int v = 0; v < count; v++) {
            assertThat(found[v]).containsExactly(expected[v], within(1e-5));
          }
        }
      }
    }
  }

  @Test
  void logitsAreThoseOfTheFormulaAndOneLinearHead() {
    try (Scope scope = Scope.open("test")) {
      LabeledViews views = views(2, LABELS);
      GivenFitContext context = new GivenFitContext(clip, CLASSES, views, Optional.empty());
      Method method = MethodRegistry.parse(explicitSettings().with("views", 2).with("weight", 0.5));
      FittedMethod learned = context.fit(method);
      double[][] rows = unitRows(views);
      double[][] densities = densities(rows, LABELS, CLASSES, -1, rows);
      double alpha = 0.5 * (2 * LABELS.size() - 1) / WIDTH;
      Tensor asked = views.features().reshape(-1, WIDTH).unitRows();
      try (Head found = learned.classifier(clip, learned.classNames());
          Head zeroShot =
              new ZeroShot(List.of("a photo of a {}.")).classifier(clip, learned.classNames())) {
        float[] logits = found.logits(asked).toFloats();
        float[] plain = zeroShot.logits(asked).toFloats();
        for (int i = 0; i < rows.length; i++) {
          for (int c = 0; c < CLASSES; c++) {
            assertThat((double) logits[i * CLASSES + c])
                .isCloseTo(plain[i * CLASSES + c] + alpha * densities[i][c], within(1e-3));
          }
        }
        assertThat(found.fixed()).containsInstanceOf(FixedHead.Linear.class);
      }
    }
  }

  @Test
  void theWeightIsThatOfTheMostCorrectShotsAndThenOfTheSmallestLoss() {
    try (Scope scope = Scope.open("test")) {
      LabeledViews views = views(1, LABELS);
      GivenFitContext context = new GivenFitContext(clip, CLASSES, views, Optional.empty());
      FittedMethod learned = context.fit(MethodRegistry.parse(explicitSettings().with("views", 1)));
      double[][] rows = unitRows(views);
      double best = 0;
      int most = -1;
      double least = 0;
      try (Head zeroShot =
          new ZeroShot(List.of("a photo of a {}.")).classifier(clip, learned.classNames())) {
        float[] plain = zeroShot.logits(context.train().features()).toFloats();
        for (double weight : Gda.GRID) {
          int correct = 0;
          double loss = 0;
          for (int i = 0; i < rows.length; i++) {
            double[] density = densities(rows, LABELS, CLASSES, i, new double[][] {rows[i]})[0];
            double alpha = weight * (rows.length - 2) / WIDTH;
            double sum = 0;
            double[] logits = new double[CLASSES];
            int predicted = 0;
            for (int c = 0; c < CLASSES; c++) {
              logits[c] = plain[i * CLASSES + c] + alpha * density[c];
              sum += Math.exp(logits[c]);
              predicted = logits[c] > logits[predicted] ? c : predicted;
            }
            correct += predicted == LABELS.get(i) ? 1 : 0;
            loss += Math.log(sum) - logits[LABELS.get(i)];
          }
          if (correct > most || (correct == most && loss < least)) {
            best = weight;
            most = correct;
            least = loss;
          }
        }
      }
      assertThat(context.chosen).containsEntry("weight", best).containsEntry("by", "folds");
      assertThat(learned.method().settingValues().toJson().path("weight").asDouble())
          .isEqualTo(best);
    }
  }

  @Test
  void validationImagesChooseWhereThatIsAskedFor() {
    try (Scope scope = Scope.open("test")) {
      LabeledViews views = views(1, LABELS);
      // The validation images are the training images, which their own means classify well.
      LabeledFeatures own = new LabeledFeatures(views.features().select(0, 0).unitRows(), LABELS);
      GivenFitContext context = new GivenFitContext(clip, CLASSES, views, Optional.of(own));
      fit(explicitSettings().with("views", 1), context);
      assertThat(context.chosen).containsEntry("by", "folds");
      FittedMethod learned =
          context.fit(
              MethodRegistry.parse(
                  explicitSettings().with("views", 1).with("select_on", "validation")));
      assertThat(context.chosen).containsEntry("by", "validation");
      assertThat(learned.method().settingValues().toJson().path("weight").asDouble()).isPositive();
    }
  }

  @Test
  void oneImageOfEachClassIsZeroShotByItsTestViewAndHasThePublishedAlphaByViews() {
    List<Integer> one = List.of(0, 1, 2);
    try (Scope scope = Scope.open("test")) {
      GivenFitContext context = new GivenFitContext(clip, CLASSES, views(1, one), Optional.empty());
      FittedMethod learned = context.fit(MethodRegistry.parse(explicitSettings().with("views", 1)));
      assertThat(context.chosen).containsEntry("weight", 0.0).containsEntry("by", "default");
      assertThat(learned.value("weight").toFloats()).containsOnly(0);
      GivenFitContext more = new GivenFitContext(clip, CLASSES, views(4, one), Optional.empty());
      FittedMethod seen = more.fit(MethodRegistry.parse(explicitSettings().with("views", 4)));
      double alpha =
          seen.method().settingValues().toJson().path("weight").asDouble() * (12 - 1) / WIDTH;
      assertThat(alpha).isCloseTo(0.001, within(1e-12));
      // If S is 0, a given weight adds only a constant to the zero-shot logits.
      FittedMethod flat =
          context.fit(MethodRegistry.parse(explicitSettings().with("views", 1).with("weight", 3)));
      assertThat(flat.value("weight").toFloats()).containsOnly(0);
    }
  }

  @Test
  void rejectsAClassWithoutImagesAndAWrongWeight() {
    try (Scope scope = Scope.open("test")) {
      GivenFitContext context =
          new GivenFitContext(clip, CLASSES, views(1, List.of(0, 0, 2)), Optional.empty());
      Method method = MethodRegistry.parse(explicitSettings().with("views", 1));
      assertThatThrownBy(() -> context.fit(method))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("class 1 has no image");
      assertThatThrownBy(() -> MethodRegistry.parse(explicitSettings().with("weight", -1)))
          .hasMessageContaining("setting weight: expected at least 0");
    }
  }

  /** Computes the mean of the nearest rows and of copies of the text, in plain loops. */
  private static double[] standIn(double[][] rows, double[] text, int neighbors, int copies) {
    Integer[] order = new Integer[rows.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingDouble(i -> -dot(rows[i], text)));
    double[] mean = new double[WIDTH];
    for (int e = 0; e < WIDTH; e++) {
      for (int k = 0; k < neighbors; k++) {
        mean[e] += rows[order[k]][e];
      }
      mean[e] = (mean[e] + copies * text[e]) / (neighbors + copies);
    }
    return mean;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int e = 0; e < WIDTH; e++) {
      sum += a[e] * b[e];
    }
    return sum;
  }

  private static double[] doubles(Tensor row) {
    float[] values = row.toFloats();
    double[] doubles = new double[values.length];
    Arrays.setAll(doubles, i -> values[i]);
    return doubles;
  }

  /** The difference between the logits of two classes does not depend on the other classes. */
  @Test
  void learnedAndNewClassesShareOnePrecisionInOneList() {
    try (Scope scope = Scope.open("test")) {
      LabeledViews views = views(2, LABELS);
      GivenFitContext context = new GivenFitContext(clip, CLASSES, views, Optional.empty());
      SettingValues stated =
          explicitSettings().with("views", 2).with("weight", 0.5).with("neighbors", 3);
      FittedMethod learned = context.fit(MethodRegistry.parse(stated.with("copies", 2)));
      assertThat(learned.method().closedClassReason()).isEmpty();
      double[][] rows = unitRows(views);
      double alpha = 0.5 * (rows.length - 1) / WIDTH;
      Tensor asked = views.features().reshape(-1, WIDTH).unitRows();
      List<String> names = List.of("owl", "class 2", "class 0");
      try (Head joint = learned.classifier(clip, names);
          Head own = learned.classifier(clip, List.of("class 2", "class 0"));
          Head texts = new ZeroShot(List.of("a photo of a {}.")).classifier(clip, names)) {
        double[] text = doubles(texts.classFeatures().orElseThrow().narrow(0, 0, 1));
        double[] mean = standIn(rows, text, 3, 0); // no copies
        double[][] all = densities(rows, LABELS, CLASSES, -1, rows);
        float[] found = joint.logits(asked).toFloats();
        float[] ofOwn = own.logits(asked).toFloats();
        float[] plain = texts.logits(asked).toFloats();
        double[] ofNew = densitiesOf(rows, LABELS, mean);
        for (int i = 0; i < rows.length; i++) {
          // The difference is the same without the new class.
          assertThat(found[3 * i + 1] - found[3 * i + 2])
              .isCloseTo(ofOwn[2 * i] - ofOwn[2 * i + 1], within(1e-3f));
          double expected =
              plain[3 * i]
                  - plain[3 * i + 1]
                  + alpha * (ofNew[i] - (all[i][2] + Math.log(CLASSES)));
          assertThat((double) found[3 * i] - found[3 * i + 1]).isCloseTo(expected, within(1e-3));
        }
      }
    }
  }

  /** The list of adapt's classifiers continues with names without images. */
  @Test
  void namesAfterTheLearnedOnesChangeNoLogit() {
    try (Scope scope = Scope.open("test")) {
      LabeledViews views = views(2, LABELS);
      GivenFitContext context = new GivenFitContext(clip, CLASSES, views, Optional.empty());
      SettingValues stated =
          explicitSettings().with("views", 2).with("weight", 0.5).with("neighbors", 3);
      FittedMethod learned = context.fit(MethodRegistry.parse(stated));
      List<String> longer =
          Stream.concat(learned.classNames().stream(), Stream.of("owl", "cow")).toList();
      FittedMethod named = new FittedMethod(learned.method(), longer, learned.tensors());
      Tensor asked = views.features().reshape(-1, WIDTH).unitRows();
      for (List<String> names : List.of(longer, learned.classNames())) {
        try (Head one = learned.classifier(clip, names);
            Head other = named.classifier(clip, names)) {
          assertThat(other.logits(asked).toFloats()).isEqualTo(one.logits(asked).toFloats());
        }
      }
    }
  }

  /** Refits for each half of the classes, without each image in turn. */
  @Test
  void theWeightOfOneListIsThatOfHalvesOfTheClasses() {
    List<Integer> labels = List.of(0, 1, 2, 3, 0, 1, 2, 3, 3);
    List<Double> weights = List.of(0.0, 0.03, 0.1, 0.3, 1.0, 3.0);
    try (Scope scope = Scope.open("test")) {
      LabeledViews views = views(2, labels);
      double[][] rows = unitRows(views);
      Tensor features = views.features().reshape(-1, WIDTH).unitRows();
      Tensor texts = TinyClip.normal(3, 1, 4, WIDTH).unitRows();
      double[][] text = new double[4][];
      Arrays.setAll(text, c -> doubles(texts.narrow(0, c, 1)));
      int[] images = new int[rows.length];
      Arrays.setAll(images, r -> r % labels.size());
      int[] ofRows = Arrays.stream(images).map(labels::get).toArray();
      JointWeight selection = new JointWeight(features, ofRows, images, texts, 5, 3);
      double[] found = selection.harmonicMeans(weights);
      int best = 0;
      for (int w = 0; w < found.length; w++) {
        assertThat(found[w]).isCloseTo(jointH(rows, labels, text, weights.get(w)), within(1e-9));
        best = found[w] > found[best] ? w : best;
      }
      assertThat(selection.best(weights)).hasValue(weights.get(best));
      assertThat(found[0]).as("the weight matters").isNotEqualTo(found[best]);

      // Three classes cannot be halved, and single images cannot be left out.
      Tensor three = texts.narrow(0, 0, 3);
      assertThat(new JointWeight(features, ofRows, images, three, 5, 3).best(weights)).isEmpty();
      Tensor single = features.narrow(0, 0, 4);
      int[] each = {0, 1, 2, 3};
      assertThat(new JointWeight(single, each, each, texts, 5, 3).best(weights)).isEmpty();
    }
  }

  /** Computes the harmonic mean of both accuracies, with plain loops. */
  private static double jointH(
      double[][] rows, List<Integer> labels, double[][] text, double weight) {
    int[] right = new int[2];
    int[] asked = new int[2];
    for (int half = 0; half < 2; half++) {
      int first = half;
      List<Integer> own =
          IntStream.range(0, labels.size())
              .filter(i -> labels.get(i) % 2 == first)
              .boxed()
              .toList();
      List<Integer> ownLabels = own.stream().map(i -> labels.get(i) / 2).toList();
      double[][] known = new double[2 * own.size()][];
      Arrays.setAll(known, r -> rows[r / own.size() * labels.size() + own.get(r % own.size())]);
      double alpha = weight * (known.length - 1) / WIDTH;
      for (int r = 0; r < rows.length; r++) {
        int label = labels.get(r % labels.size());
        int place = own.indexOf(r % labels.size());
        double[][] one = {rows[r]};
        double[][] learned = densities(known, ownLabels, 2, place, one);
        double[] logits = new double[4];
        for (int c = 0; c < 4; c++) {
          double density = learned[0][c / 2] + Math.log(2.0);
          if (c % 2 != half) {
            double[] mean = standIn(known, text[c], 3, 0);
            density = densityOf(known, ownLabels, mean, rows[r]);
          }
          logits[c] = 5 * dot(rows[r], text[c]) + alpha * density;
        }
        boolean best = true;
        for (int c = 0; c < 4; c++) {
          best &= c == label || logits[c] < logits[label];
        }
        int kind = place < 0 ? 1 : 0;
        asked[kind]++;
        right[kind] += best ? 1 : 0;
      }
    }
    double a = (double) right[0] / asked[0];
    double b = (double) right[1] / asked[1];
    return a + b == 0 ? 0 : 2 * a * b / (a + b);
  }

  private static double densityOf(
      double[][] known, List<Integer> labels, double[] mean, double[] image) {
    double[] w = solved(pooledMatrix(known, labels), mean);
    return WIDTH * (dot(image, w) - dot(mean, w) / 2);
  }

  /** Computes {@code f . P m - m' P m / 2} for rows, with the pooled precision. */
  private static double[] densitiesOf(double[][] rows, List<Integer> labels, double[] mean) {
    double[][] matrix = pooledMatrix(rows, labels);
    double[] w = solved(matrix, mean);
    double[] found = new double[rows.length];
    for (int i = 0; i < rows.length; i++) {
      found[i] = WIDTH * (dot(w, rows[i]) - dot(w, mean) / 2);
    }
    return found;
  }

  private static double[][] pooledMatrix(double[][] rows, List<Integer> labels) {
    double[][] mean = new double[CLASSES][WIDTH];
    int[] count = new int[CLASSES];
    for (int r = 0; r < rows.length; r++) {
      int label = labels.get(r % labels.size());
      count[label]++;
      for (int e = 0; e < WIDTH; e++) {
        mean[label][e] += rows[r][e];
      }
    }
    double[][] matrix = new double[WIDTH][WIDTH];
    double trace = 0;
    for (int r = 0; r < rows.length; r++) {
      int label = labels.get(r % labels.size());
      for (int a = 0; a < WIDTH; a++) {
        double x = rows[r][a] - mean[label][a] / count[label];
        trace += x * x;
        for (int b = 0; b < WIDTH; b++) {
          matrix[a][b] += x * (rows[r][b] - mean[label][b] / count[label]);
        }
      }
    }
    for (int e = 0; e < WIDTH; e++) {
      matrix[e][e] += trace / (rows.length - 1);
    }
    return matrix;
  }

  @Test
  void separatePrecisionsAreThoseOfTheClosedFormAndAlphaIsTheWeight() {
    try (Scope scope = Scope.open("test")) {
      LabeledViews views = views(2, LABELS);
      GivenFitContext context = new GivenFitContext(clip, CLASSES, views, Optional.empty());
      SettingValues stated =
          explicitSettings()
              .with("views", 2)
              .with("precision", "separate")
              .with("neighbors", 4)
              .with("copies", 1);
      FittedMethod learned = context.fit(MethodRegistry.parse(stated));
      assertThat(context.chosen).containsEntry("weight", 0.1).containsEntry("by", "default");
      Tensor asked = views.features().reshape(-1, WIDTH).unitRows();
      int[] labels = views.rowLabels();
      GaussianDiscriminant gaussians = new GaussianDiscriminant(asked, labels, CLASSES);
      List<String> names = List.of("owl", "cow");
      ZeroShot handCrafted = new ZeroShot(List.of("a photo of a {}."));
      Tensor texts = handCrafted.classFeatures(clip, names);
      Tensor own = handCrafted.classFeatures(clip, learned.classNames());
      double scale = clip.logitScale();
      try (Head news = learned.classifier(clip, names);
          Head base = learned.classifier(clip, learned.classNames())) {
        assertClose(
            base.logits(asked), gaussians.meanOfCovariances().logits(asked, own, scale, 0.1));
        assertClose(
            news.logits(asked),
            gaussians.newClasses(texts, 4, 1, false).logits(asked, texts, scale, 0.1));
      }
    }
  }

  private static void assertClose(Tensor found, Tensor expected) {
    double[] numbers = expected.toDoubles();
    float[] floats = found.toFloats();
    for (int i = 0; i < floats.length; i++) {
      assertThat((double) floats[i]).isCloseTo(numbers[i], within(2e-3));
    }
  }

  @Test
  void aClassWithOneRowHasNoCovarianceOfItsOwn() {
    try (Scope scope = Scope.open("test")) {
      GivenFitContext context =
          new GivenFitContext(clip, CLASSES, views(1, List.of(0, 1, 2)), Optional.empty());
      Method method =
          MethodRegistry.parse(explicitSettings().with("views", 1).with("precision", "separate"));
      assertThatThrownBy(() -> context.fit(method))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("a class with one image has no covariance")
          .hasMessageContaining("--set gda.precision=pooled");
    }
  }

  @Test
  void settingsAreReadBackAsTheyAreWritten() {
    for (String weight : List.of("auto", "0.25")) {
      SettingValues stated = explicitSettings();
      Method method =
          MethodRegistry.parse(
              weight.equals("auto") ? stated.with("weight", weight) : stated.with("weight", 0.25));
      assertThat(MethodRegistry.parse(method.settingValues())).isEqualTo(method);
      assertThat(method.settingValues().toJson().path("weight").asText()).isEqualTo(weight);
    }
  }

  private static void fit(SettingValues settings, FitContext context) {
    Fit unused = MethodRegistry.parse(settings).fit(context);
  }
}
