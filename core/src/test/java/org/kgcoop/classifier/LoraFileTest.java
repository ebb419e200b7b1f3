package org.kgcoop.classifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.io.StateDictFiles;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.io.WeightFiles;
import org.kgcoop.method.encoder.ClipLora;
import org.kgcoop.method.encoder.Layers;
import org.kgcoop.method.encoder.LoraNames;
import org.kgcoop.model.Head;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

class LoraFileTest {
  private static final List<String> NAMES = List.of("cat", "St. Bernard", "dog");

  private final Clip clip = TinyClip.load(); // two text blocks and one image block
  @TempDir Path folder;

  @AfterEach
  void close() {
    clip.close();
  }

  private static ClipLora method(Layers texts, Layers images) {
    return new ClipLora(
        3, 2, ClipLora.DEFAULT_DROPOUT, List.of("q", "o"), texts, images, "a photo of a {}.");
  }

  private ClassifierFile file(ClipLora method) {
    Map<String, StoredTensor> parameters = new LinkedHashMap<>();
    try (Scope scope = Scope.open("parameters");
        TrainableModel model = method.model(clip, NAMES, 5)) {
      model
          .parameters()
          .forEach(
              (name, p) ->
                  parameters.put(
                      name,
                      StoredTensor.of(name, TinyClip.normal(name.hashCode(), 0.3, p.shape()))));
    }
    return new ClassifierFile(
        method, NAMES, "", clip.fingerprint(), TrainingDataRecord.UNKNOWN, "1", parameters);
  }

  private float[] logits(ClassifierFile file) {
    try (Scope scope = Scope.open("logits");
        Head classifier = file.classifier(clip, NAMES)) {
      Tensor features =
          classifier
              .encoder()
              .map(encoder -> encoder.features(TinyClip.normal(3, 1, 2, 3, 8, 8)))
              .orElseGet(() -> TinyClip.features(2));
      return classifier.logits(features).toFloats();
    }
  }

  /** Writes a file as the published code does. */
  private Path write(ClassifierFile file, String encoder, String position) {
    Path path = folder.resolve("lora_weights.pt");
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    LoraNames.published(file.parameters().keySet())
        .forEach((own, there) -> tensors.put(there, file.parameters().get(own)));
    Map<String, Object> metadata =
        Map.of(
            "r",
            3,
            "alpha",
            2,
            "encoder",
            encoder,
            "params",
            List.of("q", "o"),
            "position",
            position);
    StateDictFiles.writeNested(path, tensors, metadata);
    return path;
  }

  @Test
  void readsTheSettingsAndTensors() {
    Map<String, ClipLora> methods =
        Map.of(
            "both all", method(Layers.ALL, Layers.ALL),
            "text half-up", method(Layers.of("half-up"), Layers.NONE),
            "vision top3", method(Layers.NONE, Layers.of("top3")));
    methods.forEach(
        (words, method) -> {
          ClassifierFile file = file(method);
          String[] parts = words.split(" ", -1);
          ClassifierFile read = ClassifierFile.readAny(write(file, parts[0], parts[1]), NAMES);
          assertThat(read.method()).isEqualTo(method);
          assertThat(logits(read)).isEqualTo(logits(file));
        });
  }

  @Test
  void countsTheAdaptedBlocksOfBothEncoders() {
    Path path = write(file(method(Layers.ALL, Layers.ALL)), "both", "all");
    assertThat(WeightFiles.open(path).tensors().keySet())
        .containsExactly(
            "layer_0.q_proj.w_lora_A",
            "layer_0.q_proj.w_lora_B",
            "layer_0.proj.w_lora_A",
            "layer_0.proj.w_lora_B",
            "layer_1.q_proj.w_lora_A",
            "layer_1.q_proj.w_lora_B",
            "layer_1.proj.w_lora_A",
            "layer_1.proj.w_lora_B",
            "layer_2.q_proj.w_lora_A",
            "layer_2.q_proj.w_lora_B",
            "layer_2.proj.w_lora_A",
            "layer_2.proj.w_lora_B");
  }

  @Test
  void rejectsAFileOfOtherBlocks() {
    Path path = write(file(method(Layers.ALL, Layers.ALL)), "both", "all");
    ClassifierFile other =
        ClassifierFile.readAny(path, NAMES).with(method(Layers.of(List.of(0)), Layers.ALL));
    assertThatThrownBy(() -> other.classifier(clip, NAMES))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("CLIP-LoRA's file has 12 tensors")
        .hasMessageContaining("expected 8, of matrices q, o, text_layers [0]")
        .hasMessageNotContaining("\n");
  }
}
