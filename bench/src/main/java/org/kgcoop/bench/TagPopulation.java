package org.kgcoop.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.data.Underscores;
import org.kgcoop.features.Feature;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.image.Images;
import org.kgcoop.image.RgbImage;
import org.kgcoop.method.TemplateEnsemble;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * Images with 30 tags, all of which are known. The tags are correlated, and on 50 to 1 % of the
 * images before some are rejected.
 *
 * @param features (N, D), unit rows
 * @param texts the texts of the tags, (30, D), unit rows
 * @param tags (N, 30)
 * @param groups the burst of each image
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record TagPopulation(float[][] features, float[][] texts, boolean[][] tags, int[] groups) {
  static final int TAGS = 30;

  private static final int MOST_FRAMES = 6; // of a burst
  private static final int CAUSES = 3; // that tags have in common
  private static final double COMMON = 0.6; // length of the part of a tag that they cause
  private static final int WIDTH = 512;
  private static final int BATCH = 64;

  /** Draws which tags an image has: a tag is a sum of common causes and chance above a bound. */
  static final class Drawn {
    private final double[][] loads; // (30, 3)
    private final double[] bounds = new double[TAGS];

    Drawn(Random model) {
      loads = rows(model, TAGS, CAUSES, COMMON);
      for (int k = 0; k < TAGS; k++) {
        double share = 0.5 * Math.pow(0.02, k / (TAGS - 1.0));
        bounds[k] = NormalDistribution.of(0, 1).inverseSurvivalProbability(share);
      }
    }

    boolean[] next(Random random) {
      double[] causes = gaussians(random, CAUSES);
      boolean[] has = new boolean[TAGS];
      for (int k = 0; k < TAGS; k++) {
        double own = Math.sqrt(1 - COMMON * COMMON) * random.nextGaussian();
        for (int c = 0; c < CAUSES; c++) {
          own += loads[k][c] * causes[c];
        }
        has[k] = own > bounds[k];
      }
      return has;
    }
  }

  /** Returns collages of the embedded drawings, in the features of the embedded CLIP. */
  static TagPopulation collages(int images, boolean bursts) {
    Random random = new Random(8);
    TagCollages collages = new TagCollages(random);
    int[] groups = groups(images, bursts, random);
    boolean[][] tags = new boolean[images][];
    float[][] features = new float[images][];
    try (Clip clip = Clip.load(EmbeddedClip.folder());
        Scope scope = Scope.open("texts")) {
      ViewEncoder encoder = new ViewEncoder(clip, new Images(line -> {}));
      TagCollages.Scene scene = collages.scene(random);
      for (int from = 0; from < images; from += BATCH) {
        int to = Math.min(images, from + BATCH);
        List<RgbImage> views = new ArrayList<>();
        for (int i = from; i < to; i++) {
          boolean isFrame = i > 0 && groups[i] == groups[i - 1];
          scene = isFrame ? scene : collages.scene(random);
          tags[i] = scene.tags();
          views.add(encoder.testView(collages.image(bursts ? scene.moved(random) : scene, random)));
        }
        List<Feature> encoded = encoder.encoded(views);
        for (int i = from; i < to; i++) {
          features[i] = encoded.get(i - from).vector();
        }
      }
      float[][] texts =
          new TemplateEnsemble(List.of("{}"), Underscores.REPLACE)
              .unit(clip, TagCollages.TEXTS)
              .toRows();
      return new TagPopulation(features, texts, tags, groups);
    }
  }

  /**
   * Returns features without images: a common mean, a direction per tag that an image has, and
   * noise with a falling spectrum. The texts have the directions of the tags, an error, and a gap.
   *
   * @param strength the largest length of a direction is half of it
   */
  static TagPopulation synthetic(int images, boolean bursts, double strength) {
    Random model = new Random(99);
    Random random = new Random(1);
    Drawn drawn = new Drawn(model);
    double[][] directions = rows(model, TAGS, WIDTH, 1);
    double[] lengths =
        IntStream.range(0, TAGS)
            .mapToDouble(k -> strength * (0.15 + 0.35 * model.nextDouble()))
            .toArray();
    double[][] shared = rows(model, 2, WIDTH, 1); // the mean of the images, the gap of the texts
    double[][] errors = rows(model, TAGS, WIDTH, 1);
    double[] spectrum = IntStream.range(0, WIDTH).mapToDouble(d -> 1 / Math.sqrt(d + 1)).toArray();
    double norm = 0.75 / Math.sqrt(Arrays.stream(spectrum).map(s -> s * s).sum());
    try (Scope scope = Scope.open("population")) {
      Tensor square = Tensor.of(gaussians(model, WIDTH * WIDTH), WIDTH, WIDTH);
      Tensor rotation = Functions.eigen(square.plus(square.transpose(0, 1))).vectors();
      Tensor basis = rotation.times(Tensor.of(spectrum, WIDTH)).times(norm).transpose(0, 1);
      double[] texts = new double[TAGS * WIDTH];
      for (int at = 0; at < texts.length; at++) {
        int d = at % WIDTH;
        texts[at] = directions[at / WIDTH][d] + 0.9 * errors[at / WIDTH][d] + 2 * shared[1][d];
      }
      int[] groups = groups(images, bursts, random);
      boolean[][] tags = new boolean[images][];
      double[] clear = new double[images * WIDTH]; // without noise
      double[] noise = new double[images * WIDTH];
      for (int i = 0; i < images; i++) {
        if (i > 0 && groups[i] == groups[i - 1]) {
          tags[i] = tags[i - 1];
          System.arraycopy(clear, (i - 1) * WIDTH, clear, i * WIDTH, WIDTH);
          System.arraycopy(noise, (i - 1) * WIDTH, noise, i * WIDTH, WIDTH);
        } else {
          tags[i] = drawn.next(random);
          System.arraycopy(shared[0], 0, clear, i * WIDTH, WIDTH);
          System.arraycopy(gaussians(random, WIDTH), 0, noise, i * WIDTH, WIDTH);
          for (int k = 0; k < TAGS; k++) {
            double length = lengths[k] * Math.exp(0.5 * random.nextGaussian());
            for (int d = 0; d < WIDTH && tags[i][k]; d++) {
              clear[i * WIDTH + d] += length * directions[k][d];
            }
          }
        }
      }
      Tensor x = Tensor.of(clear, images, WIDTH).plus(product(noise, basis));
      if (bursts) {
        x = x.plus(product(gaussians(random, images * WIDTH), basis).times(0.25));
      }
      return new TagPopulation(
          x.unitRows().to(DType.FLOAT32).toRows(),
          Tensor.of(texts, TAGS, WIDTH).unitRows().to(DType.FLOAT32).toRows(),
          tags,
          groups);
    }
  }

  private static Tensor product(double[] rows, Tensor basis) {
    return Tensor.of(rows, rows.length / WIDTH, WIDTH).matmul(basis);
  }

  private static int[] groups(int images, boolean bursts, Random random) {
    int[] groups = new int[images];
    int left = 0;
    for (int i = 0, group = -1; i < images; i++) {
      if (left == 0) {
        group++;
        left = bursts ? 1 + random.nextInt(MOST_FRAMES) : 1;
      }
      groups[i] = group;
      left--;
    }
    return groups;
  }

  private static double[] gaussians(Random random, int count) {
    double[] values = new double[count];
    Arrays.setAll(values, i -> random.nextGaussian());
    return values;
  }

  /** Returns random directions of a length. */
  private static double[][] rows(Random random, int count, int width, double length) {
    double[][] rows = new double[count][];
    for (int i = 0; i < count; i++) {
      double[] row = gaussians(random, width);
      double norm = Math.sqrt(Arrays.stream(row).map(x -> x * x).sum());
      rows[i] = Arrays.stream(row).map(x -> length * x / norm).toArray();
    }
    return rows;
  }
}
