package org.kgcoop.clip;

import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.kgcoop.tensor.Tensor;

/** Terms beside the projections of a block's attention, which stay frozen themselves. */
@FunctionalInterface
public interface ProjectionDeltas {

  /** The projections of an attention; one weight holds the first three, in this order. */
  enum Projection {
    QUERY,
    KEY,
    VALUE,
    OUTPUT
  }

  /** No term anywhere. */
  ProjectionDeltas NONE = (projection, x, rows) -> null;

  /**
   * The term of a projection.
   *
   * @param x (n, W), the input of the projection
   * @param rows takes what belongs to the positions of images or texts one after the other, (groups
   *     L, W), to what belongs to the rows of x, (n, W). Texts have the positions of the longest,
   *     and they must not share a beginning where this is asked for.
   * @return (n, W), or null for none
   */
  @Nullable Tensor of(Projection projection, Tensor x, UnaryOperator<Tensor> rows);
}
