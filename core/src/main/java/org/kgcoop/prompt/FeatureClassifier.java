package org.kgcoop.prompt;

import org.kgcoop.tensor.Tensor;

/** A method made ready for one list of classes. Owns native memory: close it. */
public interface FeatureClassifier extends AutoCloseable {

  /**
   * A score of each class for each picture; softmax makes them probabilities.
   *
   * @param features (B, E), unit rows
   * @return (B, C)
   */
  Tensor logits(Tensor features);

  @Override
  void close();
}
