package org.kgcoop.image;

/**
 * A gray picture of {@value #SIZE} x {@value #SIZE} samples, which shows whether two images show
 * the same picture. {@link #correlation} moves, turns and scales one of them first, so it
 * recognizes the frames of a burst and images that were saved again.
 *
 * <p>The arithmetic is in double precision in a fixed order. Results do not depend on the
 * processor.
 */
public final class Thumbnail {
  /** The width and height. */
  public static final int SIZE = 32;

  /** The number of frequencies of the {@link #spectrum}. */
  public static final int FREQUENCIES = 66;

  private static final int PIXELS = SIZE * SIZE;
  private static final int MAX_FREQUENCY = 5;

  /** The standard deviation, in gray levels, below which a picture is taken for a plain surface. */
  private static final double FLAT = 1;

  private static final int HALF = SIZE / 2;
  private static final int MAX_SHIFT = 4; // of half the resolution: a quarter of the picture
  private static final int ITERATIONS = 10;

  /** Correlations below which the search stops, after the shifts and after three iterations. */
  private static final double HOPELESS_SHIFTED = 0.35;

  private static final double HOPELESS_ALIGNED = 0.7;

  /** The gain of a step below which the search stops. */
  private static final double CONVERGED = 1e-4;

  /** Minimum share of the picture in which both must overlap. */
  private static final double OVERLAP = 0.6;

  private static final int PARAMETERS = 6; // of an affine map
  private static final int UNKNOWNS = PARAMETERS + 2; // with gain and offset of the brightness

  private final byte[] gray;

  private Thumbnail(byte[] gray) {
    this.gray = gray;
  }

  /** Creates the thumbnail of a whole image by the mean over rectangles. */
  public static Thumbnail of(RgbImage image) {
    byte[] gray = new byte[PIXELS];
    for (int y = 0; y < SIZE; y++) {
      int top = y * image.height() / SIZE;
      int bottom = Math.max(top + 1, (y + 1) * image.height() / SIZE);
      for (int x = 0; x < SIZE; x++) {
        int left = x * image.width() / SIZE;
        int right = Math.max(left + 1, (x + 1) * image.width() / SIZE);
        gray[y * SIZE + x] = (byte) Math.round(mean(image, left, right, top, bottom));
      }
    }
    return new Thumbnail(gray);
  }

  /** Returns the mean luma, by the weights of ITU-R BT.601. */
  private static double mean(RgbImage image, int left, int right, int top, int bottom) {
    byte[] rgb = image.rgb();
    long[] sums = new long[3];
    for (int y = top; y < bottom; y++) {
      int from = 3 * (y * image.width() + left);
      for (int at = from; at < from + 3 * (right - left); at += 3) {
        sums[0] += rgb[at] & 0xff;
        sums[1] += rgb[at + 1] & 0xff;
        sums[2] += rgb[at + 2] & 0xff;
      }
    }
    double count = (double) (right - left) * (bottom - top);
    return (0.299 * sums[0] + 0.587 * sums[1] + 0.114 * sums[2]) / count;
  }

  /**
   * Returns the square roots of the amplitudes of low frequencies under a Hann window, ({@value
   * #FREQUENCIES}), of unit length. They change little if the picture is shifted. A plain surface
   * has only zeros.
   */
  public float[] spectrum() {
    double[] window = new double[SIZE];
    for (int i = 0; i < SIZE; i++) {
      window[i] = 0.5 - 0.5 * StrictMath.cos(2 * Math.PI * (i + 1) / (SIZE + 1));
    }
    double[] values = smooth();
    double mean = mean(values);
    float[] spectrum = new float[FREQUENCIES];
    if (isFlat(values, mean)) {
      return spectrum;
    }
    double windowed = 0;
    for (int i = 0; i < PIXELS; i++) {
      values[i] = (values[i] - mean) * window[i / SIZE] * window[i % SIZE];
      windowed += values[i] / PIXELS;
    }
    double square = 0;
    int next = 0;
    for (int down = -MAX_FREQUENCY; down <= MAX_FREQUENCY; down++) {
      for (int across = 0; across <= MAX_FREQUENCY; across++) {
        double amplitude = down == 0 && across == 0 ? 0 : amplitude(values, windowed, down, across);
        square += amplitude;
        spectrum[next++] = (float) Math.sqrt(amplitude);
      }
    }
    float scale = (float) (1 / Math.sqrt(square));
    for (int i = 0; i < FREQUENCIES; i++) {
      spectrum[i] *= scale;
    }
    return spectrum;
  }

  private static double amplitude(double[] values, double mean, int down, int across) {
    double real = 0;
    double imaginary = 0;
    for (int i = 0; i < PIXELS; i++) {
      int turn = Math.floorMod(down * (i / SIZE) + across * (i % SIZE), SIZE);
      real += (values[i] - mean) * COSINES[turn];
      imaginary += (values[i] - mean) * COSINES[(turn + SIZE / 4) % SIZE];
    }
    return Math.sqrt(real * real + imaginary * imaginary);
  }

  private static final double[] COSINES = cosines();

  private static double[] cosines() {
    double[] cosines = new double[SIZE];
    for (int i = 0; i < SIZE; i++) {
      cosines[i] = StrictMath.cos(2 * Math.PI * i / SIZE);
    }
    return cosines;
  }

  /**
   * Returns the largest correlation of the brightness of two pictures after one is moved, turned,
   * scaled and sheared: at most 1, for the same picture. The search begins with the best of the
   * shifts by up to a quarter of the picture, and continues with Gauss-Newton steps. It stops early
   * if the pictures are clearly different. The correlation with a plain surface is 0.
   */
  public static double correlation(Thumbnail fixed, Thumbnail moved) {
    double[] target = fixed.smooth();
    double[] source = moved.smooth();
    if (isFlat(target, mean(target)) || isFlat(source, mean(source))) {
      return 0;
    }
    double[] parameters = new double[PARAMETERS];
    double best = shift(halved(target), halved(source), parameters);
    if (best < HOPELESS_SHIFTED) {
      return best;
    }
    best = 0; // of half the resolution
    for (int i = 0; ; i++) {
      Step step = new Step(target, source, parameters);
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

  /** Returns the samples, smoothed by 1 2 1 in both directions. */
  private double[] smooth() {
    double[] across = new double[PIXELS];
    double[] both = new double[PIXELS];
    for (int i = 0; i < PIXELS; i++) {
      int x = i % SIZE;
      across[i] =
          ((gray[x == 0 ? i : i - 1] & 0xff)
                  + 2 * (gray[i] & 0xff)
                  + (gray[x == SIZE - 1 ? i : i + 1] & 0xff))
              / 4.0;
    }
    for (int i = 0; i < PIXELS; i++) {
      int y = i / SIZE;
      both[i] =
          (across[y == 0 ? i : i - SIZE] + 2 * across[i] + across[y == SIZE - 1 ? i : i + SIZE])
              / 4;
    }
    return both;
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
    Moments moments = new Moments();
    for (int y = Math.max(0, -dy); y < HALF - Math.max(0, dy); y++) {
      for (int x = Math.max(0, -dx); x < HALF - Math.max(0, dx); x++) {
        moments.add(target[y * HALF + x], source[(y + dy) * HALF + x + dx]);
      }
    }
    return moments.correlation();
  }

  /** The sums of two variables that give their correlation. */
  private static final class Moments {
    private int count;
    private double one;
    private double other;
    private double oneSquare;
    private double otherSquare;
    private double product;

    void add(double a, double b) {
      count++;
      one += a;
      other += b;
      oneSquare += a * a;
      otherSquare += b * b;
      product += a * b;
    }

    double correlation() {
      double variances = (oneSquare - one * one / count) * (otherSquare - other * other / count);
      return variances <= 0 ? 0 : (product - one * other / count) / Math.sqrt(variances);
    }
  }

  /**
   * A step of Gauss-Newton: the normal equations of target = gain source(map) + offset, linear in
   * gain times the change of the map, in the gain and in the offset.
   */
  private static final class Step {
    private static final double DAMPING = 1e-3;
    private static final double MIN_GAIN = 0.2;
    private static final double MAX_CHANGE = 2; // in pixels

    private final double[][] equations = new double[UNKNOWNS][UNKNOWNS + 1];
    private final Moments moments = new Moments();

    Step(double[] target, double[] source, double[] p) {
      double[] row = new double[UNKNOWNS + 1];
      for (int i = 0; i < PIXELS; i++) {
        int column = i % SIZE;
        int line = i / SIZE;
        double u = (column - (SIZE - 1) / 2.0) / HALF;
        double v = (line - (SIZE - 1) / 2.0) / HALF;
        double x = column + p[0] + p[1] * u + p[2] * v;
        double y = line + p[3] + p[4] * u + p[5] * v;
        if (!(x >= 0 && x <= SIZE - 1 && y >= 0 && y <= SIZE - 1)) {
          continue;
        }
        int left = Math.min((int) x, SIZE - 2);
        int top = Math.min((int) y, SIZE - 2);
        double fx = x - left;
        double fy = y - top;
        int at = top * SIZE + left;
        double across = source[at + 1] - source[at];
        double acrossBelow = source[at + SIZE + 1] - source[at + SIZE];
        double upper = source[at] + fx * across;
        double lower = source[at + SIZE] + fx * acrossBelow;
        double gx = across + fy * (acrossBelow - across);
        double gy = lower - upper;
        double value = upper + fy * gy;
        moments.add(target[i], value);
        row[0] = gx;
        row[1] = gx * u;
        row[2] = gx * v;
        row[3] = gy;
        row[4] = gy * u;
        row[5] = gy * v;
        row[6] = value;
        row[7] = 1;
        row[8] = target[i];
        for (int r = 0; r < UNKNOWNS; r++) {
          for (int c = r; c <= UNKNOWNS; c++) {
            equations[r][c] += row[r] * row[c];
          }
        }
      }
    }

    double overlap() {
      return (double) moments.count / PIXELS;
    }

    double correlation() {
      return moments.correlation();
    }

    /** Changes the parameters of the map. Returns false if there is no solution. */
    boolean advance(double[] parameters) {
      double trace = 0;
      for (int r = 0; r < UNKNOWNS; r++) {
        trace += r < PARAMETERS ? equations[r][r] : 0;
        for (int c = 0; c < r; c++) {
          equations[r][c] = equations[c][r];
        }
      }
      for (int r = 0; r < UNKNOWNS; r++) {
        equations[r][r] += r < PARAMETERS ? DAMPING * trace / PARAMETERS + 1e-6 : DAMPING;
      }
      double[] solution = solved();
      double gain = Math.max(MIN_GAIN, solution[PARAMETERS]);
      for (int i = 0; i < PARAMETERS; i++) {
        double change = solution[i] / gain;
        if (!Double.isFinite(change)) {
          return false;
        }
        parameters[i] += Math.max(-MAX_CHANGE, Math.min(MAX_CHANGE, change));
      }
      return true;
    }

    /** Solves the equations, which are positive definite, by elimination. */
    private double[] solved() {
      for (int k = 0; k < UNKNOWNS; k++) {
        for (int r = k + 1; r < UNKNOWNS; r++) {
          double factor = equations[r][k] / equations[k][k];
          for (int c = k; c <= UNKNOWNS; c++) {
            equations[r][c] -= factor * equations[k][c];
          }
        }
      }
      double[] solution = new double[UNKNOWNS];
      for (int r = UNKNOWNS - 1; r >= 0; r--) {
        double rest = equations[r][UNKNOWNS];
        for (int c = r + 1; c < UNKNOWNS; c++) {
          rest -= equations[r][c] * solution[c];
        }
        solution[r] = rest / equations[r][r];
      }
      return solution;
    }
  }
}
