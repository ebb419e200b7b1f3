package org.kgcoop.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.io.Safetensors;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.prompt.TextFeatures;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

@Tag("equality")
class ClipTest {
  private static final List<String> TEXTS = List.of("a photo of a cat.", "x", "");

  @TempDir Path folder;

  private static Map<String, StoredTensor> tiny() {
    return new LinkedHashMap<>(
        Safetensors.read(TinyClip.folder().resolve("model.safetensors")).tensors());
  }

  /** Writes these tensors next to the other files of the tiny CLIP. */
  private Path write(String name, Map<String, StoredTensor> tensors) {
    try {
      Path target = Files.createDirectories(folder.resolve(name));
      for (String other : List.of("merges.txt", "open_clip_config.json")) {
        Files.copy(TinyClip.folder().resolve(other), target.resolve(other));
      }
      Safetensors.write(target.resolve("model.safetensors"), tensors.values(), Map.of());
      return target;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static Map<String, StoredTensor> each(UnaryOperator<Tensor> change) {
    Map<String, StoredTensor> tensors = tiny();
    try (Scope scope = Scope.open("change")) {
      tensors.replaceAll((name, t) -> StoredTensor.of(name, change.apply(t.tensor())));
    }
    return tensors;
  }

  private static Tensor images(int count) {
    return TinyClip.normal(5, 1, count, 3, 8, 8);
  }

  private static float[] imageFeatures(Clip clip) {
    try (Scope scope = Scope.open("features")) {
      return clip.imageEncoder().features(images(3)).toFloats();
    }
  }

  private static float[] textFeatures(Clip clip) {
    try (Scope scope = Scope.open("features")) {
      return TextFeatures.ofTexts(clip, TEXTS).toFloats();
    }
  }

  // ---- the fingerprint

  @Test
  void theFingerprintOfAFileIsComputedOncePerStamp() throws IOException {
    Path model = write("stamped", tiny());
    Path file = model.resolve("model.safetensors");
    FileTime old = FileTime.fromMillis(1_000_000);
    Files.setLastModifiedTime(file, old);
    String first = fingerprint(model);
    assertThat(fingerprint(model)).isEqualTo(first).isEqualTo(fingerprint(TinyClip.folder()));
    // Other bytes with the time and inode of before stand for a read that did not happen.
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 1] ^= 1;
    Files.write(file, bytes);
    Files.setLastModifiedTime(file, old);
    assertThat(fingerprint(model)).isEqualTo(first);
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_001));
    assertThat(fingerprint(model)).isNotEqualTo(first);
  }

  private static String fingerprint(Path model) {
    try (Clip clip = Clip.load(model)) {
      return clip.fingerprint();
    }
  }

  // ---- weights that do not form one CLIP

  @Test
  void oneMessageListsAllProblems() {
    Map<String, StoredTensor> tensors = tiny();
    tensors.remove("ln_final.bias");
    tensors.put(
        "visual.ln_pre.weight",
        StoredTensor.ofFloats("visual.ln_pre.weight", new long[] {2}, 1, 2));
    tensors.put("extra", StoredTensor.ofFloats("extra", new long[] {1}, 1));
    Path target = write("wrong", tensors);
    assertThatThrownBy(() -> Clip.load(target))
        .isInstanceOf(KgCoopException.class)
        .hasMessageStartingWith(target.toString())
        .hasMessageContaining("missing 'ln_final.bias' [32]")
        .hasMessageContaining("visual.ln_pre.weight FLOAT32 [2], expected a floating type and [16]")
        .hasMessageContaining("unexpected 'extra'")
        .extracting(e -> ((KgCoopException) e).category())
        .isEqualTo(KgCoopException.Category.WEIGHTS);
  }

  @Test
  void rejectsAMatrixOfZeros() {
    Map<String, StoredTensor> tensors = tiny();
    String name = "visual.transformer.resblocks.0.mlp.c_fc.weight";
    long[] shape = tensors.get(name).shape();
    float[] zeros = new float[Math.toIntExact(shape[0] * shape[1])];
    tensors.put(name, StoredTensor.ofFloats(name, shape, zeros));
    Path damaged = write("zeros", tensors);
    assertThatThrownBy(() -> Clip.load(damaged))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("'" + name + "' contains only zeros, so the file is damaged");
    zeros[zeros.length - 1] = 1; // a trained matrix may be sparse
    tensors.put(name, StoredTensor.ofFloats(name, shape, zeros));
    Clip.load(write("sparse", tensors)).close();
  }

  @Test
  void rejectsAWeightOfWholeNumbers() {
    Map<String, StoredTensor> tensors = tiny();
    tensors.put(
        "logit_scale",
        new StoredTensor("logit_scale", DType.INT64, new long[0], java.nio.ByteBuffer.allocate(8)));
    Path target = write("whole", tensors);
    assertThatThrownBy(() -> Clip.load(target))
        .hasMessageContaining("logit_scale INT64 [], expected a floating type");
  }

  @Test
  void manyProblemsAreCountedAndTheListIsShort() {
    Map<String, StoredTensor> tensors = tiny();
    tensors.keySet().removeIf(name -> name.contains("ln_1") || name.contains("ln_2"));
    Path target = write("many", tensors);
    // 3 blocks with 4 tensors each: 12, of which 6 are listed.
    assertThatThrownBy(() -> Clip.load(target)).hasMessageEndingWith("and 6 more");
  }

  @Test
  void rejectsATokenizerOfAnotherModel() throws IOException {
    Path target = write("tokenizer", tiny());
    Files.writeString(target.resolve("merges.txt"), "#version\ni n\n");
    try (Clip clip = Clip.load(target)) {
      assertThatThrownBy(clip::tokenizer)
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("has 515 token ids, the weights 700");
    }
    Files.delete(target.resolve("merges.txt"));
    try (Clip clip = Clip.load(target)) {
      assertThatThrownBy(clip::tokenizer)
          .hasMessageContaining("the released tokenizer has 49408 token ids, the weights 700");
    }
  }

  @Test
  void float16IsNoPrecisionOfComputation() {
    assertThatThrownBy(() -> new Clip.Options(DType.FLOAT16, Device.CPU, null, null))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("expected float32, bf16 or int8");
  }

  // ---- the same CLIP in other formats

  @Test
  void halfPrecisionWeightsEqualTheirWidenedValues() {
    Path half = write("half", each(t -> t.to(DType.FLOAT16)));
    Path widened = write("widened", each(t -> t.to(DType.FLOAT16).to(DType.FLOAT32)));
    try (Clip a = Clip.load(half);
        Clip b = Clip.load(widened);
        Clip full = TinyClip.load()) {
      assertThat(imageFeatures(a)).isEqualTo(imageFeatures(b)).isNotEqualTo(imageFeatures(full));
      assertThat(textFeatures(a)).isEqualTo(textFeatures(b));
      assertThat(a.fingerprint()).isEqualTo(b.fingerprint()).isNotEqualTo(full.fingerprint());
    }
  }

  @Test
  void huggingFaceNamesGiveEqualFeaturesAndFingerprint() throws IOException {
    Path target = write("hf", huggingFace(tiny()));
    Files.delete(target.resolve("open_clip_config.json"));
    Files.writeString(
        target.resolve("config.json"),
        """
        {"text_config": {"hidden_act": "quick_gelu", "num_attention_heads": 2},
         "vision_config": {"hidden_act": "quick_gelu", "num_attention_heads": 1}}
        """);
    try (Clip theirs = Clip.load(target);
        Clip ours = TinyClip.load()) {
      assertThat(theirs.config()).isEqualTo(ours.config());
      assertThat(imageFeatures(theirs)).isEqualTo(imageFeatures(ours));
      assertThat(textFeatures(theirs)).isEqualTo(textFeatures(ours));
      assertThat(theirs.fingerprint()).isEqualTo(ours.fingerprint());
    }
  }

  /** A file next to the weights states what they do not contain. A link may lie elsewhere. */
  @Test
  void aConfigNextToALinkStatesOnlyTheActivation() throws IOException {
    Path weights = write("weights", tiny()).resolve("model.safetensors");
    Path folder = Files.createDirectory(weights.resolveSibling("links"));
    Path link = Files.createSymbolicLink(folder.resolve("model.safetensors"), weights);
    Files.copy(weights.resolveSibling("merges.txt"), folder.resolve("merges.txt"));
    try (Clip clip = Clip.load(link)) {
      assertThat(clip.config().text().activation()).isEqualTo(Activation.QUICK_GELU);
    }
    Files.writeString(
        folder.resolve("config.json"),
        """
        {"text_config": {"hidden_act": "gelu"}, "vision_config": {"hidden_act": "gelu"}}
        """);
    try (Clip clip = Clip.load(link)) {
      assertThat(clip.config().text().activation()).isEqualTo(Activation.GELU);
    }
  }

  /** Maps released names to the names of Hugging Face, without using the program. */
  private static Map<String, StoredTensor> huggingFace(Map<String, StoredTensor> released) {
    List<StoredTensor> renamed = new ArrayList<>();
    released.forEach(
        (name, tensor) -> {
          String text =
              name.startsWith("visual.")
                  ? name.replace("visual.", "vision_model.")
                  : "text_model." + name;
          if (name.equals("logit_scale")) {
            renamed.add(tensor);
          } else if (name.equals("text_projection") || name.equals("visual.proj")) {
            renamed.add(
                transposed(
                    name.equals("visual.proj")
                        ? "visual_projection.weight"
                        : "text_projection.weight",
                    tensor));
          } else if (name.contains("in_proj_")) {
            renamed.addAll(
                thirds(layer(text).replace("attn.in_proj_", "self_attn.?_proj."), tensor));
          } else {
            renamed.add(
                tensor.withName(
                    layer(text)
                        .replace("attn.out_proj", "self_attn.out_proj")
                        .replace("ln_1", "layer_norm1")
                        .replace("ln_2", "layer_norm2")
                        .replace("mlp.c_fc", "mlp.fc1")
                        .replace("mlp.c_proj", "mlp.fc2")
                        .replace(
                            "text_model.token_embedding", "text_model.embeddings.token_embedding")
                        .replace(
                            "model.positional_embedding",
                            "model.embeddings.position_embedding.weight")
                        .replace("model.class_embedding", "model.embeddings.class_embedding")
                        .replace("model.conv1", "model.embeddings.patch_embedding")
                        .replace("ln_final", "final_layer_norm")
                        .replace("ln_pre", "pre_layrnorm")
                        .replace("ln_post", "post_layernorm")));
          }
        });
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    renamed.forEach(t -> tensors.put(t.name(), t));
    return tensors;
  }

  private static String layer(String name) {
    return name.replace("transformer.resblocks.", "encoder.layers.");
  }

  private static StoredTensor transposed(String name, StoredTensor tensor) {
    try (Scope scope = Scope.open("transposed")) {
      return StoredTensor.of(name, tensor.tensor().transpose(0, 1));
    }
  }

  private static List<StoredTensor> thirds(String name, StoredTensor tensor) {
    List<StoredTensor> parts = new ArrayList<>();
    try (Scope scope = Scope.open("thirds")) {
      Tensor all = tensor.tensor();
      long rows = all.size(0) / 3;
      for (int i = 0; i < 3; i++) {
        parts.add(
            StoredTensor.of(
                name.replace("?", "qkv".substring(i, i + 1)), all.narrow(0, i * rows, rows)));
      }
    }
    return parts;
  }

  @Test
  void aRenamedOrChangedWeightChangesTheFingerprint() {
    Map<String, StoredTensor> tensors = tiny();
    float[] values = Objects.requireNonNull(tensors.get("ln_final.bias")).toFloats();
    values[0] = Math.nextUp(values[0]);
    tensors.put("ln_final.bias", StoredTensor.ofFloats("ln_final.bias", new long[] {32}, values));
    try (Clip changed = Clip.load(write("changed", tensors));
        Clip ours = TinyClip.load()) {
      assertThat(changed.fingerprint()).isNotEqualTo(ours.fingerprint());
    }
  }

  /** Adds hidden units without input and output. */
  @Test
  void theMlpIsAsWideAsItsTensors() {
    Map<String, StoredTensor> tensors = tiny();
    try (Scope scope = Scope.open("wider")) {
      tensors.replaceAll(
          (name, stored) -> {
            Tensor tensor = stored.tensor();
            if (name.contains("mlp.c_fc")) {
              long[] more = tensor.shape();
              more[0] = 3;
              return StoredTensor.of(name, Tensor.concat(List.of(tensor, Tensor.full(0, more)), 0));
            }
            return name.endsWith("mlp.c_proj.weight")
                ? StoredTensor.of(
                    name, Tensor.concat(List.of(tensor, Tensor.full(0, tensor.size(0), 3)), 1))
                : stored;
          });
    }
    try (Clip wider = Clip.load(write("wider", tensors));
        Clip ours = TinyClip.load()) {
      assertThat(relative(imageFeatures(wider), imageFeatures(ours))).isLessThan(1e-5);
      assertThat(relative(textFeatures(wider), textFeatures(ours))).isLessThan(1e-5);
    }
  }

  // ---- features

  @Test
  void bf16IsCloseToFloat32() {
    Clip.Options options = new Clip.Options(DType.BFLOAT16, Device.CPU, null, null);
    try (Clip exact = TinyClip.load();
        Clip half = Clip.load(TinyClip.folder(), options)) {
      // bf16 has 8 bits: an error of 4e-3 per rounding, and some errors add up.
      assertThat(relative(imageFeatures(half), imageFeatures(exact))).isBetween(1e-6, 3e-2);
      assertThat(relative(textFeatures(half), textFeatures(exact))).isBetween(1e-6, 3e-2);
      assertThat(half.fingerprint()).isEqualTo(exact.fingerprint());
    }
  }

  @Test
  void bf16IsCloseToFloat32OfAResNet() {
    Path path = folder.resolve("resnet");
    RandomClip.write(path, TinyClip.RESNET, 1);
    Clip.Options options = new Clip.Options(DType.BFLOAT16, Device.CPU, null, null);
    try (Clip exact = Clip.load(path);
        Clip half = Clip.load(path, options);
        Scope scope = Scope.open("test")) {
      Tensor images = TinyClip.normal(5, 1, 2, 3, 32, 32);
      assertThat(
              relative(
                  half.imageEncoder().features(images).toFloats(),
                  exact.imageEncoder().features(images).toFloats()))
          .isBetween(1e-6, 3e-2);
    }
  }

  @Test
  void aImageHasTheSameFeaturesInAnyCompany() {
    try (Clip clip = TinyClip.load();
        Scope scope = Scope.open("test")) {
      float[] together = clip.imageEncoder().features(images(3)).toFloats();
      float[] alone = clip.imageEncoder().features(images(3).narrow(0, 1, 1)).toFloats();
      assertThat(relative(alone, Arrays.copyOfRange(together, 12, 24))).isLessThan(1e-5);
    }
  }

  @Test
  void aTextHasTheSameFeaturesInAnyCompany() {
    String longest = "the " + "interesting ".repeat(12) + "thing.";
    try (Clip clip = TinyClip.load();
        Scope scope = Scope.open("test")) {
      float[] alone = TextFeatures.ofTexts(clip, List.of("x")).toFloats();
      float[] together = TextFeatures.ofTexts(clip, List.of(longest, "x", "a cat")).toFloats();
      assertThat(relative(Arrays.copyOfRange(together, 12, 24), alone)).isLessThan(1e-5);
    }
  }

  @Test
  void rejectsATextLongerThanTheModelReads() {
    try (Clip clip = TinyClip.load()) {
      assertThatThrownBy(() -> clip.textEncoder().layout(1, List.of(new int[101])).close())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("texts: expected at most 100 positions, got 101");
      clip.textEncoder().layout(1, List.of(new int[100])).close();
    }
  }

  @Test
  void anUnknownActivationListsTheKnown() {
    assertThatThrownBy(() -> Activation.ofName("swish"))
        .isInstanceOf(KgCoopException.class)
        .hasMessage("activation 'swish': expected quick_gelu, gelu or gelu_pytorch_tanh");
  }

  @Test
  void theActivationOfTheOptionsWinsOverThatOfTheFiles() {
    Clip.Options options = new Clip.Options(DType.FLOAT32, Device.CPU, null, Activation.GELU);
    try (Clip gelu = Clip.load(TinyClip.folder(), options);
        Clip quick = TinyClip.load()) {
      assertThat(gelu.config().text().activation()).isEqualTo(Activation.GELU);
      assertThat(gelu.config().textHeads()).isEqualTo(2);
      assertThat(relative(textFeatures(gelu), textFeatures(quick))).isGreaterThan(1e-4);
    }
  }

  @Test
  void greyImagesAreNormalisedByTheMeanOfTheColors() throws IOException {
    ClipConfig grey =
        new ClipConfig(
            12, 8, 1, 77, 600, 32, 1, 1, Activation.QUICK_GELU, new ClipConfig.Vit(16, 1, 4, 1));
    RandomClip.write(folder.resolve("grey"), grey, 1);
    try (Clip clip = Clip.load(folder.resolve("grey"))) {
      assertThat(clip.preprocessing().mean().get(0)).isCloseTo(0.44916430, within(1e-8));
      assertThat(clip.assumed()).isEmpty();
    }
    Files.delete(folder.resolve("grey/open_clip_config.json"));
    try (Clip clip = Clip.load(folder.resolve("grey"))) {
      assertThat(clip.preprocessing().channels()).isEqualTo(1);
      // (.48145466 + .4578275 + .40821073) / 3
      assertThat(clip.preprocessing().mean().get(0)).isCloseTo(0.44916430, within(1e-8));
      assertThat(clip.assumed()).anyMatch(line -> line.contains("bicubic"));
    }
  }

  private static double relative(float[] actual, float[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    double largest = 0;
    double error = 0;
    for (int i = 0; i < actual.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      error = Math.max(error, Math.abs(actual[i] - expected[i]));
    }
    return error / largest;
  }

  @Test
  void loadsWeightsByNameAndAsksBeforeADownload() {
    List<String> questions = new ArrayList<>();
    assertThatThrownBy(
            () ->
                Clip.load(
                    "hf:kgcoop-test/there-is-no-such-model",
                    question -> {
                      questions.add(question);
                      return false;
                    }))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("offline, and the file does not exist yet");
    assertThat(questions)
        .allSatisfy(
            question ->
                assertThat(question).isEqualTo("Download hf:kgcoop-test/there-is-no-such-model?"));
    assertThatThrownBy(() -> Clip.load("ViT-B/17"))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("ViT-B/17: unknown name of weights");
  }
}
