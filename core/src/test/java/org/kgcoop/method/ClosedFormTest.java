package org.kgcoop.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.SortedMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** Tests that closed-form leave-one-out equals refitting, and the edge cases of both methods. */
class ClosedFormTest {
  private static final int WIDTH = 6;
  private static final int[] LABELS = {0, 0, 0, 1, 1, 1, 2, 2};

  private Scope scope;
  private Tensor rows;
  private Tensor texts;

  @BeforeEach
  @SuppressWarnings("MustBeClosed") // closed after each test
  void features() {
    scope = Scope.open("test");
    rows = unit(LABELS.length, 1);
    texts = unit(3, 2);
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private static Tensor unit(int count, long seed) {
    Random random = new Random(seed);
    float[] values = new float[count * WIDTH];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensor.of(values, count, WIDTH).unitRows();
  }

  private static int[] each() {
    return IntStream.range(0, LABELS.length).toArray();
  }

  private static int[] without(int row, int[] of) {
    return IntStream.range(0, of.length).filter(i -> i != row).map(i -> of[i]).toArray();
  }

  private Tensor rowsWithout(int row) {
    long[] kept = IntStream.range(0, LABELS.length).filter(i -> i != row).asLongStream().toArray();
    return rows.indexSelect(0, Tensor.of(kept, kept.length));
  }

  @Test
  void gaussianLeaveOneOutEqualsRefits() {
    SortedMap<Integer, double[]> found =
        new GaussianLeaveOneOut(new GaussianDiscriminant(rows, LABELS, 3), each()).logits();

    assertThat(found).hasSize(LABELS.length);
    for (int row = 0; row < LABELS.length; row++) {
      GaussianDiscriminant.LogDensities refit =
          new GaussianDiscriminant(rowsWithout(row), without(row, LABELS), 3).pooled();
      double[] expected = refit.logits(rows.narrow(0, row, 1), texts, 0, 1).toDoubles();
      assertThat(found.get(row)).containsExactly(expected, within(1e-9));
    }
  }

  @Test
  void aSearchInBlocksCountsAsTheLogitsOfAllRows() {
    int count = 90_000; // rows, in blocks of 43,690
    int[] labels = IntStream.range(0, count).map(i -> i % 3).toArray();
    int[] groups = IntStream.range(0, count).map(i -> i < 6 ? i % 3 : i).toArray();
    double[] alphas = {0, 40, 1000};
    Tensor many = unit(count, 3);
    GaussianLeaveOneOut analysis =
        new GaussianLeaveOneOut(new GaussianDiscriminant(many, labels, 3), groups);

    LeaveOneOut found = analysis.search(texts, 10, alphas, () -> {});
    double[] losses = analysis.losses(texts, 10, alphas, () -> {});

    double[][] densities = analysis.logits().values().toArray(double[][]::new);
    double[] zeroShot = many.matmul(texts.transpose(0, 1)).times(10).toDoubles();
    assertThat(densities).hasDimensions(count, 3);
    for (int a = 0; a < alphas.length; a++) {
      int correct = 0;
      double loss = 0;
      for (int i = 0; i < count; i++) {
        double[] logits = new double[3];
        for (int c = 0; c < 3; c++) {
          logits[c] = zeroShot[3 * i + c] + alphas[a] * densities[i][c];
        }
        double largest = Arrays.stream(logits).max().orElseThrow();
        double sum = Arrays.stream(logits).map(logit -> Math.exp(logit - largest)).sum();
        correct += logits[labels[i]] == largest ? 1 : 0;
        loss += largest + Math.log(sum) - logits[labels[i]];
      }
      assertThat(found.correct()[a]).isEqualTo(correct);
      assertThat(losses[a]).isCloseTo(loss / count, within(1e-6));
    }
  }

  @Test
  void rowsOfAClassWithOneImageAreNotScored() {
    int[] groups = {0, 1, 2, 3, 4, 5, 6, 6}; // both rows of the last class are views of one image

    GaussianDiscriminant analysis = new GaussianDiscriminant(rows, LABELS, 3);

    assertThat(new GaussianLeaveOneOut(analysis, groups).logits().keySet())
        .containsExactly(0, 1, 2, 3, 4, 5);
    assertThat(
            new GaussianLeaveOneOut(
                    new GaussianDiscriminant(rows.narrow(0, 0, 2), new int[] {0, 1}, 2),
                    new int[] {0, 1})
                .search(texts.narrow(0, 0, 2), 10, new double[] {1, 2}, () -> {})
                .best())
        .isEmpty();
  }

  @Test
  void oneImagePerClassGivesZeroShotPlusAConstant() {
    Tensor three = rows.indexSelect(0, Tensor.of(new long[] {0, 3, 6}, 3));
    GaussianDiscriminant.LogDensities head =
        new GaussianDiscriminant(three, new int[] {0, 1, 2}, 3).pooled();

    double[] logits = head.logits(rows, texts, 100, 5).toDoubles();
    double[] zeroShot = rows.matmul(texts.transpose(0, 1)).times(100).toDoubles();
    for (int i = 0; i < logits.length; i++) {
      assertThat(logits[i] - zeroShot[i]).isCloseTo(-5 * Math.log(3), within(1e-4));
    }
  }

  @Test
  void gaussianRefusesAClassWithoutImages() {
    assertThatThrownBy(() -> new GaussianDiscriminant(rows, LABELS, 4))
        .hasMessageContaining("class 3 has no image");
  }

  @Test
  void kernelLeaveOneOutEqualsRefits() {
    KernelRidge all = new KernelRidge(rows, texts, LABELS, 2);
    double[] found = all.leaveOneOut(each(), 0.3, 0.7).toDoubles();

    for (int row = 0; row < LABELS.length; row++) {
      KernelRidge refit = new KernelRidge(rowsWithout(row), texts, without(row, LABELS), 2);
      double[] expected = refit.scores(rows.narrow(0, row, 1), 0.3, 0.7).toDoubles();
      assertThat(Arrays.copyOfRange(found, row * 3, row * 3 + 3))
          .containsExactly(expected, within(1e-9));
    }
  }

  @Test
  void rowsOfOneImageLeaveTheKernelTogether() {
    int[] groups = {0, 0, 1, 2, 3, 4, 5, 6};
    double[] found =
        new KernelRidge(rows, texts, LABELS, 2).leaveOneOut(groups, 0.3, 0.3).toDoubles();

    KernelRidge refit =
        new KernelRidge(
            rows.narrow(0, 2, LABELS.length - 2),
            texts,
            Arrays.copyOfRange(LABELS, 2, LABELS.length),
            2);
    assertThat(Arrays.copyOf(found, 6))
        .containsExactly(refit.scores(rows.narrow(0, 0, 2), 0.3, 0.3).toDoubles(), within(1e-9));
  }

  @Test
  void coefficientsAreEqualAgainAfterOtherRidges() {
    KernelRidge ridge = new KernelRidge(rows, texts, LABELS, 2);
    double[] first = ridge.coefficients(0.3).toDoubles();

    ridge.coefficients(7).toDoubles();

    assertThat(ridge.coefficients(0.3).toDoubles()).containsExactly(first);
    double[] single =
        new KernelRidge(rows.narrow(0, 0, 1), texts, new int[] {0}, 2)
            .coefficients(0.5)
            .toDoubles();
    double[] cosines = rows.narrow(0, 0, 1).matmul(texts.transpose(0, 1)).toDoubles();
    for (int c = 0; c < 3; c++) { // K = 1
      assertThat(single[c]).isCloseTo(((c == 0 ? 1 : 0) - cosines[c]) / 3, within(1e-6));
    }
  }

  @Test
  void theMedianDistanceIsThatOfAllPairsOrOfManyRowsASample() {
    for (int count : new int[] {2, 3, 499, 500, 1201}) {
      double[] vectors = unit(count, 4).toDoubles();
      double[] distances =
          IntStream.range(0, count)
              .boxed()
              .flatMapToDouble(
                  i -> IntStream.range(0, i).mapToDouble(j -> 1 - product(vectors, i, j)))
              .sorted()
              .toArray();
      int pairs = distances.length;

      double found = KernelRidge.medianDistance(unit(count, 4));

      assertThat(found)
          .as("%s rows", count)
          .isCloseTo(
              (distances[(pairs - 1) / 2] + distances[pairs / 2]) / 2,
              within(count > 500 ? 0.02 : 1e-12));
    }
    assertThat(KernelRidge.medianDistance(unit(1, 4).expand(5, WIDTH))).isCloseTo(0, within(1e-6));
  }

  private static double product(double[] vectors, int i, int j) {
    return IntStream.range(0, WIDTH)
        .mapToDouble(k -> vectors[i * WIDTH + k] * vectors[j * WIDTH + k])
        .sum();
  }

  @Test
  void ofEqualLogitsTheFirstClassIsPredicted() {
    Tensor equalTexts = unit(1, 2).expand(3, WIDTH);
    GaussianLeaveOneOut analysis =
        new GaussianLeaveOneOut(new GaussianDiscriminant(rows, LABELS, 3), each());

    LeaveOneOut found = analysis.search(equalTexts, 10, new double[] {0, 0}, () -> {});

    assertThat(found.correct()).containsExactly(3, 3); // the images of class 0
    assertThat(found.losses())
        .containsExactly(new double[] {Math.log(3), Math.log(3)}, within(1e-9));
  }

  @Test
  void lossesAreComputedOnlyForEqualCountsAndAnExceptionEndsTheSearch() {
    GaussianLeaveOneOut analysis =
        new GaussianLeaveOneOut(new GaussianDiscriminant(rows, LABELS, 3), each());

    assertThat(analysis.search(texts, 10, new double[] {1}, () -> {}).losses())
        .containsExactly(Double.NaN);
    assertThatThrownBy(
            () ->
                analysis.search(
                    texts,
                    10,
                    new double[] {1},
                    () -> {
                      throw new IllegalStateException("the time is up");
                    }))
        .hasMessage("the time is up");
  }

  @Test
  void prefersTheSmallerLossAmongEqualCountsAndThenTheFirst() {
    LeaveOneOut scores =
        new LeaveOneOut(new long[] {1, 3, 3, 3}, new double[] {0.1, 0.5, 0.2, 0.2 + 1e-12});

    assertThat(scores.best()).hasValue(2);
    assertThat(scores.firstBest()).hasValue(1);
  }
}
