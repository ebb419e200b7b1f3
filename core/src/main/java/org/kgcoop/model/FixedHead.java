package org.kgcoop.model;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * Head whose logits are a formula of the unit feature f of an image and of constant tensors.
 * Another program needs nothing more to compute the logits: the ONNX export converts each record to
 * nodes.
 *
 * <p>A record does not copy its tensors. {@link #copy} returns a head with its own memory, and only
 * such a head needs {@link #close}.
 */
public sealed interface FixedHead extends Head {

  /** Returns C, the number of classes. */
  long classes();

  /** Returns E, the length of an image feature. */
  long width();

  /**
   * Selects some of the classes. The result uses tensors of this head or of the open scope.
   *
   * @param columns the indices of the classes, int64
   */
  FixedHead select(Tensor columns);

  /**
   * Multiplies the logits by a factor, such as 1 / T for a temperature T. The result uses tensors
   * of this head or of the open scope.
   */
  FixedHead times(double factor);

  /** Returns a copy of a head that is computed in a scope of its own, without gradients. */
  static FixedHead copyOf(Supplier<FixedHead> head) {
    try (Scope scope = Scope.open("head");
        Autograd.Switch off = Autograd.off()) {
      return head.get().copy();
    }
  }

  /** Returns the same formula with other tensors. */
  FixedHead map(UnaryOperator<Tensor> other);

  /** Returns a head with its own memory and without gradient history. The caller closes it. */
  default FixedHead copy() {
    return map(tensor -> tensor.detach().copy().keep());
  }

  @Override
  default void close() {
    FixedHead unused =
        map(
            tensor -> {
              tensor.close();
              return tensor;
            });
  }

  @Override
  default Optional<FixedHead> fixed() {
    return Optional.of(this);
  }

  private static @Nullable Tensor mapped(@Nullable Tensor tensor, UnaryOperator<Tensor> other) {
    return tensor == null ? null : other.apply(tensor);
  }

  /**
   * Linear head, {@code scale f W^T + b}, for fixed class features or a linear probe.
   *
   * @param weight W, (C, E); unit rows if there is no bias
   * @param bias b, (C), or null for none
   * @param scale the scale of the first term
   */
  record Linear(Tensor weight, @Nullable Tensor bias, double scale) implements FixedHead {

    /**
     * Creates a head from class features, (C, E), unit rows, which are computed in a separate
     * scope.
     */
    public static Linear of(double scale, Supplier<Tensor> classFeatures) {
      try (Scope scope = Scope.open("class features")) {
        return new Linear(classFeatures.get().keep(), null, scale);
      }
    }

    @Override
    public long classes() {
      return weight.size(0);
    }

    @Override
    public long width() {
      return weight.size(1);
    }

    @Override
    public Tensor logits(Tensor features) {
      return bias == null
          ? features.matmul(weight.transpose(0, 1)).times(scale)
          : Functions.scaledLinear(features, weight, scale, bias);
    }

    @Override
    public Linear select(Tensor columns) {
      return map(tensor -> tensor.indexSelect(0, columns));
    }

    @Override
    public FixedHead times(double factor) {
      return new Linear(weight, mapped(bias, b -> b.times(factor)), scale * factor);
    }

    @Override
    public Linear map(UnaryOperator<Tensor> other) {
      return new Linear(other.apply(weight), mapped(bias, other), scale);
    }
  }

  /**
   * Cache head, {@code alpha exp(-beta (1 - f K^T)) V}. Each known image votes for its class, and
   * similar images have a larger weight. Zhang et al., "Tip-Adapter: Training-free Adaption of CLIP
   * for Few-shot Classification", ECCV 2022, equation 3.
   *
   * @param keys K, (N, E)
   * @param values V, (N, C)
   * @param alpha the weight of the cache
   * @param beta the sharpness of the cache
   */
  record Cache(Tensor keys, CacheValues values, double alpha, double beta) implements FixedHead {

    /** Computes {@code 1 - f K^T}, (B, N). */
    public Tensor distances(Tensor features) {
      return features.matmul(keys.transpose(0, 1)).times(-1).plus(1);
    }

    /**
     * Computes the votes without the factor alpha and with another beta, (B, C).
     *
     * @param distances the distances, (B, N)
     */
    public Tensor votes(Tensor distances, double otherBeta) {
      return values.weighted(distances.times(-otherBeta).exp());
    }

    @Override
    public long classes() {
      return values.classes();
    }

    @Override
    public long width() {
      return keys.size(1);
    }

    @Override
    public Tensor logits(Tensor features) {
      return votes(distances(features), beta).times(alpha);
    }

    @Override
    public FixedHead select(Tensor columns) {
      return new Cache(keys, values.select(columns), alpha, beta);
    }

    @Override
    public FixedHead times(double factor) {
      return new Cache(keys, values, alpha * factor, beta);
    }

    @Override
    public FixedHead map(UnaryOperator<Tensor> other) {
      return new Cache(other.apply(keys), values.map(other), alpha, beta);
    }
  }

  /** Values of the images of a cache, one per class, (N, C). */
  interface CacheValues {
    long classes();

    /** Computes {@code likeness V}: (B, N) to (B, C). */
    Tensor weighted(Tensor likeness);

    /** Returns V, (N, C), which belongs to these values or to the open scope. */
    Tensor matrix();

    /** Selects the votes for some classes. */
    CacheValues select(Tensor columns);

    /** Returns the same values with other tensors. */
    CacheValues map(UnaryOperator<Tensor> other);
  }

  /** Values in a dense matrix. */
  record DenseValues(Tensor matrix) implements CacheValues {
    @Override
    public long classes() {
      return matrix.size(1);
    }

    @Override
    public Tensor weighted(Tensor likeness) {
      return likeness.matmul(matrix);
    }

    @Override
    public CacheValues select(Tensor columns) {
      return map(tensor -> tensor.indexSelect(1, columns));
    }

    @Override
    public CacheValues map(UnaryOperator<Tensor> other) {
      return new DenseValues(other.apply(matrix));
    }
  }

  /**
   * Head of the logarithm of scores, {@code factor log max(softmax(prior) + correction, floor)}.
   * The scores are probabilities that a regression corrects, so they may be below 0.
   *
   * @param prior the head of the probabilities
   * @param correction the head that is added to them
   * @param floor the smallest score, above 0
   * @param columns the indices of the selected classes, int64, or null for all
   */
  record LogScores(
      FixedHead prior, FixedHead correction, double floor, double factor, @Nullable Tensor columns)
      implements FixedHead {

    @Override
    public long classes() {
      return columns == null ? prior.classes() : columns.size(0);
    }

    @Override
    public long width() {
      return prior.width();
    }

    @Override
    public Tensor logits(Tensor features) {
      Tensor scores =
          Functions.softmax(prior.logits(features), 1).plus(correction.logits(features));
      Tensor floored = Functions.relu(scores.plus(-floor)).plus(floor);
      Tensor logits = Functions.log(floored).times(factor);
      return columns == null ? logits : logits.indexSelect(1, columns);
    }

    @Override
    public FixedHead select(Tensor selected) {
      return new LogScores(
          prior,
          correction,
          floor,
          factor,
          columns == null ? selected : columns.indexSelect(0, selected));
    }

    @Override
    public FixedHead times(double other) {
      return new LogScores(prior, correction, floor, factor * other, columns);
    }

    @Override
    public FixedHead map(UnaryOperator<Tensor> other) {
      return new LogScores(
          prior.map(other), correction.map(other), floor, factor, mapped(columns, other));
    }
  }

  /**
   * Adapter head, {@code then(unit(ratio ReLU(U ReLU(D f)) + (1 - ratio) f))}: a bottleneck before
   * another head. Gao et al., "CLIP-Adapter: Better Vision-Language Models with Feature Adapters",
   * IJCV 2024.
   *
   * @param down D, (H, E)
   * @param up U, (E, H)
   * @param ratio the share of the bottleneck in the feature
   * @param then the head of the adapted feature
   */
  record Adapter(Tensor down, Tensor up, double ratio, FixedHead then) implements FixedHead {
    @Override
    public long classes() {
      return then.classes();
    }

    @Override
    public long width() {
      return down.size(1);
    }

    @Override
    public Tensor logits(Tensor features) {
      Tensor hidden = Functions.relu(Functions.linear(features, down, null)); // (B, H)
      Tensor adapted = Functions.relu(Functions.linear(hidden, up, null)); // (B, E)
      return then.logits(adapted.times(ratio).plus(features.times(1 - ratio)).unitRows());
    }

    @Override
    public FixedHead select(Tensor columns) {
      return new Adapter(down, up, ratio, then.select(columns));
    }

    @Override
    public FixedHead times(double factor) {
      return new Adapter(down, up, ratio, then.times(factor));
    }

    @Override
    public FixedHead map(UnaryOperator<Tensor> other) {
      return new Adapter(other.apply(down), other.apply(up), ratio, then.map(other));
    }
  }

  /**
   * Sum of several heads of the same classes, such as class features and a cache.
   *
   * @param parts the heads, at least one
   */
  record Sum(List<FixedHead> parts) implements FixedHead {
    public Sum {
      parts = List.copyOf(parts);
      if (parts.isEmpty()) {
        throw new IllegalArgumentException("sum of heads: expected at least one");
      }
    }

    @Override
    public long classes() {
      return parts.get(0).classes();
    }

    @Override
    public long width() {
      return parts.get(0).width();
    }

    @Override
    public Tensor logits(Tensor features) {
      return parts.stream().map(part -> part.logits(features)).reduce(Tensor::plus).orElseThrow();
    }

    @Override
    public FixedHead select(Tensor columns) {
      return new Sum(parts.stream().map(part -> part.select(columns)).toList());
    }

    @Override
    public FixedHead times(double factor) {
      return new Sum(parts.stream().map(part -> part.times(factor)).toList());
    }

    @Override
    public FixedHead map(UnaryOperator<Tensor> other) {
      return new Sum(parts.stream().map(part -> part.map(other)).toList());
    }
  }
}
