package org.kgcoop.method.catalogue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import org.kgcoop.KgCoopException;
import org.kgcoop.io.WeightFile;
import org.kgcoop.method.encoder.ClipLora;
import org.kgcoop.method.encoder.LoraNames;

/**
 * Published file of CLIP-LoRA, {@code lora_weights.pt}. It numbers the adapted blocks of both
 * encoders, starting with the text encoder. It describes the blocks only by a word, so their
 * numbers depend on the CLIP model ({@link ClipLora#classifier}). It contains neither class names
 * nor the template; the published code has only one template.
 */
final class LoraFile {
  private static final String RANK = "r";
  private static final String ALPHA = "alpha";
  private static final String ENCODER = "encoder";
  private static final String MATRICES = "params";
  private static final String POSITION = "position";

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
    Map<String, String> metadata = file.metadata();
    ObjectNode settings =
        JsonNodeFactory.instance
            .objectNode()
            .put("method", ClipLora.ID)
            .put("rank", number(file, RANK))
            .put("alpha", number(file, ALPHA));
    for (String matrix : metadata.getOrDefault(MATRICES, "").split(",", -1)) {
      settings.withArray("matrices").add(matrix);
    }
    String position = metadata.getOrDefault(POSITION, "");
    String encoder = metadata.getOrDefault(ENCODER, "");
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
}
