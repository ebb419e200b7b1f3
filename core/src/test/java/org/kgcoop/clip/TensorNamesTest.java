package org.kgcoop.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kgcoop.clip.openai.ClipFamily;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.io.WeightFile;
import org.kgcoop.tensor.DType;

class TensorNamesTest {

  private static final TensorNames NAMES = new ClipFamily().traits().names();
  private static final Path PATH = Path.of("model.safetensors");

  private static WeightFile file(StoredTensor... tensors) {
    return new WeightFile(
        PATH, WeightFile.Format.SAFETENSORS, tensors(tensors), Map.of(), List.of(), Map.of());
  }

  private static Map<String, StoredTensor> tensors(StoredTensor... tensors) {
    Map<String, StoredTensor> map = new LinkedHashMap<>();
    for (StoredTensor tensor : tensors) {
      map.put(tensor.name(), tensor);
    }
    return map;
  }

  /** Returns a tensor of 0, 0.5, 1 ... */
  private static StoredTensor floats(String name, long... shape) {
    return StoredTensor.ofFloats(
        name, shape, ramp((int) LongStream.of(shape).reduce(1, (a, b) -> a * b)));
  }

  private static float[] ramp(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = i / 2f;
    }
    return values;
  }

  private static WeightFile released(StoredTensor... tensors) {
    return NAMES.released(file(tensors));
  }

  @ParameterizedTest
  @CsvSource({
    "text_model.embeddings.token_embedding.weight, token_embedding.weight",
    "text_model.embeddings.position_embedding.weight, positional_embedding",
    "text_model.encoder.layers.11.self_attn.out_proj.bias, transformer.resblocks.11.attn.out_proj.bias",
    "text_model.encoder.layers.0.layer_norm1.weight, transformer.resblocks.0.ln_1.weight",
    "text_model.encoder.layers.0.layer_norm2.bias, transformer.resblocks.0.ln_2.bias",
    "text_model.encoder.layers.0.mlp.fc1.weight, transformer.resblocks.0.mlp.c_fc.weight",
    "text_model.encoder.layers.0.mlp.fc2.weight, transformer.resblocks.0.mlp.c_proj.weight",
    "text_model.final_layer_norm.weight, ln_final.weight",
    "vision_model.embeddings.class_embedding, visual.class_embedding",
    "vision_model.embeddings.patch_embedding.weight, visual.conv1.weight",
    "vision_model.embeddings.position_embedding.weight, visual.positional_embedding",
    "vision_model.pre_layrnorm.bias, visual.ln_pre.bias",
    "vision_model.post_layernorm.weight, visual.ln_post.weight",
    "vision_model.encoder.layers.3.mlp.fc1.bias, visual.transformer.resblocks.3.mlp.c_fc.bias",
    "vision_model.something.new, vision_model.something.new",
  })
  void aNameOfHuggingFaceHasItsReleasedName(String name, String expected) {
    WeightFile released = released(floats(name, 2));
    assertThat(released.tensors()).containsOnlyKeys(expected);
    assertThat(released.tensor(expected).name()).isEqualTo(expected);
  }

  @Test
  void queryKeyAndValueAreJoinedInThatOrder() {
    String prefix = "vision_model.encoder.layers.1.self_attn.";
    WeightFile released =
        released(
            StoredTensor.ofFloats(prefix + "k_proj.weight", new long[] {1, 2}, 3, 4),
            StoredTensor.ofFloats(prefix + "q_proj.weight", new long[] {1, 2}, 1, 2),
            StoredTensor.ofFloats(prefix + "v_proj.weight", new long[] {1, 2}, 5, 6));
    assertThat(released.tensors())
        .containsOnlyKeys("visual.transformer.resblocks.1.attn.in_proj_weight");
    StoredTensor joined = released.tensors().values().iterator().next();
    assertThat(joined.shape()).containsExactly(3, 2);
    assertThat(joined.toFloats()).containsExactly(1, 2, 3, 4, 5, 6);
  }

  @Test
  void partsThatLackAnotherKeepTheirNames() {
    String prefix = "text_model.encoder.layers.1.self_attn.";
    assertThat(
            released(floats(prefix + "q_proj.bias", 2), floats(prefix + "k_proj.bias", 2))
                .tensors())
        .containsOnlyKeys(prefix + "q_proj.bias", prefix + "k_proj.bias");
  }

  @Test
  void partsThatDoNotFitAreRefused() {
    String prefix = "text_model.encoder.layers.1.self_attn.";
    WeightFile file =
        file(
            floats(prefix + "q_proj.bias", 2),
            floats(prefix + "k_proj.bias", 3),
            floats(prefix + "v_proj.bias", 2));
    assertThatThrownBy(() -> NAMES.released(file))
        .hasMessageStartingWith(PATH + ": ")
        .hasMessageContainingAll("k_proj.bias", "[3]");
  }

  @Test
  void projectionsAreTransposed() {
    WeightFile released =
        released(
            floats("text_model.embeddings.position_ids", 1, 3),
            floats("text_projection.weight", 2, 3),
            floats("visual_projection.weight", 2, 3),
            floats("logit_scale"));
    assertThat(released.tensors())
        .containsOnlyKeys("text_projection", "visual.proj", "logit_scale");
    StoredTensor projection = released.tensor("visual.proj");
    assertThat(projection.shape()).containsExactly(3, 2);
    assertThat(projection.toFloats()).containsExactly(0, 1.5f, 0.5f, 2, 1, 2.5f);
  }

  @Test
  void openClipLosesThePrefixOfItsTextEncoderAndItsMask() {
    assertThat(
            released(
                    floats("text.attn_mask", 2, 2),
                    floats("text.ln_final.bias", 2),
                    floats("text.text_projection", 2, 3),
                    floats("visual.proj", 2, 3))
                .tensors())
        .containsOnlyKeys("ln_final.bias", "text_projection", "visual.proj");
  }

  @Test
  void releasedNamesStayAsTheyAre() {
    WeightFile released = released(floats("visual.proj", 2, 3), floats("unexpected", 1));
    assertThat(released.tensors()).containsOnlyKeys("visual.proj", "unexpected");
    assertThat(released.tensor("visual.proj").toFloats()).containsExactly(ramp(6));
  }

  @Test
  void aModulePrefixOfAllNamesIsTakenOff() {
    assertThat(released(floats("module.a", 1), floats("module.b", 1)).tensors())
        .containsOnlyKeys("a", "b");
    assertThat(released(floats("module.a", 1), floats("b", 1)).tensors())
        .containsOnlyKeys("module.a", "b");
  }

  @Test
  void scalarsOfTheReleasedStateDictBecomeMetadata() {
    ByteBuffer value = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, 224);
    WeightFile file =
        NAMES.released(
            file(
                new StoredTensor("input_resolution", DType.INT64, new long[] {}, value),
                floats("a", 1)));
    assertThat(file.tensors()).containsOnlyKeys("a");
    assertThat(file.metadata()).containsExactly(Map.entry("input_resolution", "224"));
  }
}
