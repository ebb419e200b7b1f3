package org.kgcoop.method;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.clip.Clip;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.model.FixedHead;
import org.kgcoop.model.Head;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * All that a method has learned: with the CLIP it is enough to classify images.
 *
 * @param method with all its settings, those that were found too
 * @param classNames that it learned from, by label
 * @param tensors by their published names; of the memory of nobody's scope
 */
public record FittedMethod(
    Method method, List<String> classNames, Map<String, StoredTensor> tensors) {
  public FittedMethod {
    classNames = List.copyOf(classNames);
    // In their own order, on which the bytes of a file depend.
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
  }

  /**
   * A classifier of those classes, for the caller to close.
   *
   * @throws KgCoopException where the method is bound to its classes and one of these is another,
   *     or the tensors do not fit the CLIP
   */
  public Head classifier(Clip clip, List<String> asked) {
    Optional<String> bound = method.bound();
    if (bound.isEmpty() || asked.equals(classNames)) {
      return checked(method.classifier(clip, this, asked), clip, asked.size());
    }
    ClassPlaces places = ClassPlaces.of(classNames, asked);
    places
        .firstUnknown()
        .ifPresent(
            name -> {
              throw KgCoopException.configuration(
                  "%s: %s cannot be used on new classes, such as '%s'; its own are %s"
                      .formatted(method.title(), bound.get(), name, classNames.size()));
            });
    try (Head all = checked(method.classifier(clip, this, classNames), clip, classNames.size());
        Scope scope = Scope.open("classes")) {
      FixedHead head =
          all.fixed()
              .filter(fixed -> all.encoder().isEmpty())
              .orElseThrow(() -> new IllegalStateException(method.id() + ": no fixed head"));
      return head.select(places.index().to(clip.device())).copy();
    }
  }

  /**
   * The head of a model that is given these tensors.
   *
   * @param model of the classes that are asked for; closed with the head, or at once where it is
   *     not needed any more
   * @throws KgCoopException where names or shapes of the tensors differ
   */
  public Head head(TrainableModel model) {
    try (Scope scope = Scope.open("what was learned")) {
      model.load(values());
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
    return model.intoHead();
  }

  /**
   * The classifier itself, where its tensors have the sizes that the CLIP and the names ask for.
   */
  private Head checked(Head classifier, Clip clip, int classes) {
    int width = clip.config().embedDim();
    FixedHead head = classifier.fixed().orElse(null);
    if (head == null || (head.classes() == classes && head.width() == width)) {
      return classifier;
    }
    String found = head.classes() + " classes and features of " + head.width();
    classifier.close();
    throw KgCoopException.weights(
        "%s: what was learned is for %s, expected %s classes and features of %s numbers"
            .formatted(method.title(), found, classes, width));
  }

  /**
   * The same for other data.
   *
   * @param there the method as it would learn from those
   */
  public FittedMethod on(Method there) {
    return new FittedMethod(method.on(there), classNames, tensors);
  }

  /** The tensors in the open scope of this thread. */
  Map<String, Tensor> values() {
    Map<String, Tensor> values = new LinkedHashMap<>();
    tensors.forEach((name, stored) -> values.put(name, stored.tensor()));
    return values;
  }

  /**
   * A learned tensor of that name and shape, in the open scope of this thread.
   *
   * @throws KgCoopException where there is none
   */
  Tensor value(String name, long... shape) {
    Tensor value = value(name);
    if (!Arrays.equals(value.shape(), shape)) {
      throw KgCoopException.weights(
          "%s: learned tensor '%s' is %s, expected %s: it fits a CLIP of the same width and its own classes"
              .formatted(method.title(), name, value, Arrays.toString(shape)));
    }
    return value;
  }

  /**
   * A learned tensor of that name, in the open scope of this thread.
   *
   * @throws KgCoopException where there is none
   */
  Tensor value(String name) {
    StoredTensor stored = tensors.get(name);
    if (stored == null) {
      throw KgCoopException.weights(
          "no learned tensor '%s' among %s"
              .formatted(name, Messages.firstOf(List.copyOf(tensors.keySet()))));
    }
    return stored.tensor();
  }
}
