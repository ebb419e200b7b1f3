package org.kgcoop.method.catalogue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.io.StateDicts;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.io.WeightFile;
import org.kgcoop.method.encoder.ClipLora;
import org.kgcoop.method.encoder.Layers;
import org.kgcoop.method.encoder.LoraNames;

/**
 * The published file of CLIP-LoRA, {@code lora_weights.pt}. It counts the adapted blocks of both
 * encoders, the texts' first, and says of them a word alone, so that their numbers need the CLIP
 * ({@link ClipLora#classifier}). Class names do not stand in it. The template, which the published
 * code has one of, is written beside the settings, where its loader does not ask for it.
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

  /** True for a file of this kind. */
  static boolean is(WeightFile file) {
    return file.metadata().keySet().containsAll(List.of(RANK, ALPHA, ENCODER, MATRICES, POSITION))
        && LoraNames.arePublished(file.tensors().keySet());
  }

  /** The method whose settings the file tells; dropout, which it does not, is as published. */
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
   * Writes the file into a folder.
   *
   * @param data what it learned from, in texts by their names
   * @return its place
   * @throws KgCoopException of the kind CONFIGURATION where no published word says which blocks are
   *     adapted
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
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw KgCoopException.io(
          folder + ": cannot be made: " + Messages.reason(e) + "; try another folder", e);
    }
    Path file = folder.resolve(NAME);
    StateDicts.writeNested(file, named, metadata);
    return file;
  }
}
