package org.kgcoop.clip.openai;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kgcoop.clip.Attention;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.ImageEncoder;
import org.kgcoop.clip.WeightSource;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Tensor;

/**
 * CLIP's ResNet, with three convolutions as stem, average pooling before strided convolutions, and
 * attention pooling at the end.
 */
public final class ModifiedResNet implements ImageEncoder {
  private final List<Convolution> stem = new ArrayList<>();
  private final List<List<Bottleneck>> stages = new ArrayList<>();
  private final AttentionPool pool;

  public ModifiedResNet(WeightSource weights, ClipConfig config, ClipConfig.ResNet resNet) {
    int width = resNet.width();
    stem.add(Convolution.numbered(weights, "visual.", 1, config.channels(), width / 2, 3, 2));
    stem.add(Convolution.numbered(weights, "visual.", 2, width / 2, width / 2, 3, 1));
    stem.add(Convolution.numbered(weights, "visual.", 3, width / 2, width, 3, 1));
    int in = width;
    for (int stage = 0; stage < resNet.layers().size(); stage++) {
      int planes = width << stage;
      List<Bottleneck> blocks = new ArrayList<>();
      for (int i = 0; i < resNet.layers().get(stage); i++) {
        int stride = stage > 0 && i == 0 ? 2 : 1;
        String prefix = "visual.layer" + (stage + 1) + "." + i + ".";
        blocks.add(new Bottleneck(weights, prefix, in, planes, stride));
        in = planes * 4;
      }
      stages.add(blocks);
    }
    pool = new AttentionPool(weights, in, config, resNet.heads());
  }

  @Override
  public Tensor features(Tensor images) {
    return features(images, (stage, map) -> {});
  }

  /** Receives the map of a stage, (B, channels, height, width). Stages are counted from 1. */
  @FunctionalInterface
  public interface StageListener {
    void map(int stage, Tensor map);
  }

  /**
   * Computes image features, before scaling to unit length, and reports the map of each stage.
   *
   * @param images (B, channels, R, R), normalized
   * @return (B, E)
   */
  public Tensor features(Tensor images, StageListener listener) {
    Tensor x = images.to(stem.get(0).weight.dtype());
    for (Convolution convolution : stem) {
      x = Functions.relu(convolution.apply(x));
    }
    x = Functions.averagePool2d(x, 2);
    for (int i = 0; i < stages.size(); i++) {
      for (Bottleneck block : stages.get(i)) {
        x = block.apply(x);
      }
      listener.map(i + 1, x);
    }
    return pool.apply(x);
  }

  /** A convolution and its batch normalization, {@code convN} and {@code bnN}. */
  private static final class Convolution {
    private final Tensor weight; // (out, in, kernel, kernel)
    private final Tensor scale; // (out)
    private final Tensor shift; // (out)
    private final Tensor mean; // (out)
    private final Tensor variance; // (out)
    private final int stride;
    private final int padding;
    private final boolean training;

    /** Loads the pair {@code convN} and {@code bnN} below a prefix. */
    static Convolution numbered(
        WeightSource weights, String prefix, int number, int in, int out, int kernel, int stride) {
      return new Convolution(
          weights, prefix + "conv" + number, prefix + "bn" + number, in, out, kernel, stride);
    }

    Convolution(
        WeightSource weights,
        String convolution,
        String norm,
        int in,
        int out,
        int kernel,
        int stride) {
      weight = weights.compute(convolution + ".weight", out, in, kernel, kernel);
      scale = weights.get(norm + ".weight", out);
      shift = weights.get(norm + ".bias", out);
      mean = weights.get(norm + ".running_mean", out);
      variance = weights.get(norm + ".running_var", out);
      this.stride = stride;
      padding = kernel / 2;
      training = weights.training();
    }

    Tensor apply(Tensor x) {
      return Functions.batchNorm(
          Functions.conv2d(x, weight, stride, padding), scale, shift, mean, variance, training);
    }
  }

  private static final class Bottleneck {
    private final Convolution first;
    private final Convolution second;
    private final Convolution third;
    private final @Nullable Convolution shortcut;
    private final int stride;

    Bottleneck(WeightSource weights, String prefix, int in, int planes, int stride) {
      this.stride = stride;
      int out = planes * 4;
      first = Convolution.numbered(weights, prefix, 1, in, planes, 1, 1);
      second = Convolution.numbered(weights, prefix, 2, planes, planes, 3, 1);
      third = Convolution.numbered(weights, prefix, 3, planes, out, 1, 1);
      shortcut =
          stride > 1 || in != out
              ? new Convolution(
                  weights, prefix + "downsample.0", prefix + "downsample.1", in, out, 1, 1)
              : null;
    }

    Tensor apply(Tensor x) {
      Tensor y = Functions.relu(first.apply(x));
      y = Functions.relu(second.apply(y));
      y = third.apply(pooled(y));
      Tensor identity = shortcut == null ? x : shortcut.apply(pooled(x));
      return Functions.relu(y.plus(identity));
    }

    private Tensor pooled(Tensor x) {
      return stride > 1 ? Functions.averagePool2d(x, stride) : x;
    }
  }

  /** The attention pooling. Its only query is the mean of all positions. */
  private static final class AttentionPool {
    private final int heads;
    private final DType computeType;
    private final Tensor positions; // (1 + positions, channels)
    private final Tensor queryWeight;
    private final Tensor queryBias;
    private final Tensor keyWeight;
    private final Tensor keyBias;
    private final Tensor valueWeight;
    private final Tensor valueBias;
    private final Tensor outWeight; // (E, channels)
    private final Tensor outBias; // (E)

    AttentionPool(WeightSource weights, int channels, ClipConfig config, int heads) {
      this.heads = heads;
      computeType = weights.computeType();
      int grid = config.imageResolution() / 32;
      String prefix = "visual.attnpool.";
      positions = weights.get(prefix + "positional_embedding", 1L + (long) grid * grid, channels);
      queryWeight = weights.compute(prefix + "q_proj.weight", channels, channels);
      queryBias = weights.compute(prefix + "q_proj.bias", channels);
      keyWeight = weights.compute(prefix + "k_proj.weight", channels, channels);
      keyBias = weights.compute(prefix + "k_proj.bias", channels);
      valueWeight = weights.compute(prefix + "v_proj.weight", channels, channels);
      valueBias = weights.compute(prefix + "v_proj.bias", channels);
      outWeight = weights.compute(prefix + "c_proj.weight", config.embedDim(), channels);
      outBias = weights.compute(prefix + "c_proj.bias", config.embedDim());
    }

    /**
     * Pools the positions.
     *
     * @param x (B, channels, height, width)
     * @return (B, E)
     */
    Tensor apply(Tensor x) {
      long batch = x.size(0);
      long channels = x.size(1);
      Tensor pixels = // (B, positions, channels)
          x.to(DType.FLOAT32).reshape(batch, channels, -1).transpose(1, 2);
      Tensor all = // (B, 1 + positions, channels)
          Tensor.concat(List.of(pixels.mean(1, true), pixels), 1).plus(positions);
      Tensor rows = all.reshape(-1, channels).to(computeType); // (B L, channels)
      Tensor queries = all.select(1, 0).to(computeType); // (B, channels)
      Tensor attended =
          new Attention(heads, batch)
              .of(
                  Functions.linear(queries, queryWeight, queryBias),
                  new Attention.Memory(
                      Functions.linear(rows, keyWeight, keyBias),
                      Functions.linear(rows, valueWeight, valueBias)),
                  null,
                  null);
      return Functions.linear(attended, outWeight, outBias).to(DType.FLOAT32);
    }
  }
}
