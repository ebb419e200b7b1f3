package org.kgcoop.export;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.TunedImageEncoder;
import org.kgcoop.files.Json;
import org.kgcoop.model.FeatureEncoder;
import org.kgcoop.model.FixedHead;
import org.kgcoop.model.Head;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * A classifier for files of other programs. Its tensors live as long as those of the original.
 *
 * @param classNames C names, in the order of the logits
 * @param head the head of the features
 * @param vision the trained part of the image encoder; empty for the CLIP's own encoder
 * @param about further metadata by key: method, texts and CLIP
 */
public record ExportedClassifier(
    List<String> classNames,
    FixedHead head,
    Optional<TunedImageEncoder> vision,
    Map<String, String> about) {

  public ExportedClassifier {
    classNames = List.copyOf(classNames);
    about = Collections.unmodifiableMap(new LinkedHashMap<>(about));
    if (classNames.isEmpty() || head.classes() != classNames.size()) {
      throw new IllegalArgumentException(
          "exported classifier: expected scores of %s classes, at least one, got %s"
              .formatted(classNames.size(), head.classes()));
    }
  }

  /**
   * Returns a classifier for export, in the open scope of this thread.
   *
   * @param classNames the classes of the classifier
   * @throws KgCoopException if each image has class features of its own, or the logits are not
   *     finite
   */
  public static ExportedClassifier of(
      Head whole, List<String> classNames, Clip clip, Map<String, String> about) {
    FixedHead head =
        whole
            .fixed()
            .orElseThrow(
                () ->
                    KgCoopException.configuration(
                        "this classifier (%s) computes new class features for every image, so there are"
                                .formatted(about.getOrDefault("method", "its method"))
                            + " none to export: expected a classifier of another method, or class names;"
                            + " --to published writes the prompt itself"));
    try (Scope scope = Scope.open("check")) { // the classifier must give finite probabilities
      double each = 1 / Math.sqrt((double) head.width());
      whole.finiteLogits(Tensor.full(each, 1, head.width()).to(clip.device()));
    }
    Map<String, String> all = new LinkedHashMap<>(about);
    all.put("clip_fingerprint", clip.fingerprint());
    return new ExportedClassifier(
        classNames, head, whole.encoder().map(FeatureEncoder::learned), all);
  }

  /**
   * Returns the weights of a classifier that is linear in the image's feature, for programs that
   * have the CLIP's image encoder.
   *
   * @throws KgCoopException if the classifier is not linear, or has its own encoder
   */
  FixedHead.Linear linear() {
    String method = about.getOrDefault("method", "its method");
    if (vision.isPresent()) {
      throw KgCoopException.configuration(
          "this classifier (%s) was trained inside the image encoder, so class weights without it"
                  .formatted(method)
              + " are not usable: expected --to onnx");
    }
    if (head instanceof FixedHead.Linear linear) {
      return linear;
    }
    throw KgCoopException.configuration(
        "this classifier (%s) is not linear in the image's feature, so there are no class weights to"
                .formatted(method)
            + " write: expected --to onnx");
  }

  /** Returns the metadata of a file by key, with lists as JSON. */
  Map<String, String> metadata() {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("class_names", jsonList(classNames));
    metadata.putAll(about);
    return metadata;
  }

  /** Returns texts as a JSON array. */
  public static String jsonList(Collection<String> texts) {
    return Json.STRICT.valueToTree(texts).toString();
  }
}
