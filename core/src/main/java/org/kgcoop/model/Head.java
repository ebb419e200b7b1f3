package org.kgcoop.model;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.Optional;
import org.kgcoop.KgCoopException;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Tensor;

/**
 * Last step of a classifier, from image features to the logits of a fixed list of classes. A head
 * owns native memory and must be closed.
 */
public interface Head extends AutoCloseable {

  /**
   * Computes the logits of each class for each image.
   *
   * @param features the features, (B, E): unit rows of the CLIP model's image encoder, or the
   *     output of {@link #encoder} if it is present
   * @return the logits, (B, C)
   */
  Tensor logits(Tensor features);

  /**
   * Computes the probability of each class for each image.
   *
   * @param features the features, as for {@link #logits}
   * @return the probabilities, (B, C)
   * @throws KgCoopException if a logit is not finite
   */
  default Tensor probabilities(Tensor features) {
    return Functions.softmax(finiteLogits(features), 1);
  }

  /** Computes the logits, (B, C), with the same check as {@link #probabilities}. */
  @CanIgnoreReturnValue
  default Tensor finiteLogits(Tensor features) {
    Tensor logits = logits(features);
    if (!logits.isFinite()) {
      throw KgCoopException.weights(
          "a score of a class is no finite number: what was learned, or the CLIP's weights, is"
              + " damaged or its values are too large; train again, or download the weights again");
    }
    return logits;
  }

  /**
   * Returns the class features, (C, E), unit rows, if the logits are their scaled cosines. They
   * belong to the head and are valid until it is closed.
   */
  default Optional<Tensor> classFeatures() {
    return fixed()
        .filter(head -> head instanceof FixedHead.Linear linear && linear.bias() == null)
        .map(head -> ((FixedHead.Linear) head).weight());
  }

  /**
   * Returns the image encoder for this head, if it is not the CLIP model's own. It is valid until
   * the head is closed.
   */
  default Optional<FeatureEncoder> encoder() {
    return Optional.empty();
  }

  /**
   * Returns the head as a formula of image features and constant tensors, which belong to this
   * head. Empty if the class features depend on the image.
   */
  default Optional<FixedHead> fixed() {
    return Optional.empty();
  }

  @Override
  void close();
}
