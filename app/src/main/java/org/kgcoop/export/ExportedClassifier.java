package org.kgcoop.export;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.TunedImageEncoder;
import org.kgcoop.model.FeatureEncoder;
import org.kgcoop.model.Formula;
import org.kgcoop.model.Head;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * A classifier for files of other programs. Its tensors live as long as those that it was made of.
 *
 * @param classNames C of them, in the order of the logits
 * @param formula of the logits
 * @param vision what was learned inside of the image encoder; empty where that is the CLIP's own
 * @param about what else files should say, by key: of which method, texts and CLIP it is
 */
public record ExportedClassifier(
    List<String> classNames,
    Formula formula,
    Optional<TunedImageEncoder> vision,
    Map<String, String> about) {

  public ExportedClassifier {
    classNames = List.copyOf(classNames);
    about = Collections.unmodifiableMap(new LinkedHashMap<>(about));
    if (classNames.isEmpty() || formula.classes() != classNames.size()) {
      throw new IllegalArgumentException(
          "exported classifier: expected scores of %s classes, at least one, got %s"
              .formatted(classNames.size(), formula.classes()));
    }
  }

  /** A classifier of features of the CLIP's own image encoder. */
  public ExportedClassifier(List<String> classNames, Formula formula, Map<String, String> about) {
    this(classNames, formula, Optional.empty(), about);
  }

  /**
   * A classifier as it is exported, in the open scope of this thread.
   *
   * @param classNames that it was made for
   * @throws KgCoopException where no formula of the image's feature gives its logits, or these are
   *     no finite numbers
   */
  public static ExportedClassifier of(
      Head classifier, List<String> classNames, Clip clip, Map<String, String> about) {
    Formula formula =
        classifier
            .formula()
            .orElseThrow(
                () ->
                    KgCoopException.configuration(
                        "this classifier (%s) makes new class features for every image, so there are"
                                .formatted(about.getOrDefault("method", "its method"))
                            + " none to export: expected one of another method, or class names;"
                            + " --to published writes the prompt itself"));
    try (Scope scope =
        Scope.open("check")) { // other programs are given no classifier without answers
      double each = 1 / Math.sqrt((double) formula.width());
      Tensor unused =
          classifier.probabilities(Tensor.full(each, 1, formula.width()).to(clip.device()));
    }
    Map<String, String> all = new LinkedHashMap<>(about);
    all.put("clip_fingerprint", clip.fingerprint());
    return new ExportedClassifier(
        classNames, formula, classifier.encoder().map(FeatureEncoder::learned), all);
  }

  /**
   * The weights of a classifier that is linear in the image's feature, for programs that have the
   * CLIP's image encoder.
   *
   * @throws KgCoopException where it is another, or has an encoder of its own
   */
  Formula.Linear linear() {
    String method = about.getOrDefault("method", "its method");
    if (vision.isPresent()) {
      throw KgCoopException.configuration(
          "this classifier (%s) has learned inside of the image encoder, so class weights without it"
                  .formatted(method)
              + " say nothing: expected --to onnx");
    }
    if (formula instanceof Formula.Linear linear) {
      return linear;
    }
    throw KgCoopException.configuration(
        "this classifier (%s) is not linear in the image's feature, so there are no class weights to"
                .formatted(method)
            + " write: expected --to onnx");
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
