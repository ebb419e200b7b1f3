package org.kgcoop.adapt;

import static org.kgcoop.tensor.Vectors.dot;

import java.util.stream.IntStream;
import org.kgcoop.image.RgbImage;

/**
 * A gray picture of {@value #SIZE} x {@value #SIZE} samples, which shows whether two images show
 * the same picture. {@link #correlation} moves, turns and scales one of them first, so it
 * recognizes the frames of a burst and images that were saved again. {@link #turnedCorrelation}
 * recognizes mirrored images and those that were turned by a right angle.
 *
 * <p>The arithmetic is in double precision in a fixed order. Results do not depend on the
 * processor.
 */
final class Thumbnail {
  /** The width and height. */
  static final int SIZE = 32;

  /** The number of frequencies of the {@link #spectrum}. */
  static final int FREQUENCIES = 66;

  /** The ways to mirror a picture or to turn it by right angles, without the picture itself. */
  private static final int OTHER_SIDES = 7;

  static final int PIXELS = SIZE * SIZE;
  private static final int COLORS = 3;
  private static final double[] LUMA = {0.299, 0.587, 0.114};
  private static final int AXIS_STEPS = 4;
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

  /** The largest shift of a turned picture: programs turn a picture exactly. */
  private static final int MAX_SHIFT_OF_TURNED = 1;

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

  /**
   * Creates a thumbnail.
   *
   * @param gray the samples, from -255 to 255
   */
  private Thumbnail(int[] gray) {
    int[] sums = smoothed(smoothed(gray, 1), SIZE);
    for (int i = 0; i < PIXELS; i++) {
      smoothed[i] = (short) sums[i];
    }
    double[] values = smooth();
    isFlat = isFlat(values, mean(values));
  }

  /** Creates the thumbnail of a whole image by the mean over rectangles. */
  static Thumbnail of(RgbImage image) {
    double[][] colors = new double[PIXELS][];
    for (int y = 0; y < SIZE; y++) {
      int top = y * image.height() / SIZE;
      int bottom = Math.max(top + 1, (y + 1) * image.height() / SIZE);
      for (int x = 0; x < SIZE; x++) {
        int left = x * image.width() / SIZE;
        int right = Math.max(left + 1, (x + 1) * image.width() / SIZE);
        colors[y * SIZE + x] = mean(image, left, right, top, bottom);
      }
    }
    double[] axis = axis(colors);
    int[] gray = new int[PIXELS];
    for (int i = 0; i < PIXELS; i++) {
      gray[i] = (int) Math.round(dot(axis, colors[i]));
    }
    return new Thumbnail(gray);
  }

  /**
   * Returns the weights of the colors that make a gray picture: a few steps of the power method
   * from the luma of ITU-R BT.601 to the axis along which the colors differ most. The weights of a
   * gray picture are equal. A shape that is as bright as its background stays visible. More steps
   * would make the axis of two frames differ if the picture has two axes of equal length.
   */
  private static double[] axis(double[][] colors) {
    double[] mean = new double[COLORS];
    for (double[] color : colors) {
      for (int c = 0; c < COLORS; c++) {
        mean[c] += color[c] / PIXELS;
      }
    }
    double[] axis = LUMA.clone();
    for (int step = 0; step < AXIS_STEPS; step++) {
      double[] next = new double[COLORS];
      for (double[] color : colors) {
        double along = dot(axis, color) - dot(axis, mean);
        for (int c = 0; c < COLORS; c++) {
          next[c] += along * (color[c] - mean[c]);
        }
      }
      double sum = 0;
      for (double weight : next) {
        sum += Math.abs(weight);
      }
      if (sum == 0) {
        return LUMA.clone(); // a plain surface
      }
      for (int c = 0; c < COLORS; c++) {
        axis[c] = next[c] / sum;
      }
    }
    return axis;
  }

  /** Returns the mean of each color. */
  private static double[] mean(RgbImage image, int left, int right, int top, int bottom) {
    byte[] rgb = image.rgb();
    double[] sums = new double[COLORS];
    for (int y = top; y < bottom; y++) {
      int from = COLORS * (y * image.width() + left);
      for (int at = from; at < from + COLORS * (right - left); at += COLORS) {
        for (int c = 0; c < COLORS; c++) {
          sums[c] += rgb[at + c] & 0xff;
        }
      }
    }
    double count = (double) (right - left) * (bottom - top);
    for (int c = 0; c < COLORS; c++) {
      sums[c] /= count;
    }
    return sums;
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

  /**
   * Returns the spectrum of a picture that may be mirrored or turned by right angles: the means of
   * the frequencies that these movements exchange, (21), of unit length.
   */
  float[] spectrumOfAnySide() {
    float[] spectrum = spectrum();
    int sides = MAX_FREQUENCY + 1;
    float[] means = new float[sides * (sides + 1) / 2];
    double square = 0;
    int at = 0;
    for (int few = 0; few < sides; few++) {
      for (int many = few; many < sides; many++) {
        means[at] =
            frequency(spectrum, few, many)
                + frequency(spectrum, -few, many)
                + frequency(spectrum, many, few)
                + frequency(spectrum, -many, few);
        square += means[at] * means[at];
        at++;
      }
    }
    float scale = square == 0 ? 0 : (float) (1 / Math.sqrt(square));
    for (int i = 0; i < means.length; i++) {
      means[i] *= scale;
    }
    return means;
  }

  private static float frequency(float[] spectrum, int down, int across) {
    return spectrum[(down + MAX_FREQUENCY) * (MAX_FREQUENCY + 1) + across];
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
    double best = shift(halved(target), halved(source), MAX_SHIFT, parameters);
    return best < HOPELESS_SHIFTED ? best : aligned(target, source, parameters);
  }

  /**
   * Returns the same as {@link #correlation} after one picture is mirrored, turned by right angles,
   * or both, whichever of the {@value #OTHER_SIDES} ways fits best.
   */
  static double turnedCorrelation(Thumbnail fixed, Thumbnail moved) {
    if (fixed.isFlat || moved.isFlat) {
      return 0;
    }
    double[] target = fixed.smooth();
    double[] source = moved.smooth();
    double[] half = halved(target);
    double best = -1;
    double[] parameters = new double[AffineStep.PARAMETERS];
    double[] turned = source;
    for (int side = 1; side <= OTHER_SIDES; side++) {
      double[] other = turned(source, side);
      double[] shift = new double[AffineStep.PARAMETERS];
      double correlation = shift(half, halved(other), MAX_SHIFT_OF_TURNED, shift);
      if (correlation > best) {
        best = correlation;
        parameters = shift;
        turned = other;
      }
    }
    return best < HOPELESS_ALIGNED ? best : aligned(target, turned, parameters);
  }

  /**
   * Returns the samples of a mirrored or turned picture.
   *
   * @param side bit 0 exchanges left and right, bit 1 top and bottom, bit 2 columns and rows
   */
  private static double[] turned(double[] values, int side) {
    double[] turned = new double[PIXELS];
    for (int y = 0; y < SIZE; y++) {
      for (int x = 0; x < SIZE; x++) {
        int column = (side & 1) == 0 ? x : SIZE - 1 - x;
        int row = (side & 2) == 0 ? y : SIZE - 1 - y;
        turned[y * SIZE + x] = values[(side & 4) == 0 ? row * SIZE + column : column * SIZE + row];
      }
    }
    return turned;
  }

  /** Returns the correlation after steps of Gauss-Newton from a shift. */
  private static double aligned(double[] target, double[] source, double[] parameters) {
    double best = 0;
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
  private static double shift(double[] target, double[] source, int most, double[] parameters) {
    double best = -1;
    for (int dy = -most; dy <= most; dy++) {
      for (int dx = -most; dx <= most; dx++) {
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
