package org.kgcoop.tensor;

import static org.kgcoop.tensor.NativeCall.tensor;

import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** The operations of neural networks: LibTorch's, under the names of the field. */
public final class Functions {
  private Functions() {}

  /**
   * {@code x W^T + b}.
   *
   * @param x (..., in)
   * @param weight (out, in)
   * @param bias (out), or null for none
   * @return (..., out)
   */
  public static Tensor linear(Tensor x, Tensor weight, @Nullable Tensor bias) {
    return bias == null
        ? tensor("linear", () -> torch.linear(x.handle(), weight.handle()), x, weight)
        : tensor(
            "linear",
            () -> torch.linear(x.handle(), weight.handle(), optional(bias)),
            x,
            weight,
            bias);
  }

  /**
   * Rows brought to mean 0 and variance 1, then scaled and shifted; epsilon 1e-5 as in CLIP.
   *
   * @param x (..., W)
   * @param weight (W)
   * @param bias (W)
   */
  public static Tensor layerNorm(Tensor x, Tensor weight, Tensor bias) {
    return tensor(
        "layerNorm",
        () ->
            torch.layer_norm(
                x.handle(), weight.shape(), optional(weight), optional(bias), 1e-5, false),
        x,
        weight,
        bias);
  }

  /**
   * Batch normalisation with stored statistics; epsilon 1e-5.
   *
   * @param x (B, channels, height, width)
   */
  public static Tensor batchNorm(
      Tensor x, Tensor weight, Tensor bias, Tensor runningMean, Tensor runningVariance) {
    return tensor(
        "batchNorm",
        () ->
            torch.batch_norm(
                x.handle(),
                optional(weight),
                optional(bias),
                optional(runningMean),
                optional(runningVariance),
                false,
                0.1,
                1e-5,
                false),
        x,
        weight,
        bias,
        runningMean,
        runningVariance);
  }

  /**
   * Two-dimensional convolution without bias.
   *
   * @param x (B, in, height, width)
   * @param weight (out, in, kernel, kernel)
   */
  public static Tensor conv2d(Tensor x, Tensor weight, int stride, int padding) {
    long[] both = {1, 1};
    return tensor(
        "conv2d",
        () ->
            torch.conv2d(
                x.handle(),
                weight.handle(),
                new TensorOptional(),
                new long[] {stride, stride},
                new long[] {padding, padding},
                both,
                1),
        x,
        weight);
  }

  /** Mean over squares of {@code size} by {@code size} pixels, which do not overlap. */
  public static Tensor averagePool2d(Tensor x, int size) {
    return tensor("averagePool2d", () -> torch.avg_pool2d(x.handle(), size, size), x);
  }

  public static Tensor relu(Tensor x) {
    return tensor("relu", () -> torch.relu(x.handle()), x);
  }

  /** The exact GELU, {@code x Phi(x)}. */
  public static Tensor gelu(Tensor x) {
    return tensor("gelu", () -> torch.gelu(x.handle()), x);
  }

  /** CLIP's {@code x sigmoid(1.702 x)}. */
  public static Tensor quickGelu(Tensor x) {
    return tensor(
        "quickGelu",
        () -> x.handle().mul(torch.sigmoid(x.handle().mul(new org.bytedeco.pytorch.Scalar(1.702)))),
        x);
  }

  public static Tensor softmax(Tensor x, long axis) {
    return tensor("softmax", () -> torch.softmax(x.handle(), axis), x);
  }

  public static Tensor logSoftmax(Tensor x, long axis) {
    return tensor("logSoftmax", () -> torch.log_softmax(x.handle(), axis), x);
  }

  /**
   * {@code softmax(q k^T / sqrt(head width)) v}.
   *
   * @param query (B, heads, queries, head width)
   * @param key (B, heads, keys, head width)
   * @param value (B, heads, keys, head width)
   * @param causal whether position i sees only positions up to i
   * @return (B, heads, queries, head width)
   */
  public static Tensor attention(Tensor query, Tensor key, Tensor value, boolean causal) {
    // Two products and a softmax: LibTorch's fused kernel is several times slower in bf16 on a CPU.
    long width = query.size(-1);
    Tensor scores = query.times(1 / Math.sqrt((double) width)).matmul(key.transpose(-2, -1));
    if (causal) {
      scores = scores.plus(causalMask(query.size(-2), scores));
    }
    return softmax(scores, -1).matmul(value);
  }

  /** (length, length): 0 up to the diagonal, minus infinity above it. */
  private static Tensor causalMask(long length, Tensor like) {
    Tensor mask = Tensor.full(Double.NEGATIVE_INFINITY, length, length);
    return tensor("causalMask", () -> mask.handle().triu(1), mask)
        .to(like.dtype())
        .to(like.device());
  }

  /**
   * Mean over the batch of {@code -log softmax(logits)[label]}.
   *
   * @param logits (B, C)
   * @param labels (B) int64
   * @return ()
   */
  public static Tensor crossEntropy(Tensor logits, Tensor labels) {
    return tensor(
        "crossEntropy",
        () -> torch.nll_loss(torch.log_softmax(logits.handle(), 1), labels.handle()),
        logits,
        labels);
  }

  /**
   * The largest values along the last axis and where they are, largest first.
   *
   * @return values and int64 indices, both (..., count)
   */
  public static Top top(Tensor x, int count) {
    Scope scope = Scope.innermost();
    return NativeCall.run(
        "top",
        () -> {
          var pair = torch.topk(x.handle(), count, -1, true, true);
          return new Top(
              new Tensor(new org.bytedeco.pytorch.Tensor(pair.get0()), scope),
              new Tensor(new org.bytedeco.pytorch.Tensor(pair.get1()), scope));
        },
        x);
  }

  /** What {@link #top} returns. */
  public record Top(Tensor values, Tensor indices) {}

  private static TensorOptional optional(Tensor tensor) {
    return new TensorOptional(tensor.handle());
  }
}
