package org.kgcoop.model;

import java.util.Optional;
import org.kgcoop.KgCoopException;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Tensor;

/** A method made ready for one list of classes. Owns native memory: close it. */
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
    Tensor logits = logits(features);
    if (!logits.isFinite()) {
      throw KgCoopException.weights(
          "a score of a class is no finite number: what was learned, or the CLIP's weights, is"
              + " damaged or its values are too large; train again, or fetch the weights anew");
    }
    return Functions.softmax(logits, 1);
  }

  /**
   * The class features, (C, E), unit rows, where they are the same for every image. They are the
   * classifier's own and live as long as it does.
   */
  default Optional<Tensor> classFeatures() {
    return Optional.empty();
  }

  /**
   * The image encoder that makes the features it takes, where that is not the CLIP's own. It lives
   * as long as the classifier.
   */
  default Optional<FeatureEncoder> encoder() {
    return Optional.empty();
  }

  /** The logits as a formula; empty where they need more than the image's feature and tensors. */
  default Optional<Formula> formula() {
    return Optional.empty();
  }

  @Override
  void close();
}
