package org.kgcoop.method.catalogue;

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
import org.kgcoop.io.StoredTensor;
import org.kgcoop.io.WeightFile;
import org.kgcoop.io.WeightFiles;
import org.kgcoop.method.encoder.ClipLora;
import org.kgcoop.method.encoder.Layers;
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
        3, 2, ClipLora.DEFAULT_DROPOUT, List.of("q", "o"), texts, images, "the {}.");
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

  @Test
  void thePublishedFormIsReadAsItIsWritten() {
    for (ClipLora method :
        List.of(
            method(Layers.ALL, Layers.ALL),
            method(Layers.of("half-up"), Layers.NONE),
            method(Layers.NONE, Layers.of("top3")))) {
      ClassifierFile file = file(method);
      Path path = file.writePublished(folder.resolve("new/one"), 3);
      assertThat(path).hasFileName("lora_weights.pt");
      ClassifierFile read = ClassifierFile.readAny(path, NAMES);
      assertThat(read.method()).isEqualTo(method);
      assertThat(logits(read)).isEqualTo(logits(file));
    }
  }

  @Test
  void itCountsTheAdaptedBlocksOfBothEncoders() {
    Path path = file(method(Layers.ALL, Layers.ALL)).writePublished(folder, 3);
    WeightFile file = WeightFiles.open(path);
    assertThat(file.tensors().keySet())
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
    assertThat(file.metadata())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "r",
                "3",
                "alpha",
                "2",
                "encoder",
                "both",
                "params",
                "q,o",
                "position",
                "all",
                "template",
                "the {}.",
                "class_names",
                "[\"cat\",\"St. Bernard\",\"dog\"]",
                "data_set",
                ""));
  }

  @Test
  void blocksThatNoWordSaysAreNotWritten() {
    assertThatThrownBy(
            () -> file(method(Layers.of(List.of(1)), Layers.ALL)).writePublished(folder, 3))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("text_layers [1], image_layers \"all\": it cannot be written");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aFileOfOtherBlocksIsRefused() {
    Path path = file(method(Layers.ALL, Layers.ALL)).writePublished(folder, 3);
    assertThat(ClassifierFile.readAny(path, List.of()).classNames()).isEqualTo(NAMES);
    ClassifierFile other =
        ClassifierFile.readAny(path, NAMES).with(method(Layers.of(List.of(0)), Layers.ALL));
    assertThatThrownBy(() -> other.classifier(clip, NAMES))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("CLIP-LoRA's file has 12 tensors")
        .hasMessageContaining("expected 8, of matrices q, o, text_layers [0]")
        .hasMessageNotContaining("\n");
  }
}
