package org.kgcoop.serve.model;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.kgcoop.api.ClassGroups;
import org.kgcoop.api.Classification;
import org.kgcoop.api.Classifier;
import org.kgcoop.api.Tag;
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
    BatchFunction<Answer> function) {
  ServedModel(String name, Classifier classifier, @Nullable ClassGroups groups) {
    this(name, classifier, groups, new Classify(classifier));
  }

  /** The answer of a model: classes or tags. */
  public sealed interface Answer {}

  /** The classes of an image. */
  public record Classes(Classification found) implements Answer {}

  /** The tags of an image, those that it gets. */
  public record Tags(List<Tag> found) implements Answer {}

  /** Answers for images, with the classifier's own image encoder if it has one. */
  private record Classify(Classifier classifier) implements BatchFunction<Answer> {
    @Override
    public List<Answer> apply(float[][] features) {
      return classifier.hasTags()
          ? classifier.tagsOfFeatures(features).stream().map(Classify::tags).toList()
          : classifier.ofFeatures(features).stream().<Answer>map(Classes::new).toList();
    }

    private static Answer tags(List<Tag> all) {
      return new Tags(all.stream().filter(Tag::written).toList());
    }

    @Override
    public Optional<Function<List<TransformedImage>, float[][]>> encoder() {
      return classifier.hasOwnEncoder() ? Optional.of(classifier::features) : Optional.empty();
    }
  }
}
