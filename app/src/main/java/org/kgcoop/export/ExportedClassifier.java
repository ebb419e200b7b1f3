package org.kgcoop.export;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.KgCoopException;
import org.kgcoop.classify.Classifier;
import org.kgcoop.clip.Clip;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.tensor.Scope;

/**
 * The weights of a classifier with fixed class features: {@code logits = scale f . t_c}, f the unit
 * feature of an image.
 *
 * @param classNames C of them, in the order of the logits
 * @param features (C, E) float32, unit rows
 * @param scale the exponential of CLIP's {@code logit_scale}
 * @param about what else files should say, by key: of which method, texts and CLIP it is
 */
public record ExportedClassifier(
    List<String> classNames, StoredTensor features, double scale, Map<String, String> about) {
  private static final String NAME = "class_features";

  public ExportedClassifier {
    classNames = List.copyOf(classNames);
    about = Collections.unmodifiableMap(new LinkedHashMap<>(about));
    long[] shape = features.shape();
    if (classNames.isEmpty() || shape.length != 2 || shape[0] != classNames.size()) {
      throw new IllegalArgumentException(
          "class features: expected (%s, E) and a class at least, got %s"
              .formatted(classNames.size(), Arrays.toString(shape)));
    }
  }

  /**
   * The weights of a classifier.
   *
   * @throws KgCoopException where its class features depend on the image
   */
  public static ExportedClassifier of(Classifier classifier, Clip clip, Map<String, String> about) {
    try (Scope scope = Scope.open("class features")) {
      StoredTensor features =
          classifier
              .classFeatures()
              .map(tensor -> StoredTensor.of(NAME, tensor))
              .orElseThrow(
                  () ->
                      KgCoopException.configuration(
                          "this prompt (%s) makes new class features for every image, so there are"
                                  .formatted(about.getOrDefault("method", "its method"))
                              + " none to export: expected one of coop, kgcoop and prograd, or class"
                              + " names; --to published writes the prompt itself"));
      Map<String, String> all = new LinkedHashMap<>(about);
      all.put("clip_fingerprint", clip.fingerprint());
      return new ExportedClassifier(classifier.classNames(), features, clip.logitScale(), all);
    }
  }

  /** The texts of a file beside its numbers, by key; lists as JSON. */
  Map<String, String> metadata() {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("class_names", jsonList(classNames));
    metadata.putAll(about);
    return metadata;
  }

  /** Texts as a JSON array. */
  public static String jsonList(Collection<String> texts) {
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    texts.forEach(list::add);
    return list.toString();
  }
}
