package org.kgcoop.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CalibrationTest {
  private static final int CLASSES = 3;

  /** Creates random logits. About 60 % are correct, and all are much too confident. */
  private static double[][] logits(int[] labels) {
    Random random = new Random(1);
    double[][] logits = new double[labels.length][CLASSES];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = random.nextInt(CLASSES);
      for (int c = 0; c < CLASSES; c++) {
        logits[i][c] = 8 * (random.nextGaussian() + (c == labels[i] ? 1 : 0));
      }
    }
    return logits;
  }

  /** Computes the largest probability of softmax(row / T) in a plain loop. */
  private static double largest(double[] row, double temperature) {
    double most = Arrays.stream(row).max().orElseThrow();
    double sum = 0;
    for (double logit : row) {
      sum += Math.exp((logit - most) / temperature);
    }
    return 1 / sum;
  }

  private static Calibration.Rejection rejection(Calibration calibration) {
    return Objects.requireNonNull(calibration.rejection());
  }

  @Test
  void theThresholdRejectsTheImagesOfTheSmallestProbabilitiesAtTheFoundTemperature() {
    int[] labels = new int[99];
    double[][] logits = logits(labels);

    Calibration found = Calibration.fit(logits, labels, Calibration.Origin.OUT_OF_FOLD);

    assertThat(found.temperature()).isGreaterThan(2);
    assertThat(found.temperature())
        .isEqualTo(Temperature.ofAccuracy(logits, labels, 0).orElseThrow());
    assertThat(found.by().id()).isEqualTo("out-of-fold");
    assertThat(found.images()).isEqualTo(99);
    double[] scores =
        Arrays.stream(logits).mapToDouble(row -> largest(row, found.temperature())).toArray();
    Arrays.sort(scores);
    // j = floor(.05 x 100) = 5: of 100 images, 5 lie at or below the fifth smallest score.
    assertThat(rejection(found).threshold()).isCloseTo(scores[4], within(1e-12));
    assertThat(rejection(found).keeps()).isCloseTo(0.95, within(1e-12));
    assertThat(rejection(found).low()).isBetween(0.85, 0.95);
    assertThat(rejection(found).high()).isBetween(0.95, 1.0);
  }

  @Test
  void withImagesOfFoldsTheMeanProbabilityIsTheAccuracyWithOneMoreImage() {
    int[] labels = new int[99];
    double[][] logits = logits(labels);
    double right = 1.0 / CLASSES; // the additional image
    for (int i = 0; i < labels.length; i++) {
      double most = Arrays.stream(logits[i]).max().orElseThrow();
      right += logits[i][labels[i]] == most ? 1 : 0;
    }

    double temperature = Temperature.ofAccuracy(logits, labels, 0).orElseThrow();

    assertThat(Arrays.stream(logits).mapToDouble(row -> largest(row, temperature)).average())
        .hasValueCloseTo(right / 100, within(1e-9));
  }

  @Test
  void correctPredictionsDoNotBecomeCertain() {
    double[][] logits = {{3, 0}, {0, 2}, {5, 1}};

    double temperature = Temperature.ofAccuracy(logits, new int[] {0, 1, 0}, 0).orElseThrow();

    assertThat(Arrays.stream(logits).mapToDouble(row -> largest(row, temperature)).average())
        .hasValueCloseTo(3.5 / 4, within(1e-9));
  }

  @Test
  void smallLogitsOfARegularizedProbeGetALowTemperature() {
    double[][] logits = new double[50][];
    Arrays.fill(logits, new double[] {1e-2, 0});

    // softmax(1e-2 / T) is 50.5 / 51, so 1e-2 / T is log(101).
    assertThat(Temperature.ofAccuracy(logits, new int[50], 0))
        .hasValueCloseTo(1e-2 / Math.log(101), within(1e-12));
  }

  /** With as many more images as there are, the accuracy is the mean of measured and stated. */
  @Test
  void theScaleOfAPretrainedModelCountsAsSomeImages() {
    int[] labels = new int[99];
    double[][] logits = logits(labels);
    double right = 1.0 / CLASSES;
    double stated = 0;
    for (int i = 0; i < labels.length; i++) {
      double most = Arrays.stream(logits[i]).max().orElseThrow();
      right += logits[i][labels[i]] == most ? 1 : 0;
      stated += largest(logits[i], 1) / labels.length;
    }

    double temperature = Temperature.ofAccuracy(logits, labels, 100).orElseThrow();

    assertThat(Arrays.stream(logits).mapToDouble(row -> largest(row, temperature)).average())
        .hasValueCloseTo((right / 100 + stated) / 2, within(1e-9));
  }

  @Test
  void noTemperatureIsFoundWhereTheLargestLogitsAreEqual() {
    assertThat(Temperature.ofAccuracy(new double[50][2], new int[50], 0)).isEmpty();
  }

  @Test
  void withValidationImagesTheTemperatureIsThatOfTheLikelihood() {
    int[] labels = new int[99];
    double[][] logits = logits(labels);

    Calibration found = Calibration.fit(logits, labels, Calibration.Origin.VALIDATION);

    assertThat(found.temperature()).isEqualTo(Temperature.fit(logits, labels).temperature());
  }

  @Test
  void withFewImagesTheThresholdKeepsFewer() {
    int[] labels = new int[9];
    double[][] logits = logits(labels);

    Calibration found = Calibration.fit(logits, labels, Calibration.Origin.VALIDATION);

    assertThat(rejection(found).keeps()).isCloseTo(0.9, within(1e-12));
  }

  @Test
  void logitsOfAnySizeGetTheSameProbabilities() {
    int[] labels = new int[99];
    double[][] logits = logits(labels);
    double[][] large =
        Arrays.stream(logits)
            .map(row -> Arrays.stream(row).map(logit -> 40 * logit).toArray())
            .toArray(double[][]::new);

    Calibration found = Calibration.fit(logits, labels, Calibration.Origin.OUT_OF_FOLD);
    Calibration ofLarge = Calibration.fit(large, labels, Calibration.Origin.OUT_OF_FOLD);

    assertThat(ofLarge.temperature()).isCloseTo(40 * found.temperature(), within(1e-6));
    assertThat(rejection(ofLarge).threshold())
        .isCloseTo(rejection(found).threshold(), within(1e-9));
  }

  @Test
  void theTemperatureIsOneWhereTheLogitsAreNoBetterThanChance() {
    double[][] wrong = {{5, 0, 0}, {0, 5, 0}, {0, 0, 5}};

    Calibration found = Calibration.fit(wrong, new int[] {1, 2, 0}, Calibration.Origin.VALIDATION);

    assertThat(found.temperature()).isEqualTo(1);
  }

  @Test
  void rejectsNumbersOutOfRange() {
    for (double temperature :
        new double[] {0, 0.0001, 1001, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> new Calibration(temperature, Calibration.Origin.VALIDATION, 1, null))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("temperature: expected 0.001 to 1000.0, got " + temperature);
    }
    assertThatThrownBy(() -> new Calibration(1, Calibration.Origin.VALIDATION, 0, null))
        .hasMessageContaining("images: expected at least 1, got 0");
    assertThatThrownBy(() -> new Calibration.Rejection(1.5, 0.95, 0.9, 1))
        .hasMessageContaining("threshold: expected 0.0 to 1.0, got 1.5");
  }
}
