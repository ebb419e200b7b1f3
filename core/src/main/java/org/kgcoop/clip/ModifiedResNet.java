package org.kgcoop.clip;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Tensor;

/**
 * CLIP's ResNet, with three convolutions as stem, average pooling before strided convolutions, and
 * attention pooling at the end.
 */
final class ModifiedResNet implements ImageEncoder {
  private final List<Convolution> stem = new ArrayList<>();
  private final List<Bottleneck> blocks = new ArrayList<>();
  private final Pool pool;

  ModifiedResNet(WeightSource weights, ClipConfig config, ClipConfig.ResNet resNet) {
    int width = resNet.width();
    stem.add(Convolution.numbered(weights, "visual.", 1, config.channels(), width / 2, 3, 2));
    stem.add(Convolution.numbered(weights, "visual.", 2, width / 2, width / 2, 3, 1));
    stem.add(Convolution.numbered(weights, "visual.", 3, width / 2, width, 3, 1));
    int in = width;
    for (int stage = 0; stage < resNet.layers().size(); stage++) {
      int planes = width << stage;
      for (int i = 0; i < resNet.layers().get(stage); i++) {
        int stride = stage > 0 && i == 0 ? 2 : 1;
        String prefix = "visual.layer" + (stage + 1) + "." + i + ".";
        blocks.add(new Bottleneck(weights, prefix, in, planes, stride));
        in = planes * 4;
      }
    }
    pool = new Pool(weights, in, config, resNet.heads());
  }

  @Override
  public Tensor features(Tensor images) {
    Tensor x = images.to(stem.get(0).weight.dtype());
    for (Convolution convolution : stem) {
      x = Functions.relu(convolution.apply(x));
    }
    x = Functions.averagePool2d(x, 2);
    for (Bottleneck block : blocks) {
      x = block.apply(x);
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

    /** Loads the tensors, whose names start with these. */
    Convolution(
        WeightSource weights, String name, String norm, int in, int out, int kernel, int stride) {
      weight = weights.compute(name + ".weight", out, in, kernel, kernel);
      scale = weights.get(norm + ".weight", out);
      shift = weights.get(norm + ".bias", out);
      mean = weights.get(norm + ".running_mean", out);
      variance = weights.get(norm + ".running_var", out);
      this.stride = stride;
    }

    /** Loads the pair {@code convN} and {@code bnN} below a prefix. */
    static Convolution numbered(
        WeightSource weights, String prefix, int number, int in, int out, int kernel, int stride) {
      String norm = prefix + "bn" + number;
      return new Convolution(weights, prefix + "conv" + number, norm, in, out, kernel, stride);
    }

    Tensor apply(Tensor x) {
      Tensor convolved = Functions.conv2d(x, weight, stride, (int) weight.size(2) / 2);
      return Functions.batchNorm(convolved, scale, shift, mean, variance);
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
      String name = prefix + "downsample.";
      shortcut =
          stride > 1 || in != out
              ? new Convolution(weights, name + "0", name + "1", in, out, 1, 1)
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
  private static final class Pool {
    private final int heads;
    private final DType computeType;
    private final Tensor positions; // (1 + positions, channels)
    private final UnaryOperator<Tensor> query;
    private final UnaryOperator<Tensor> key;
    private final UnaryOperator<Tensor> value;
    private final UnaryOperator<Tensor> out; // to (E)

    Pool(WeightSource weights, int channels, ClipConfig config, int heads) {
      this.heads = heads;
      computeType = weights.computeType();
      int grid = config.imageResolution() / 32;
      String prefix = "visual.attnpool.";
      positions = weights.get(prefix + "positional_embedding", 1L + (long) grid * grid, channels);
      query = linear(weights, prefix + "q_proj", channels, channels);
      key = linear(weights, prefix + "k_proj", channels, channels);
      value = linear(weights, prefix + "v_proj", channels, channels);
      out = linear(weights, prefix + "c_proj", channels, config.embedDim());
    }

    private static UnaryOperator<Tensor> linear(
        WeightSource weights, String name, int in, int out) {
      Tensor weight = weights.compute(name + ".weight", out, in);
      Tensor bias = weights.compute(name + ".bias", out);
      return rows -> Functions.linear(rows, weight, bias);
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
      Attention.Memory memory = new Attention.Memory(key.apply(rows), value.apply(rows));
      Tensor attended = new Attention(heads, batch).of(query.apply(queries), memory, null, null);
      return out.apply(attended).to(DType.FLOAT32);
    }
  }
}
