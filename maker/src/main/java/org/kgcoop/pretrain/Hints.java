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
 * Hints from the feature maps of a teacher (Romero et al., "FitNets: Hints for Thin Deep Nets",
 * ICLR 2015). Linear heads on the patches after one third and two thirds of the student's blocks
 * predict two stages of the teacher's ResNet at the same position. Each channel is standardized to
 * mean 0 and deviation 1. The heads are not part of the final model.
 */
final class Hints {
  private static final String HEAD = "hint.";
  private static final double LEAST =
      0.05; // added to each deviation, as a fraction of the deviation over all channels

  private final List<Integer> blocks;
  private final int grid; // patches per side
  private final List<Statistics> statistics;

  /** The means and factors of the channels of a feature map. */
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

  /** Rejects models that cannot have hints. */
  static void check(ClipConfig student, ClipConfig teacher) {
    ClipConfig.Vit vit = (ClipConfig.Vit) student.vision();
    if (!(teacher.vision() instanceof ClipConfig.ResNet) || vit.layers() < 3) {
      throw KgCoopException.configuration(
          "hints: expected a ResNet as teacher and a ViT of 3 or more blocks as student; use"
              + " --hint-weight 0 to train without hints");
    }
    int patches = student.imageResolution() / vit.patch();
    for (int stage : Teacher.STAGES) {
      int side = teacher.imageResolution() >> (stage + 1);
      if (patches % side != 0) {
        throw KgCoopException.configuration(
            "hints: %s patches per side do not divide the %s positions of stage %s of the teacher; use --hint-weight 0 to train without hints"
                .formatted(patches, side, stage));
      }
    }
  }

  /** Returns true if a trained weight belongs to a head. */
  static boolean isHead(String name) {
    return name.startsWith(HEAD);
  }

  /** Returns the heads before training. */
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

  // ---- Statistics

  /**
   * Creates hints that are standardized by feature maps of a teacher.
   *
   * @param maps (B, positions, channels)
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

  /** Returns the tensors for {@link #of(ClipConfig, Map)}. */
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
        throw KgCoopException.weights(
            "the checkpoint has no statistics of the teacher's feature maps");
      }
      statistics.add(new Statistics(means.toFloats(), factors.toFloats()));
    }
    return new Hints(student, statistics);
  }

  // ---- Training step

  /** Returns the blocks of the student that have heads, counted from 1. */
  List<Integer> blocks() {
    return blocks;
  }

  /**
   * Returns the targets of the heads.
   *
   * @param maps feature maps of the teacher, (B, positions, channels)
   * @param seen the patches of each image, or null for all
   * @return for each head (B, patches, channels)
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
              map.reshape(-1, map.size(2)),
              Tensor.of(places, places.length)); // (B patches, channels)
      wanted.add(
          rows.minus(Tensor.of(own.means, own.means.length))
              .times(Tensor.of(own.factors, own.factors.length))
              .reshape(batch, each, -1));
    }
    return wanted;
  }

  /**
   * Returns the sum over heads of the mean squared error.
   *
   * @param maps tokens of the student, (B, patches, W)
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
