package org.kgcoop.serve.model;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.kgcoop.api.ClassGroups;
import org.kgcoop.api.Classification;
import org.kgcoop.api.Classifier;
import org.kgcoop.image.view.TransformedImage;
import org.kgcoop.serve.model.EncodingQueue.BatchFunction;

/**
 * A classifier with a name.
 *
 * @param groups the groups of its classes, or null
 * @param function one object for all requests, so that they share batches
 */
public record ServedModel(
    String name,
    Classifier classifier,
    @Nullable ClassGroups groups,
    BatchFunction<Classification> function) {
  ServedModel(String name, Classifier classifier, @Nullable ClassGroups groups) {
    this(name, classifier, groups, new Classify(classifier));
  }

  /** Classifies images, with the classifier's own image encoder if it has one. */
  private record Classify(Classifier classifier) implements BatchFunction<Classification> {
    @Override
    public List<Classification> apply(float[][] features) {
      return classifier.ofFeatures(features);
    }

    @Override
    public Optional<Function<List<TransformedImage>, float[][]>> encoder() {
      return classifier.hasOwnEncoder() ? Optional.of(classifier::features) : Optional.empty();
    }
  }
}
