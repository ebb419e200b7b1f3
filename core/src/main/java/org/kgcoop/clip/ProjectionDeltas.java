package org.kgcoop.clip;

import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.kgcoop.tensor.Tensor;

/** Trained terms that are added to the frozen projections of an attention layer. */
@FunctionalInterface
public interface ProjectionDeltas {

  /** The projections of an attention layer. One weight contains the first three, in this order. */
  enum Projection {
    QUERY,
    KEY,
    VALUE,
    OUTPUT
  }

  /** No term for any projection. */
  ProjectionDeltas NONE = (projection, x, rows) -> null;

  /**
   * Computes the term of a projection.
   *
   * @param x (n, W), the input of the projection
   * @param rows converts values of the positions of images or texts, in sequence (groups L, W), to
   *     values of the rows of x, (n, W). All texts have the length of the longest. They must not
   *     share a beginning if this function is used.
   * @return (n, W), or null for none
   */
  @Nullable Tensor of(Projection projection, Tensor x, UnaryOperator<Tensor> rows);
}
