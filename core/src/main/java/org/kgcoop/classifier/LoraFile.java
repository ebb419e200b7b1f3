package org.kgcoop.classifier;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.io.WeightFile;
import org.kgcoop.method.encoder.ClipLora;
import org.kgcoop.method.encoder.LoraNames;
import org.kgcoop.settings.Declaration;
import org.kgcoop.settings.SettingValues;

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
  private static final List<String> ENCODERS = List.of("text", "vision", "both");
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
    SettingValues settings =
        SettingValues.of(Declaration.METHOD, ClipLora.ID)
            .with("rank", value("rank", metadata.get(RANK)))
            .with("alpha", value("alpha", metadata.get(ALPHA)))
            .with("matrices", List.of(metadata.getOrDefault(MATRICES, "").split(",", -1)));
    String position = metadata.getOrDefault(POSITION, "");
    String encoder = metadata.getOrDefault(ENCODER, "");
    if (!ENCODERS.contains(encoder)) {
      throw KgCoopException.weights(
          "%s: encoder '%s': expected text, vision or both".formatted(file.path(), encoder));
    }
    settings =
        settings
            .with("text_layers", encoder.equals("vision") ? "none" : position)
            .with("image_layers", encoder.equals("text") ? "none" : position);
    return (ClipLora) MethodRegistry.parse(file.path(), settings);
  }

  private static Object value(String setting, @Nullable String text) {
    return ClipLora.DECLARATION.setting(setting).type().fromText(text == null ? "" : text);
  }
}
