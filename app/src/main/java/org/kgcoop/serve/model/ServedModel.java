package org.kgcoop.serve.model;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.kgcoop.classify.Classification;
import org.kgcoop.classify.Classifier;
import org.kgcoop.tensor.Tensor;

/**
 * A classifier under a name.
 *
 * @param reading the same object for all requests, so that they share its batches
 */
public record ServedModel(
    String name, Classifier classifier, EncodingQueue.Reading<Classification> reading) {

  ServedModel(String name, Classifier classifier) {
    this(name, classifier, new Answers(classifier));
  }

  /** The answers of a classifier to images, through its own image encoder if it has one. */
  private record Answers(Classifier classifier) implements EncodingQueue.Reading<Classification> {
    @Override
    public List<Classification> of(Tensor features) {
      return classifier.ofFeatures(features);
    }

    @Override
    public Optional<UnaryOperator<Tensor>> encoder() {
      return classifier.hasOwnEncoder() ? Optional.of(classifier::features) : Optional.empty();
    }
  }
}
