package org.kgcoop.model;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Tensor;

/**
 * The logits of a classifier as a formula of the unit feature f of an image, so that they can be
 * computed elsewhere. Its tensors are the classifier's own, or in the scope that was open when it
 * was asked for.
 */
public sealed interface Formula {

  /** C, the number of scores of an image. */
  long classes();

  /** E, the length of an image's feature. */
  long width();

  /**
   * The scores of images.
   *
   * @param features (B, E), unit rows
   * @return (B, C)
   */
  Tensor logits(Tensor features);

  /**
   * The formula of some of the classes, with tensors in the open scope of this thread.
   *
   * @param columns their places, int64
   */
  Formula select(Tensor columns);

  /**
   * {@code scale f W^T + b}: fixed class features, a linear probe.
   *
   * @param weight W, (C, E); unit rows where there is no bias
   * @param bias b, (C), or null for none
   */
  record Linear(Tensor weight, @Nullable Tensor bias, double scale) implements Formula {
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
    public Formula select(Tensor columns) {
      return new Linear(
          weight.indexSelect(0, columns),
          bias == null ? null : bias.indexSelect(0, columns),
          scale);
    }
  }

  /**
   * {@code alpha exp(-beta (1 - f K^T)) V}: the votes of images that are known, each the more the
   * more alike it is. Zhang et al., "Tip-Adapter: Training-free Adaption of CLIP for Few-shot
   * Classification", ECCV 2022, equation 3.
   *
   * @param keys K, (N, E)
   * @param values V, (N, C)
   */
  record Cache(Tensor keys, Tensor values, double alpha, double beta) implements Formula {
    @Override
    public long classes() {
      return values.size(1);
    }

    @Override
    public long width() {
      return keys.size(1);
    }

    @Override
    public Tensor logits(Tensor features) {
      Tensor affinity = features.matmul(keys.transpose(0, 1)); // (B, N)
      return affinity.times(beta).plus(-beta).exp().matmul(values).times(alpha);
    }

    @Override
    public Formula select(Tensor columns) {
      return new Cache(keys, values.indexSelect(1, columns), alpha, beta);
    }
  }

  /**
   * {@code then(unit(ratio ReLU(U ReLU(D f)) + (1 - ratio) f))}: a bottleneck before another
   * formula. Gao et al., "CLIP-Adapter: Better Vision-Language Models with Feature Adapters", IJCV
   * 2024.
   *
   * @param down D, (H, E)
   * @param up U, (E, H)
   * @param then of the adapted feature
   */
  record Adapter(Tensor down, Tensor up, double ratio, Formula then) implements Formula {
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
    public Formula select(Tensor columns) {
      return new Adapter(down, up, ratio, then.select(columns));
    }
  }

  /**
   * The sum of several formulas for the same classes, such as class features and a cache.
   *
   * @param parts at least one
   */
  record Sum(List<Formula> parts) implements Formula {
    public Sum {
      parts = List.copyOf(parts);
      if (parts.isEmpty()) {
        throw new IllegalArgumentException("sum of formulas: expected at least one");
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
    public Formula select(Tensor columns) {
      return new Sum(parts.stream().map(part -> part.select(columns)).toList());
    }
  }
}
