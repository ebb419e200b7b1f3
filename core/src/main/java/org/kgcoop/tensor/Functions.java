package org.kgcoop.tensor;

import static org.kgcoop.tensor.NativeCall.tensor;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** LibTorch's neural network operations, under their usual names. */
public final class Functions {
  private Functions() {}

  /**
   * Computes {@code x W^T + b}.
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
   * Normalizes rows to mean 0 and variance 1, then scales and shifts them.
   *
   * @param x (..., W)
   * @param weight (W)
   * @param bias (W)
   * @param epsilon the term added to the variance
   */
  public static Tensor layerNorm(Tensor x, Tensor weight, Tensor bias, double epsilon) {
    return tensor(
        "layerNorm",
        () ->
            torch.layer_norm(
                x.handle(), weight.shape(), optional(weight), optional(bias), epsilon, false),
        x,
        weight,
        bias);
  }

  /**
   * Applies batch normalization with the stored mean and variance, and epsilon 1e-5.
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
   * Applies a two-dimensional convolution without bias.
   *
   * @param x (B, in, height, width)
   * @param weight (out, in, kernel, kernel)
   */
  public static Tensor conv2d(Tensor x, Tensor weight, int stride, int padding) {
    return tensor(
        "conv2d",
        () ->
            torch.conv2d(
                x.handle(),
                weight.handle(),
                new TensorOptional(),
                new long[] {stride, stride},
                new long[] {padding, padding},
                new long[] {1, 1},
                1),
        x,
        weight);
  }

  /**
   * Selects rows of a table, as {@link Tensor#indexSelect}, but with a faster gradient.
   *
   * @param table (rows, W)
   * @param indices (N) int64
   * @return (N, W)
   */
  public static Tensor rows(Tensor table, Tensor indices) {
    return tensor("rows", () -> torch.embedding(table.handle(), indices.handle()), table, indices);
  }

  /** Computes means over squares of {@code size} by {@code size} pixels without overlap. */
  public static Tensor averagePool2d(Tensor x, int size) {
    return tensor("averagePool2d", () -> torch.avg_pool2d(x.handle(), size, size), x);
  }

  /** Computes the natural logarithm of each element. */
  public static Tensor log(Tensor x) {
    return tensor("log", () -> torch.log(x.handle()), x);
  }

  public static Tensor relu(Tensor x) {
    return tensor("relu", () -> torch.relu(x.handle()), x);
  }

  /** Applies the exact GELU, {@code x Phi(x)}. */
  public static Tensor gelu(Tensor x) {
    return tensor("gelu", () -> torch.gelu(x.handle()), x);
  }

  /** Applies {@code x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2}. */
  public static Tensor geluTanh(Tensor x) {
    return tensor("geluTanh", () -> torch.gelu(x.handle(), "tanh"), x);
  }

  public static Tensor sigmoid(Tensor x) {
    return tensor("sigmoid", () -> torch.sigmoid(x.handle()), x);
  }

  /** Applies {@code x sigmoid(x)}. */
  public static Tensor silu(Tensor x) {
    return tensor("silu", () -> torch.silu(x.handle()), x);
  }

  /**
   * The eigenvalues and eigenvectors of a symmetric matrix.
   *
   * @param values (n), ascending
   * @param vectors (n, n), one eigenvector per column
   */
  public record Eigen(Tensor values, Tensor vectors) {}

  /** Decomposes a symmetric matrix (n, n) from its lower triangle. */
  public static Eigen eigen(Tensor symmetric) {
    var pair = NativeCall.run("eigen", () -> torch.linalg_eigh(symmetric.handle()), symmetric);
    return new Eigen(copied(pair.get0()), copied(pair.get1()));
  }

  /** The diagonal matrix (n, n) of values (n). */
  public static Tensor diagonal(Tensor values) {
    return tensor("diagonal", () -> torch.diag(values.handle()), values);
  }

  /** Solves A X = B for X, with A (n, n) and B (n, k). */
  public static Tensor solve(Tensor a, Tensor b) {
    return tensor("solve", () -> torch.linalg_solve(a.handle(), b.handle()), a, b);
  }

  /** Inverts a symmetric, positive definite matrix (n, n), which takes memory for three of them. */
  public static Tensor inverse(Tensor positiveDefinite) {
    return tensor(
        "inverse",
        () -> torch.cholesky_inverse(torch.linalg_cholesky(positiveDefinite.handle())),
        positiveDefinite);
  }

  /** Returns the largest absolute value of each column: (N, n) to (n). */
  public static Tensor largestOfColumns(Tensor x) {
    return tensor("largestOfColumns", () -> x.handle().abs().amax(new long[] {0}, false), x);
  }

  /** Returns the largest element of each row: (N, n) to (N). */
  public static Tensor largestOfRows(Tensor x) {
    return tensor("largestOfRows", () -> x.handle().amax(new long[] {1}, false), x);
  }

  /** Computes {@code a + factor b}, with axes of length 1 repeated. */
  public static Tensor scaledSum(Tensor a, Tensor b, double factor) {
    return tensor("scaledSum", () -> a.handle().add(b.handle(), new Scalar(factor)), a, b);
  }

  public static Tensor softmax(Tensor x, long axis) {
    return tensor("softmax", () -> torch.softmax(x.handle(), axis), x);
  }

  public static Tensor logSoftmax(Tensor x, long axis) {
    return tensor("logSoftmax", () -> torch.log_softmax(x.handle(), axis), x);
  }

  /**
   * Computes {@code scale x W^T + b} in one operation.
   *
   * @param x (N, in)
   * @param weight (out, in)
   * @param bias (out)
   * @return (N, out)
   */
  public static Tensor scaledLinear(Tensor x, Tensor weight, double scale, Tensor bias) {
    return tensor(
        "scaledLinear",
        () ->
            torch.addmm(
                bias.handle(), x.handle(), weight.handle().t(), new Scalar(1.0), new Scalar(scale)),
        x,
        weight,
        bias);
  }

  /**
   * Computes {@code scale a b + c} for a batch of matrices in one operation.
   *
   * @param a (B, n, k)
   * @param b (B, k, m)
   * @param c broadcast to (B, n, m), or null for none
   * @return (B, n, m)
   */
  public static Tensor scaledProduct(Tensor a, Tensor b, double scale, @Nullable Tensor c) {
    if (c == null) {
      Tensor scaled = scale == 1 ? a : a.times(scale);
      return tensor("scaledProduct", () -> torch.bmm(scaled.handle(), b.handle()), scaled, b);
    }
    return tensor(
        "scaledProduct",
        () -> torch.baddbmm(c.handle(), a.handle(), b.handle(), new Scalar(1.0), new Scalar(scale)),
        a,
        b,
        c);
  }

  /**
   * Computes the eigenvalues of a symmetric matrix, the smallest first.
   *
   * @param x (N, N)
   * @return (N)
   */
  public static Tensor eigenvalues(Tensor x) {
    return tensor("eigenvalues", () -> torch.linalg_eigvalsh(x.handle()), x);
  }

  /**
   * Computes the mean over the batch of {@code -log softmax(logits)[label]}.
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
   * Returns the largest values along the last axis and their indices, largest first.
   *
   * @return values and int64 indices, both (..., count)
   */
  public static Top top(Tensor x, int count) {
    var pair = NativeCall.run("top", () -> torch.topk(x.handle(), count, -1, true, true), x);
    return new Top(copied(pair.get0()), copied(pair.get1()));
  }

  /**
   * Returns a tensor with a reference of its own. The pair that it comes from owns the given one.
   */
  private static Tensor copied(org.bytedeco.pytorch.Tensor element) {
    return tensor("copied", () -> new org.bytedeco.pytorch.Tensor(element));
  }

  public record Top(Tensor values, Tensor indices) {}

  private static TensorOptional optional(Tensor tensor) {
    return new TensorOptional(tensor.handle());
  }
}
