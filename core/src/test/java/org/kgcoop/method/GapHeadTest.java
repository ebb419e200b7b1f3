package org.kgcoop.method;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

class GapHeadTest {
  private static final int N = 12;
  private static final int D = 5;
  private static final int K = 3;
  private static final int NONE = K;

  private final Scope scope = Scope.open("test");
  private final double[][] images = unit(N, 1);
  private final double[][] texts = unit(K, 2);

  private static double[][] unit(int count, long seed) {
    Random random = new Random(seed);
    double[][] rows = new double[count][D];
    for (double[] row : rows) {
      Arrays.setAll(row, i -> random.nextGaussian());
      double norm = Math.sqrt(Arrays.stream(row).map(x -> x * x).sum());
      Arrays.setAll(row, i -> row[i] / norm);
    }
    return rows;
  }

  private static Tensor tensor(double[][] rows) {
    return Tensor.of(Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray(), rows.length, D);
  }

  private GapHead head(double[][] classTexts) {
    return new GapHead(tensor(images), classTexts, 100, 0.5);
  }

  private GapHead.Fit fit(GapHead head, int... labels) {
    return head.fit(Arrays.copyOf(images, labels.length), labels);
  }

  private static int argmax(double[] row) {
    return IntStream.range(0, row.length).reduce(0, (a, b) -> row[b] > row[a] ? b : a);
  }

  private static void assertEqual(double[][] actual, double[][] expected) {
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i]).containsExactly(expected[i], Offset.offset(1e-12));
    }
  }

  @AfterEach
  void close() {
    scope.close();
  }

  @Test
  void isZeroShotWithoutLabels() {
    try (GapHead head = head(texts)) {
      double[][] p = fit(head).probabilities();
      for (int i = 0; i < N; i++) {
        double[] logits = new double[K];
        for (int c = 0; c < K; c++) {
          for (int d = 0; d < D; d++) {
            logits[c] += 100 * images[i][d] * texts[c][d];
          }
        }
        double max = Arrays.stream(logits).max().orElseThrow();
        double sum = Arrays.stream(logits).map(z -> Math.exp(z - max)).sum();
        double[] floored =
            Arrays.stream(logits).map(z -> Math.max(1e-4, Math.exp(z - max) / sum)).toArray();
        double total = Arrays.stream(floored).sum();
        for (int c = 0; c < K; c++) {
          assertThat(p[i][c]).isCloseTo(floored[c] / total, Offset.offset(1e-9));
        }
        assertThat(p[i][NONE]).isZero();
      }
    }
  }

  @Test
  void givesTheSameAfterOtherImagesAndLabels() {
    try (GapHead whole = head(texts);
        GapHead parts = head(texts)) {
      GapHead.Fit before = fit(parts, 0, 0, 2, 0, NONE, 2, 2);
      assertThat(before.tau()).isPresent();
      double[][] others = Arrays.copyOf(images, 7);
      others[5] = images[9];
      assertThat(parts.fit(others, new int[] {0, 1, 2, 0, NONE, 1, 0}).tau()).isPresent();
      assertThat(fit(parts, 0, 1, 2, 0, NONE, 1).tau()).isPresent();
      GapHead.Fit expected = fit(whole, 0, 1, 2, 0, NONE, 1, 0);
      GapHead.Fit actual = fit(parts, 0, 1, 2, 0, NONE, 1, 0);
      assertEqual(actual.probabilities(), expected.probabilities());
      assertThat(actual.tau()).isEqualTo(expected.tau());
    }
  }

  @Test
  void classifiesOtherImagesAsThoseOfTheFolder() {
    try (GapHead head = head(texts)) {
      GapHead.Fit zeroShot = fit(head);
      assertEqual(head.classify(tensor(images), zeroShot), zeroShot.probabilities());
      GapHead.Fit fit = fit(head, 0, 1, 2, NONE);
      assertEqual(head.classify(tensor(images), fit), fit.probabilities());
    }
  }

  @Test
  void takesNewClassesWithoutLosingLabels() {
    double[][] more = unit(K + 2, 2); // begins with the same texts
    try (GapHead grown = head(Arrays.copyOf(more, K));
        GapHead fresh = head(more)) {
      assertThat(fit(grown, 0, 1, 2).tau()).isEmpty();
      grown.setTexts(more);
      assertEqual(fit(grown, 0, 1, 2).probabilities(), fit(fresh, 0, 1, 2).probabilities());
    }
  }

  @Test
  void leavesALabelOutOfItsRidgeAndItsPrototype() {
    int[] labels = {0, 1, 2, 0, 1, 2, 0};
    try (GapHead all = head(texts);
        GapHead others = head(texts)) {
      double[][] leftOut = all.leftOut(Arrays.copyOf(images, 7), labels);
      // The ridge without the last image is exact; the gap stays that of all images.
      double[] without = fit(others, Arrays.copyOf(labels, 6)).probabilities()[6];
      assertThat(argmax(leftOut[6])).isEqualTo(argmax(without));
      assertThat(Arrays.stream(leftOut[6]).sum()).isCloseTo(1, Offset.offset(1e-9));
      assertThat(leftOut[6][0]).isLessThan(fit(all, labels).probabilities()[6][0]);
    }
  }

  @Test
  void findsNoneOfTheseByItsCosine() {
    try (GapHead head = head(texts)) {
      assertThat(fit(head, 0, 1, 2).tau()).isEmpty();
      GapHead.Fit fit = fit(head, 0, 1, 2, NONE);
      assertThat(fit.tau()).isPresent();
      assertThat(fit.probabilities()[3][NONE]).isPositive();
    }
  }

  @Test
  void measuresTheMedianDistance() {
    double[][] rows = {{1, 0, 0, 0, 0}, {0, 1, 0, 0, 0}, {0.6, 0.8, 0, 0, 0}};
    assertThat(GapHead.distance(tensor(rows))).isCloseTo(0.4, Offset.offset(1e-9)); // 1, 0.4, 0.2
    double[][] equal = {{1, 0, 0, 0, 0}, {1, 0, 0, 0, 0}};
    assertThat(GapHead.distance(tensor(equal))).isEqualTo(0.01);
  }
}
