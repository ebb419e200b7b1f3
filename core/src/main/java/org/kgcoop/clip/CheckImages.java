package org.kgcoop.clip;

import java.util.Arrays;
import java.util.Random;
import org.kgcoop.image.view.Preprocessing;

/**
 * Fixed images for the check of a precision, of two kinds that alternate. Scenes differ in color,
 * contrast and size of detail, and have areas with edges, so that their features differ as those of
 * photos do. Images of noise have features that differ little, as those of similar photos do. The
 * images are the same on every machine, so the result of a check depends only on the model and the
 * processor.
 */
final class CheckImages {
  /** The number of kinds. The images i, i + KINDS, ... are of the same kind. */
  static final int KINDS = 2;

  private static final int OCTAVES = 6;
  private static final int AREAS = 5;

  private CheckImages() {}

  /** Returns normalized pixels of an image, (channels, R, R). The number selects the image. */
  static float[] of(int number, Preprocessing preprocessing) {
    Random random = new Random(number); // the same numbers in every version of Java
    return number % KINDS == 0 ? scene(preprocessing, random) : noise(preprocessing, random);
  }

  private static float[] noise(Preprocessing preprocessing, Random random) {
    float[] pixels =
        new float[preprocessing.channels() * preprocessing.size() * preprocessing.size()];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) random.nextGaussian();
    }
    return pixels;
  }

  private static float[] scene(Preprocessing preprocessing, Random random) {
    int size = preprocessing.size();
    int channels = preprocessing.channels();
    double[][] levels = new double[channels][size * size];
    double detail = random.nextDouble(); // 0: smooth, 1: fine
    double contrast = 0.1 + 0.5 * random.nextDouble();
    for (double[] level : levels) {
      double base = random.nextDouble();
      Arrays.fill(level, base);
      for (int octave = 0; octave < OCTAVES; octave++) {
        addNoise(level, size, 2 << octave, contrast * Math.pow(0.3 + 0.7 * detail, octave), random);
      }
    }
    for (int area = 0; area < AREAS; area++) {
      fillArea(levels, size, random);
    }
    float[] pixels = new float[channels * size * size];
    for (int c = 0; c < channels; c++) {
      double mean = preprocessing.mean().get(c);
      double std = preprocessing.std().get(c);
      for (int i = 0; i < size * size; i++) {
        double level = Math.min(1, Math.max(0, levels[c][i]));
        pixels[c * size * size + i] = (float) ((level - mean) / std);
      }
    }
    return pixels;
  }

  /** Adds random values on a grid, interpolated between its points. */
  private static void addNoise(double[] level, int size, int cells, double amount, Random random) {
    double[] grid = new double[(cells + 1) * (cells + 1)];
    for (int i = 0; i < grid.length; i++) {
      grid[i] = amount * (random.nextDouble() - 0.5);
    }
    for (int y = 0; y < size; y++) {
      for (int x = 0; x < size; x++) {
        double row = (double) y * cells / size;
        double column = (double) x * cells / size;
        int at = ((int) row) * (cells + 1) + (int) column;
        double right = column - (int) column;
        double down = row - (int) row;
        level[y * size + x] +=
            (1 - down) * ((1 - right) * grid[at] + right * grid[at + 1])
                + down * ((1 - right) * grid[at + cells + 1] + right * grid[at + cells + 2]);
      }
    }
  }

  /** Fills an ellipse or a rectangle with a color. */
  private static void fillArea(double[][] levels, int size, Random random) {
    boolean round = random.nextBoolean();
    double centerX = random.nextDouble();
    double centerY = random.nextDouble();
    double width = 0.05 + 0.3 * random.nextDouble();
    double height = 0.05 + 0.3 * random.nextDouble();
    double[] color = random.doubles(levels.length).toArray();
    for (int i = 0; i < size * size; i++) {
      double x = Math.abs((double) (i % size) / size - centerX) / width;
      int row = i / size;
      double y = Math.abs((double) row / size - centerY) / height;
      if (round ? x * x + y * y < 1 : Math.max(x, y) < 1) {
        for (int c = 0; c < levels.length; c++) {
          levels[c][i] = color[c];
        }
      }
    }
  }
}
