package org.kgcoop.eval;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Tests of the model of wrong labels. */
class LabelNoiseTest {
  private static final int CLASSES = 10;
  private static final int IMAGES = 400;

  private final double[][] probabilities = new double[IMAGES][CLASSES];
  private final int[] labels = new int[IMAGES];

  /** Draws labels from probabilities, so that they are calibrated, and replaces a share of them. */
  private boolean[] draw(double strength, double wrong, long seed) {
    Random random = new Random(seed);
    boolean[] flipped = new boolean[IMAGES];
    for (int i = 0; i < IMAGES; i++) {
      double[] logits = new double[CLASSES];
      for (int j = 0; j < CLASSES; j++) {
        logits[j] = strength * random.nextGaussian();
      }
      probabilities[i] = Softmax.probabilities(logits, 1);
      double at = random.nextDouble();
      int label = 0;
      while (label < CLASSES - 1 && at > probabilities[i][label]) {
        at -= probabilities[i][label++];
      }
      flipped[i] = random.nextDouble() < wrong;
      labels[i] = flipped[i] ? (label + 1 + random.nextInt(CLASSES - 1)) % CLASSES : label;
    }
    return flipped;
  }

  @Test
  void calibratedProbabilitiesOfRightLabelsGiveFewSuspects() {
    for (int seed = 1; seed <= 5; seed++) {
      draw(2, 0, seed);
      assertThat(LabelNoise.fit(probabilities, labels).suspects(0.5))
          .as("seed %s: a third of the images are classified otherwise", seed)
          .hasSizeLessThanOrEqualTo(IMAGES / 20);
    }
  }

  @Test
  void wrongLabelsAreHalfOfTheListAndMostOfThemAreListed() {
    int listed = 0;
    int found = 0;
    int wrong = 0;
    for (int seed = 1; seed <= 5; seed++) {
      boolean[] flipped = draw(8, 0.1, seed);
      for (int image : LabelNoise.fit(probabilities, labels).suspects(0.5)) {
        listed++;
        found += flipped[image] ? 1 : 0;
      }
      for (boolean each : flipped) {
        wrong += each ? 1 : 0;
      }
    }
    assertThat((double) found / listed).isGreaterThan(0.4);
    assertThat((double) found / wrong).isGreaterThan(0.9);
  }

  @Test
  void oneClassHasNoWrongLabels() {
    LabelNoise noise = LabelNoise.fit(new double[][] {{1}, {1}}, new int[2]);
    assertThat(noise.suspects(0.5)).isEmpty();
    assertThat(noise.order()).containsExactly(0, 1);
  }
}
