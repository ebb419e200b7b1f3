package org.kgcoop.adapt;

import java.util.stream.IntStream;
import org.kgcoop.image.view.Sketch;

/**
 * A gray picture of {@value #SIZE} x {@value #SIZE} samples, which shows whether two images show
 * the same picture. {@link #correlation} moves, turns and scales one of them first, so it
 * recognizes the frames of a burst and images that were saved again.
 *
 * <p>The arithmetic is in double precision in a fixed order. Results do not depend on the
 * processor.
 */
final class Thumbnail {
  /** The width and height. */
  static final int SIZE = Sketch.SIZE;

  /** The number of frequencies of the {@link #spectrum}. */
  static final int FREQUENCIES = 66;

  static final int PIXELS = SIZE * SIZE;
  private static final int MAX_FREQUENCY = 5;

  /** The sum of the weights of the smoothing. */
  private static final double WEIGHTS = 16;

  /** The standard deviation, in gray levels, below which a picture is taken for a plain surface. */
  private static final double FLAT = 1;

  static final int HALF = SIZE / 2;
  private static final int MAX_SHIFT = 4; // of half the resolution: a quarter of the picture
  private static final int ITERATIONS = 10;

  /** Correlations below which the search stops, after the shifts and after three iterations. */
  private static final double HOPELESS_SHIFTED = 0.35;

  private static final double HOPELESS_ALIGNED = 0.7;

  /** The gain of a step below which the search stops. */
  private static final double CONVERGED = 1e-4;

  /** Minimum share of the picture in which both must overlap. */
  private static final double OVERLAP = 0.6;

  private static final double[] COSINES =
      IntStream.range(0, SIZE).mapToDouble(i -> StrictMath.cos(2 * Math.PI * i / SIZE)).toArray();

  private static final double[] HANN =
      IntStream.rangeClosed(1, SIZE)
          .mapToDouble(i -> 0.5 - 0.5 * StrictMath.cos(2 * Math.PI * i / (SIZE + 1)))
          .toArray();

  /** The samples, smoothed by 1 2 1 in both directions, times {@link #WEIGHTS}. */
  private final short[] smoothed = new short[PIXELS];

  private final boolean isFlat;

  private Thumbnail(int[] gray) {
    int[] sums = smoothed(smoothed(gray, 1), SIZE);
    for (int i = 0; i < PIXELS; i++) {
      smoothed[i] = (short) sums[i];
    }
    double[] values = smooth();
    isFlat = isFlat(values, mean(values));
  }

  /** Creates the thumbnail of a sketch. */
  static Thumbnail of(Sketch sketch) {
    int[] gray = new int[PIXELS];
    for (int i = 0; i < PIXELS; i++) {
      gray[i] = sketch.gray()[i] & 0xff;
    }
    return new Thumbnail(gray);
  }

  /**
   * Returns the square roots of the amplitudes of low frequencies under a Hann window, ({@value
   * #FREQUENCIES}), of unit length. They change little if the picture is shifted. A plain surface
   * has only zeros.
   */
  float[] spectrum() {
    float[] spectrum = new float[FREQUENCIES];
    if (isFlat) {
      return spectrum;
    }
    double[] values = smooth();
    double mean = mean(values);
    double windowed = 0;
    for (int i = 0; i < PIXELS; i++) {
      values[i] = (values[i] - mean) * HANN[i / SIZE] * HANN[i % SIZE];
      windowed += values[i] / PIXELS;
    }
    double square = 0;
    for (int i = 0; i < PIXELS; i++) {
      values[i] -= windowed;
    }
    double[] real = new double[SIZE]; // of a line
    double[] imaginary = new double[SIZE];
    for (int across = 0; across <= MAX_FREQUENCY; across++) {
      for (int y = 0; y < SIZE; y++) {
        real[y] = 0;
        imaginary[y] = 0;
        for (int x = 0; x < SIZE; x++) {
          int turn = across * x % SIZE;
          real[y] += values[y * SIZE + x] * COSINES[turn];
          imaginary[y] += values[y * SIZE + x] * COSINES[(turn + SIZE / 4) % SIZE];
        }
      }
      for (int down = -MAX_FREQUENCY; down <= MAX_FREQUENCY; down++) {
        double amplitude = down == 0 && across == 0 ? 0 : amplitude(real, imaginary, down);
        square += amplitude;
        spectrum[(down + MAX_FREQUENCY) * (MAX_FREQUENCY + 1) + across] =
            (float) Math.sqrt(amplitude);
      }
    }
    float scale = (float) (1 / Math.sqrt(square));
    for (int i = 0; i < FREQUENCIES; i++) {
      spectrum[i] *= scale;
    }
    return spectrum;
  }

  /** Returns the amplitude of a frequency down the Fourier coefficients of the lines. */
  private static double amplitude(double[] real, double[] imaginary, int down) {
    double a = 0;
    double b = 0;
    for (int y = 0; y < SIZE; y++) {
      int turn = Math.floorMod(down * y, SIZE);
      double cosine = COSINES[turn];
      double sine = COSINES[(turn + SIZE / 4) % SIZE];
      a += real[y] * cosine - imaginary[y] * sine;
      b += real[y] * sine + imaginary[y] * cosine;
    }
    return Math.sqrt(a * a + b * b);
  }

  /**
   * Returns the largest correlation of the brightness of two pictures after one is moved, turned,
   * scaled and sheared: at most 1, for the same picture. The search begins with the best of the
   * shifts by up to a quarter of the picture, and continues with Gauss-Newton steps. It stops early
   * if the pictures are clearly different. The correlation with a plain surface is 0.
   */
  static double correlation(Thumbnail fixed, Thumbnail moved) {
    if (fixed.isFlat || moved.isFlat) {
      return 0;
    }
    double[] target = fixed.smooth();
    double[] source = moved.smooth();
    double[] parameters = new double[AffineStep.PARAMETERS];
    double best = shift(halved(target), halved(source), parameters);
    if (best < HOPELESS_SHIFTED) {
      return best;
    }
    best = 0; // of half the resolution
    for (int i = 0; ; i++) {
      AffineStep step = new AffineStep(target, source, parameters);
      double before = best;
      if (step.overlap() >= OVERLAP) {
        best = Math.max(best, step.correlation());
      }
      boolean done =
          i == ITERATIONS || (i >= 3 && (best < HOPELESS_ALIGNED || best - before < CONVERGED));
      if (done || !step.advance(parameters)) {
        return best;
      }
    }
  }

  /** Returns sums with the weights 1 2 1 along a line or, with the step SIZE, a column. */
  private static int[] smoothed(int[] values, int step) {
    int[] sums = new int[PIXELS];
    for (int i = 0; i < PIXELS; i++) {
      int at = i / step % SIZE;
      int before = values[at == 0 ? i : i - step];
      int after = values[at == SIZE - 1 ? i : i + step];
      sums[i] = before + 2 * values[i] + after;
    }
    return sums;
  }

  /** Returns the smoothed samples. */
  private double[] smooth() {
    double[] values = new double[PIXELS];
    for (int i = 0; i < PIXELS; i++) {
      values[i] = smoothed[i] / WEIGHTS;
    }
    return values;
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  private static boolean isFlat(double[] values, double mean) {
    double square = 0;
    for (double value : values) {
      square += (value - mean) * (value - mean);
    }
    return square / values.length < FLAT * FLAT;
  }

  private static double[] halved(double[] values) {
    double[] half = new double[HALF * HALF];
    for (int y = 0; y < HALF; y++) {
      for (int x = 0; x < HALF; x++) {
        int at = 2 * y * SIZE + 2 * x;
        half[y * HALF + x] =
            (values[at] + values[at + 1] + values[at + SIZE] + values[at + SIZE + 1]) / 4;
      }
    }
    return half;
  }

  /** Returns the largest correlation of all shifts, and sets the shift in the parameters. */
  private static double shift(double[] target, double[] source, double[] parameters) {
    double best = -1;
    for (int dy = -MAX_SHIFT; dy <= MAX_SHIFT; dy++) {
      for (int dx = -MAX_SHIFT; dx <= MAX_SHIFT; dx++) {
        double correlation = shifted(target, source, dx, dy);
        if (correlation > best) {
          best = correlation;
          parameters[0] = 2 * dx;
          parameters[3] = 2 * dy;
        }
      }
    }
    return best;
  }

  private static double shifted(double[] target, double[] source, int dx, int dy) {
    int left = Math.max(0, -dx);
    int right = HALF - Math.max(0, dx);
    int top = Math.max(0, -dy);
    int bottom = HALF - Math.max(0, dy);
    double one = 0;
    double other = 0;
    double oneSquare = 0;
    double otherSquare = 0;
    double product = 0;
    for (int y = top; y < bottom; y++) {
      for (int x = left; x < right; x++) {
        double a = target[y * HALF + x];
        double b = source[(y + dy) * HALF + x + dx];
        one += a;
        other += b;
        oneSquare += a * a;
        otherSquare += b * b;
        product += a * b;
      }
    }
    int count = (right - left) * (bottom - top);
    return AffineStep.correlation(count, one, other, oneSquare, otherSquare, product);
  }
}
