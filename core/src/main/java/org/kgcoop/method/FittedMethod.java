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
import org.kgcoop.data.UnicodeText;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.model.FixedHead;
import org.kgcoop.model.Head;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * Result of fitting a method. Together with the CLIP model, it is sufficient to classify images.
 *
 * @param method the method with all settings, including those that were selected
 * @param classNames the names of the learned classes, by label
 * @param tensors the learned tensors by their published names, outside of any scope
 */
public record FittedMethod(
    Method method, List<String> classNames, Map<String, StoredTensor> tensors) implements Fit {
  public FittedMethod {
    classNames = List.copyOf(classNames);
    UnicodeText.checkNames(classNames);
    // The order of the tensors determines the bytes of the file, so it is kept.
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
  }

  /** Creates a fitted method with tensors that have their published names. */
  FittedMethod(Method method, List<String> classNames, StoredTensor... tensors) {
    this(method, classNames, byName(tensors));
  }

  private static Map<String, StoredTensor> byName(StoredTensor... tensors) {
    Map<String, StoredTensor> byName = new LinkedHashMap<>();
    for (StoredTensor tensor : tensors) {
      byName.put(tensor.name(), tensor);
    }
    return byName;
  }

  /**
   * Returns a classifier for the given classes. The caller closes it.
   *
   * @throws KgCoopException if the method has a fixed list of classes that does not contain one of
   *     the requested classes, or if the tensors do not fit the CLIP model
   */
  public Head classifier(Clip clip, List<String> wantedNames) {
    Optional<String> bound = method.closedClassReason();
    if (bound.isEmpty() || wantedNames.equals(classNames)) {
      return checked(method.classifier(clip, this, wantedNames), clip, wantedNames.size());
    }
    ClassIndices places = ClassIndices.of(classNames, wantedNames);
    places
        .firstUnknown()
        .ifPresent(
            name -> {
              throw KgCoopException.configuration(
                  "%s: %s cannot be used on new classes, such as '%s'; its own are %s. For other names, train a method such as kgcoop"
                      .formatted(method.title(), bound.get(), name, classNames.size()));
            });
    try (Head all = checked(method.classifier(clip, this, classNames), clip, classNames.size());
        Scope scope = Scope.open("classes")) {
      FixedHead head =
          all.fixed()
              .filter(fixed -> all.encoder().isEmpty())
              .orElseThrow(() -> new IllegalStateException(method.id() + ": no fixed head"));
      return head.select(places.index()).copy();
    }
  }

  /**
   * Loads these tensors into a model and returns its head.
   *
   * @param model a model of the requested classes; it is closed together with the head, or
   *     immediately if it is not needed any more
   * @throws KgCoopException if the names or shapes of the tensors differ
   */
  public Head head(TrainableModel model) {
    try (Scope scope = Scope.open("what was learned")) {
      Map<String, Tensor> values = new LinkedHashMap<>();
      tensors.forEach((name, stored) -> values.put(name, stored.tensor()));
      model.load(values);
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
    return model.intoHead();
  }

  /**
   * Returns the classifier, after a check that its tensors match the CLIP model and the number of
   * classes.
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
   * Returns the learned tensor with the given name and shape, in the open scope of this thread and
   * on the device of a CLIP model.
   *
   * @throws KgCoopException if there is no such tensor
   */
  Tensor value(Clip clip, String name, long... shape) {
    Tensor value = value(name);
    if (!Arrays.equals(value.shape(), shape)) {
      throw KgCoopException.weights(
          "%s: learned tensor '%s' is %s, expected %s: it fits a CLIP of the same width and its own classes"
              .formatted(method.title(), name, value, Arrays.toString(shape)));
    }
    return value.to(clip.device());
  }

  /**
   * Returns the learned tensor with the given name, in the open scope of this thread.
   *
   * @throws KgCoopException if there is no such tensor
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
