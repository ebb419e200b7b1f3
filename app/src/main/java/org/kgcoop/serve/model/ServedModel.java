package org.kgcoop.serve.model;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.kgcoop.classify.Classification;
import org.kgcoop.classify.Classifier;
import org.kgcoop.tensor.Tensor;

/**
 * A classifier with a name.
 *
 * @param reading one object for all requests, so that they share batches
 */
public record ServedModel(
    String name, Classifier classifier, EncodingQueue.Reading<Classification> reading) {

  ServedModel(String name, Classifier classifier) {
    this(name, classifier, new Answers(classifier));
  }

  /** Classifies images, with the classifier's own image encoder if it has one. */
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
