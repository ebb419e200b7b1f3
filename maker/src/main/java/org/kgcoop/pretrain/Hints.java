package org.kgcoop.pretrain;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * Hints from the intermediate maps of a teacher (Romero et al., "FitNets: Hints for Thin Deep
 * Nets", ICLR 2015): linear heads on the patches behind a third and two thirds of the student's
 * blocks are to tell what two stages of the teacher's ResNet have made of the same place, each
 * channel brought to mean 0 and deviation 1. The heads are no part of the model.
 */
final class Hints {
  private static final String HEAD = "hint.";
  private static final double LEAST = 0.05; // of the deviation over all channels, added to each

  private final List<Integer> blocks;
  private final int grid; // patches of a side
  private final List<Statistics> statistics;

  /** Means and scales of the channels of a map. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Statistics(float[] means, float[] factors) {}

  private Hints(ClipConfig student, List<Statistics> statistics) {
    ClipConfig.Vit vit = (ClipConfig.Vit) student.vision();
    blocks = blocks(vit);
    grid = student.imageResolution() / vit.patch();
    this.statistics = statistics;
  }

  private static List<Integer> blocks(ClipConfig.Vit vit) {
    return List.of(vit.layers() / 3, 2 * vit.layers() / 3);
  }

  /** Refuses models that have no such hints for each other. */
  static void check(ClipConfig student, ClipConfig teacher) {
    ClipConfig.Vit vit = (ClipConfig.Vit) student.vision();
    if (!(teacher.vision() instanceof ClipConfig.ResNet) || vit.layers() < 3) {
      throw KgCoopException.configuration(
          "hints: expected a ResNet as teacher and a ViT of 3 or more blocks as student:"
              + " --hint-weight 0 leaves them out");
    }
    int patches = student.imageResolution() / vit.patch();
    for (int stage : Teacher.STAGES) {
      int side = teacher.imageResolution() >> (stage + 1);
      if (patches % side != 0) {
        throw KgCoopException.configuration(
            "hints: %s patches of a side do not divide into the %s places of stage %s of the teacher: --hint-weight 0 leaves them out"
                .formatted(patches, side, stage));
      }
    }
  }

  /** True if a weight under training is one of a head. */
  static boolean isHead(String name) {
    return name.startsWith(HEAD);
  }

  /** The heads before training. */
  static List<StoredTensor> heads(ClipConfig student, ClipConfig teacher, long seed) {
    int width = student.vision().width();
    SplittableRandom random = new SplittableRandom(seed);
    List<StoredTensor> heads = new ArrayList<>();
    for (int i = 0; i < Teacher.STAGES.size(); i++) {
      int channels = teacher.vision().width() << (Teacher.STAGES.get(i) + 1);
      float[] values = new float[channels * width];
      for (int j = 0; j < values.length; j++) {
        values[j] = (float) ((2 * random.nextDouble() - 1) / Math.sqrt(width));
      }
      heads.add(StoredTensor.ofFloats(weight(i), new long[] {channels, width}, values));
      heads.add(StoredTensor.ofFloats(bias(i), new long[] {channels}, new float[channels]));
    }
    return heads;
  }

  private static String weight(int place) {
    return HEAD + place + ".weight";
  }

  private static String bias(int place) {
    return HEAD + place + ".bias";
  }

  // ---- statistics

  /**
   * Hints standardized by some of a teacher's maps.
   *
   * @param maps of (B, places, channels)
   */
  static Hints of(ClipConfig student, List<Tensor> maps) {
    try (Scope scope = Scope.open("statistics of maps")) {
      return new Hints(student, maps.stream().map(Hints::statistics).toList());
    }
  }

  private static Statistics statistics(Tensor map) {
    Tensor rows = map.reshape(-1, map.size(2));
    float[] means = rows.mean(0, false).toFloats();
    float[] squares = rows.times(rows).mean(0, false).toFloats();
    double mean = rows.mean().item();
    double all = Math.sqrt(Math.max(0, rows.times(rows).mean().item() - mean * mean));
    float[] factors = new float[means.length];
    for (int i = 0; i < means.length; i++) {
      double variance = Math.max(0, squares[i] - (double) means[i] * means[i]);
      factors[i] = (float) (1 / (Math.sqrt(variance) + LEAST * all + 1e-12));
    }
    return new Statistics(means, factors);
  }

  /** For {@link #of(ClipConfig, Map)}. */
  List<StoredTensor> stored() {
    List<StoredTensor> stored = new ArrayList<>();
    for (int i = 0; i < statistics.size(); i++) {
      Statistics own = statistics.get(i);
      long[] shape = {own.means.length};
      stored.add(StoredTensor.ofFloats("teacher.map." + i + ".mean", shape, own.means));
      stored.add(StoredTensor.ofFloats("teacher.map." + i + ".factor", shape, own.factors));
    }
    return stored;
  }

  static Hints of(ClipConfig student, Map<String, StoredTensor> stored) {
    List<Statistics> statistics = new ArrayList<>();
    for (int i = 0; i < Teacher.STAGES.size(); i++) {
      StoredTensor means = stored.get("teacher.map." + i + ".mean");
      StoredTensor factors = stored.get("teacher.map." + i + ".factor");
      if (means == null || factors == null) {
        throw KgCoopException.weights("checkpoint without the statistics of the teacher's maps");
      }
      statistics.add(new Statistics(means.toFloats(), factors.toFloats()));
    }
    return new Hints(student, statistics);
  }

  // ---- a step

  /** The blocks of the student, counted from 1, behind which heads stand. */
  List<Integer> blocks() {
    return blocks;
  }

  /**
   * The targets of the heads.
   *
   * @param maps of the teacher, (B, places, channels)
   * @param seen patches of each image, or null for all
   * @return of each (B, seen patches, channels)
   */
  List<Tensor> wanted(List<Tensor> maps, int @Nullable [][] seen) {
    List<Tensor> wanted = new ArrayList<>();
    for (int i = 0; i < maps.size(); i++) {
      Tensor map = maps.get(i);
      Statistics own = statistics.get(i);
      int batch = (int) map.size(0);
      int side = (int) Math.round(Math.sqrt((double) map.size(1)));
      int each = seen == null ? grid * grid : seen[0].length;
      long[] places = new long[batch * each];
      for (int image = 0; image < batch; image++) {
        for (int j = 0; j < each; j++) {
          int patch = seen == null ? j : seen[image][j];
          int y = patch / grid * side / grid;
          int x = patch % grid * side / grid;
          places[image * each + j] = ((long) image * side + y) * side + x;
        }
      }
      Tensor rows =
          Functions.rows(
              map.reshape(-1, map.size(2)), Tensor.of(places, places.length)); // (B seen, channels)
      wanted.add(
          rows.minus(Tensor.of(own.means, own.means.length))
              .times(Tensor.of(own.factors, own.factors.length))
              .reshape(batch, each, -1));
    }
    return wanted;
  }

  /**
   * The mean squared error of the heads, summed over them.
   *
   * @param maps of the student, (B, seen patches, W)
   * @param wanted from {@link #wanted}
   * @return ()
   */
  static Tensor loss(List<Tensor> maps, List<Tensor> wanted, TrainedWeights weights) {
    Tensor sum = Tensor.scalar(0);
    for (int i = 0; i < maps.size(); i++) {
      Tensor weight = weights.product(weight(i));
      Tensor rows = maps.get(i).reshape(-1, weight.size(1)).to(weight.dtype());
      Tensor told = Functions.linear(rows, weight, weights.product(bias(i))).to(DType.FLOAT32);
      Tensor error = told.minus(wanted.get(i).reshape(told.shape()));
      sum = sum.plus(error.times(error).mean());
    }
    return sum;
  }
}
