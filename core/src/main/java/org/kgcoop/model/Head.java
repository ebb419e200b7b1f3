package org.kgcoop.model;

import java.util.Optional;
import org.kgcoop.KgCoopException;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Tensor;

/**
 * The last step of a classifier: from the features of images to logits of one list of classes. Owns
 * native memory: close it.
 */
public interface Head extends AutoCloseable {

  /**
   * A score of each class for each image; softmax makes them probabilities.
   *
   * @param features (B, E), unit rows of the CLIP's image encoder, or what {@link #encoder} makes
   * @return (B, C)
   */
  Tensor logits(Tensor features);

  /**
   * The probability of each class for each image, the one place where they are made.
   *
   * @param features as {@link #logits} takes them
   * @return (B, C)
   * @throws KgCoopException where a logit is no finite number, so that there are none
   */
  default Tensor probabilities(Tensor features) {
    return Functions.softmax(finiteLogits(features), 1);
  }

  /** The logits, (B, C), checked as {@link #probabilities} checks them. */
  default Tensor finiteLogits(Tensor features) {
    Tensor logits = logits(features);
    if (!logits.isFinite()) {
      throw KgCoopException.weights(
          "a score of a class is no finite number: what was learned, or the CLIP's weights, is"
              + " damaged or its values are too large; train again, or fetch the weights anew");
    }
    return logits;
  }

  /**
   * The class features, (C, E), unit rows, where logits are their cosines. They are the head's own
   * and live as long as it does.
   */
  default Optional<Tensor> classFeatures() {
    return fixed()
        .filter(head -> head instanceof FixedHead.Linear linear && linear.bias() == null)
        .map(head -> ((FixedHead.Linear) head).weight());
  }

  /**
   * The image encoder that makes the features it takes, where that is not the CLIP's own. It lives
   * as long as the head.
   */
  default Optional<FeatureEncoder> encoder() {
    return Optional.empty();
  }

  /**
   * The head as a formula of features and tensors, which are this head's own; empty where each
   * image has class features of its own.
   */
  default Optional<FixedHead> fixed() {
    return Optional.empty();
  }

  @Override
  void close();
}
