package org.kgcoop.tags;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

class TagHeadTest {
  private static final Offset<Double> ROUNDING = within(1e-9);
  private static final double DISTANCE = 0.4;

  /** Twelve images in groups of one to three, and three tags. */
  private static final int[] GROUPS = {7, 7, 1, 2, 2, 2, 3, 4, 5, 6, 8, 1};

  private final double[][] images = unit(new Random(1), GROUPS.length, 4);
  private final double[][] texts = unit(new Random(2), 3, 4);
  private final boolean[][] tags = tags(new Random(3));

  private static boolean[][] tags(Random random) {
    boolean[][] tags = new boolean[GROUPS.length][3];
    for (boolean[] row : tags) {
      for (int k = 0; k < row.length; k++) {
        row[k] = random.nextDouble() < 0.4;
      }
    }
    return tags;
  }

  private static double[][] unit(Random random, int count, int width) {
    double[][] rows = new double[count][width];
    for (double[] row : rows) {
      Arrays.setAll(row, d -> random.nextGaussian());
      double norm = Math.sqrt(dot(row, row));
      Arrays.setAll(row, d -> row[d] / norm);
    }
    return rows;
  }

  private static double dot(double[] a, double[] b) {
    return IntStream.range(0, a.length).mapToDouble(d -> a[d] * b[d]).sum();
  }

  private static Tensor tensor(double[][] rows) {
    return Tensor.of(
        Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray(), rows.length, rows[0].length);
  }

  private static TagHead.Fit fit(
      double[][] images, double[][] texts, boolean[][] tags, int[] groups, double distance) {
    try (Scope scope = Scope.open("test")) {
      return TagHead.fit(tensor(images), tensor(texts), tags, groups, distance);
    }
  }

  // ---- the formulas in plain loops, for one tag

  private final class Plain {
    private final double[] y;
    private final double[] text;
    private double mean;
    private double deviation;
    private double share;

    Plain(int k) {
      text = texts[k];
      y = Arrays.stream(tags).mapToDouble(row -> row[k] ? 1 : 0).toArray();
      for (int i = 0; i < y.length; i++) {
        mean += dot(images[i], text) / y.length;
        share += y[i] / y.length;
      }
      for (double[] image : images) {
        deviation += Math.pow(dot(image, text) - mean, 2) / y.length;
      }
      deviation = Math.sqrt(deviation);
    }

    double z(double[] image) {
      return (dot(image, text) - mean) / deviation;
    }

    /** The slope without an image; of all images for -1. */
    double slope(int without) {
      double products = 0;
      double squares = 10;
      for (int i = 0; i < y.length; i++) {
        if (i != without) {
          products += z(images[i]) * (y[i] - share);
          squares += z(images[i]) * z(images[i]);
        }
      }
      return Math.max(0, products / squares);
    }

    /** The ridge of the residuals of some images, fitted anew, for another image. */
    double correction(double[] image, int[] fitted) {
      double[][] equations = new double[fitted.length][fitted.length + 1];
      for (int i = 0; i < fitted.length; i++) {
        for (int j = 0; j < fitted.length; j++) {
          equations[i][j] = kernel(images[fitted[i]], images[fitted[j]]) + (i == j ? 0.1 : 0);
        }
        equations[i][fitted.length] = y[fitted[i]] - share - slope(-1) * z(images[fitted[i]]);
      }
      double[] coefficients = solved(equations);
      double sum = 0;
      for (int i = 0; i < fitted.length; i++) {
        sum += coefficients[i] * kernel(image, images[fitted[i]]);
      }
      return sum;
    }

    double score(double[] image) {
      int[] all = IntStream.range(0, y.length).toArray();
      return share + slope(-1) * z(image) + correction(image, all);
    }

    double leftOut(int i) {
      int[] others = IntStream.range(0, y.length).filter(j -> GROUPS[j] != GROUPS[i]).toArray();
      double rest = (Arrays.stream(y).sum() - y[i]) / (y.length - 1);
      return rest + slope(i) * z(images[i]) + correction(images[i], others);
    }
  }

  private static double kernel(double[] a, double[] b) {
    return Math.exp(-0.6 / DISTANCE * (1 - dot(a, b)));
  }

  /** Eliminates the unknowns of a positive definite system one by one. */
  private static double[] solved(double[][] equations) {
    int n = equations.length;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        double factor = equations[j][i] / equations[i][i];
        for (int c = i; c <= n && j != i; c++) {
          equations[j][c] -= factor * equations[i][c];
        }
      }
    }
    return IntStream.range(0, n).mapToDouble(i -> equations[i][n] / equations[i][i]).toArray();
  }

  @Test
  void aScoreIsTheShareTheTextAndTheRidge() {
    TagHead head = fit(images, texts, tags, GROUPS, DISTANCE).head();
    for (double[] query : unit(new Random(4), 5, 4)) {
      double[] scores = head.scores(query);
      assertThat(scores).hasSize(3);
      for (int k = 0; k < scores.length; k++) {
        assertThat(scores[k]).isCloseTo(new Plain(k).score(query), ROUNDING);
      }
    }
    assertThat(head.slope()).as("texts that say something, and the opposite").contains(0);
    assertThat(Arrays.stream(head.slope()).max().orElse(0)).isPositive();
  }

  @Test
  void aLeftOutScoreIsThatOfARidgeThatIsFittedWithoutTheGroup() {
    double[][] leftOut = fit(images, texts, tags, GROUPS, DISTANCE).leftOut();
    for (int k = 0; k < 3; k++) {
      Plain plain = new Plain(k);
      for (int i = 0; i < images.length; i++) {
        assertThat(leftOut[i][k])
            .as("image %s, tag %s", i, k)
            .isCloseTo(plain.leftOut(i), ROUNDING);
      }
    }
  }

  @Test
  void aScoreOfFloatsIsTheRoundedScoreWhateverElseIsScored() {
    TagHead head = fit(images, texts, tags, GROUPS, DISTANCE).head();
    float[] query = {0.5f, -0.5f, 0.5f, 0.5f};
    double[] exact = head.scores(new double[] {0.5, -0.5, 0.5, 0.5});
    float[] alone = head.scores(query);
    for (int k = 0; k < 3; k++) {
      assertThat(alone[k]).isEqualTo((float) exact[k]);
    }
    assertThat(
            IntStream.range(0, 100)
                .parallel()
                .mapToObj(i -> head.scores(i % 2 == 0 ? query : new float[] {0, 0, 0, 1}))
                .toList())
        .filteredOn(scores -> Arrays.equals(scores, alone))
        .hasSize(50);
  }

  /** Without the text, whose cosines are equal but for rounding. */
  @Test
  void aTextThatTreatsAllImagesAlikeSaysNothing() {
    double[][] flat = images.clone();
    Arrays.setAll(flat, i -> level(images[i], tags[i][0] ? 0.3 + 1e-12 : 0.3));
    double[][] up = {{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}};
    TagHead.Fit fit = fit(flat, up, tags, GROUPS, DISTANCE);
    assertThat(fit.head().deviation()[0]).isPositive().isLessThan(1e-12);
    assertThat(fit.head().slope()[0]).isZero();
    double[] other = fit.head().scores(new double[] {1, 0, 0, 0}); // far from 0.3
    assertThat(other[0]).isBetween(-1.0, 2.0);
    assertThat(Arrays.stream(fit.leftOut())).allMatch(row -> row[0] > -1 && row[0] < 2);
  }

  /** Returns a vector of about unit length with another first coordinate. */
  private static double[] level(double[] image, double first) {
    double[] rest = image.clone();
    rest[0] = 0;
    double norm = Math.sqrt(dot(rest, rest) / (1 - 0.3 * 0.3));
    Arrays.setAll(rest, d -> d == 0 ? first : rest[d] / norm);
    return rest;
  }

  @Test
  void aTagOnAllImagesOrOnNoneHasTheScoreOneOrZeroEverywhere() {
    boolean[][] constant = new boolean[images.length][];
    Arrays.setAll(constant, i -> new boolean[] {true, false, tags[i][2]});
    TagHead.Fit fit = fit(images, texts, constant, GROUPS, DISTANCE);
    for (double[] row : fit.leftOut()) {
      assertThat(Arrays.copyOf(row, 2)).containsExactly(1, 0);
    }
    assertThat(Arrays.copyOf(fit.head().scores(texts[0]), 2)).containsExactly(1, 0);
  }

  @Test
  void aSingleImageIsPossibleAndSaysNothingAboutItself() {
    TagHead.Fit fit =
        fit(
            new double[][] {{1, 0}},
            new double[][] {{0, 1}},
            new boolean[][] {{true}},
            new int[1],
            1);
    assertThat(fit.head().scores(new double[] {0, 1})).containsExactly(1);
    assertThat(fit.leftOut()[0]).containsExactly(0); // no other image has the tag
  }

  @Test
  void noScoreIsMinusZero() {
    double[] zero = {0};
    double[][] least = {{-Double.MIN_VALUE}};
    TagHead head =
        new TagHead(
            new double[][] {{1, 0}},
            new double[][] {{0, 1}},
            least,
            zero,
            zero,
            zero,
            new double[] {1},
            1);
    assertThat(Float.floatToRawIntBits(head.scores(new float[] {1, 0})[0])).isZero();
  }

  @Test
  void extremesStayFinite() {
    double[][] alike = {{1, 0}, {1, 0}, {1, 0}, {-1, 0}};
    boolean[][] two = {{true}, {true}, {false}, {false}};
    TagHead.Fit fit = fit(alike, new double[][] {{1, 0}}, two, new int[] {0, 0, 1, 2}, 0.01);
    for (float[] query : new float[][] {{1, 0}, {-1, 0}, {0, 0}, {Float.MIN_VALUE, 0}}) {
      assertThat(Float.isFinite(fit.head().scores(query)[0])).isTrue();
    }
    assertThat(Arrays.stream(fit.leftOut()).allMatch(row -> Double.isFinite(row[0]))).isTrue();
  }

  /** As if the whole folder were one burst: nothing is left to learn from but the share. */
  @Test
  void allImagesInOneGroupLeaveNoRidge() {
    double[][] leftOut = fit(images, texts, tags, new int[images.length], DISTANCE).leftOut();
    for (int k = 0; k < 3; k++) {
      Plain plain = new Plain(k);
      for (int i = 0; i < images.length; i++) {
        double rest = (Arrays.stream(plain.y).sum() - plain.y[i]) / (plain.y.length - 1);
        assertThat(leftOut[i][k]).isCloseTo(rest + plain.slope(i) * plain.z(images[i]), ROUNDING);
      }
    }
  }
}
