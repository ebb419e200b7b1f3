package org.kgcoop.method.catalogue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.Folders;
import org.kgcoop.io.StateDicts;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.io.WeightFile;
import org.kgcoop.method.encoder.ClipLora;
import org.kgcoop.method.encoder.Layers;
import org.kgcoop.method.encoder.LoraNames;

/**
 * Published file of CLIP-LoRA, {@code lora_weights.pt}. It numbers the adapted blocks of both
 * encoders, starting with the text encoder. It describes the blocks only by a word, so their
 * numbers depend on the CLIP model ({@link ClipLora#classifier}). It does not contain class names.
 * kgcoop also writes the template, as an additional setting that the published loader ignores; the
 * published code has only one template.
 */
final class LoraFile {
  private static final String NAME = "lora_weights.pt";
  private static final String RANK = "r";
  private static final String ALPHA = "alpha";
  private static final String ENCODER = "encoder";
  private static final String MATRICES = "params";
  private static final String POSITION = "position";
  private static final String TEMPLATE = "template";

  private LoraFile() {}

  /** Returns true for a file of this kind. */
  static boolean is(WeightFile file) {
    return file.metadata().keySet().containsAll(List.of(RANK, ALPHA, ENCODER, MATRICES, POSITION))
        && LoraNames.arePublished(file.tensors().keySet());
  }

  /**
   * Returns the method with the settings of the file. The file does not contain the dropout, which
   * has its published value.
   */
  static ClipLora method(WeightFile file) {
    Map<String, String> told = file.metadata();
    ObjectNode settings =
        JsonNodeFactory.instance
            .objectNode()
            .put("method", ClipLora.ID)
            .put("rank", number(file, RANK))
            .put("alpha", number(file, ALPHA));
    for (String matrix : told.getOrDefault(MATRICES, "").split(",", -1)) {
      settings.withArray("matrices").add(matrix);
    }
    if (told.containsKey(TEMPLATE)) {
      settings.put(TEMPLATE, told.get(TEMPLATE));
    }
    String position = told.getOrDefault(POSITION, "");
    String encoder = told.getOrDefault(ENCODER, "");
    switch (encoder) {
      case "both" -> settings.put("text_layers", position).put("image_layers", position);
      case "text" -> settings.put("text_layers", position).put("image_layers", "none");
      case "vision" -> settings.put("text_layers", "none").put("image_layers", position);
      default ->
          throw KgCoopException.weights(
              "%s: encoder '%s': expected text, vision or both".formatted(file.path(), encoder));
    }
    return (ClipLora) MethodCatalogue.parse(file.path(), settings);
  }

  private static double number(WeightFile file, String key) {
    String text = file.metadata().getOrDefault(key, "");
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw KgCoopException.weights(
          "%s: %s '%s': expected a number".formatted(file.path(), key, text), e);
    }
  }

  /**
   * Writes the file to a folder.
   *
   * @param data the training data, as texts by name
   * @return the path of the file
   * @throws KgCoopException of the kind CONFIGURATION, if no published word describes the adapted
   *     blocks
   */
  static Path write(
      Path folder,
      ClipLora method,
      Map<String, StoredTensor> parameters,
      Map<String, String> data) {
    boolean texts = !method.textLayers().isEmpty();
    boolean images = !method.imageLayers().isEmpty();
    Layers layers = texts ? method.textLayers() : method.imageLayers();
    if (layers.word().isEmpty() || (texts && images && !layers.equals(method.imageLayers()))) {
      throw KgCoopException.configuration(
          "the published file has one word for the adapted blocks of both encoders, such as all, and"
              + " these are text_layers %s, image_layers %s: it cannot be written"
                  .formatted(method.textLayers().toJson(), method.imageLayers().toJson()));
    }
    Map<String, Object> metadata = new LinkedHashMap<>(data);
    metadata.put(RANK, method.rank());
    boolean isWhole = method.alpha() == Math.rint(method.alpha());
    metadata.put(ALPHA, isWhole ? (Object) Math.round(method.alpha()) : method.alpha());
    metadata.put(ENCODER, texts && images ? "both" : texts ? "text" : "vision");
    metadata.put(MATRICES, method.matrices());
    metadata.put(POSITION, layers.word());
    metadata.put(TEMPLATE, method.template());
    Map<String, StoredTensor> named = new LinkedHashMap<>();
    LoraNames.published(parameters.keySet())
        .forEach((own, there) -> named.put(there, parameters.get(own)));
    Folders.create(folder, "a folder of the classifier", "try another folder");
    Path file = folder.resolve(NAME);
    StateDicts.writeNested(file, named, metadata);
    return file;
  }
}
