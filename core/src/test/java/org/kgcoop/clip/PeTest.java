package org.kgcoop.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.pe.PeFamily;
import org.kgcoop.fixtures.PeLayouts;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.image.view.Interpolation;
import org.kgcoop.image.view.Preprocessing;
import org.kgcoop.io.Safetensors;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.prompt.PromptText;
import org.kgcoop.prompt.TextFeatures;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** PE-Core in the layouts of Meta and OpenCLIP. The numbers come from the reference cases. */
class PeTest {
  private static final List<Double> HALF = List.of(0.5, 0.5, 0.5);

  @TempDir Path folder;

  @Test
  void theTinyModelsMatchTheirFiles() {
    for (Path tiny : List.of(TinyClip.peFolder(), TinyClip.peWithoutClassTokenFolder())) {
      try (Clip clip = Clip.load(tiny)) {
        assertThat(clip.family()).isInstanceOf(PeFamily.class);
        assertThat(clip.config())
            .isEqualTo(
                tiny.equals(TinyClip.peFolder()) ? TinyClip.PE : TinyClip.PE_WITHOUT_CLASS_TOKEN);
        assertThat(clip.preprocessing())
            .isEqualTo(new Preprocessing(8, 3, HALF, HALF, Interpolation.BILINEAR, 0));
        assertThat(clip.assumed())
            .containsExactly(
                "activation GELU, 16 heads at a width of 1536, else heads of 64 (no config.json or open_clip_config.json)",
                "PE-Core's mean, deviation and bilinear resizing (no preprocessor_config.json)");
      }
    }
  }

  // ---- layouts

  private static float[] images(Clip clip) {
    return clip.imageEncoder().features(TinyClip.normal(5, 1, 2, 3, 8, 8)).toFloats();
  }

  private static float[] texts(Clip clip) {
    return TextFeatures.ofTexts(clip, List.of("a cat.", "x")).toFloats();
  }

  @Test
  void metasNamesAreRead() throws IOException {
    for (Path tiny : List.of(TinyClip.peFolder(), TinyClip.peWithoutClassTokenFolder())) {
      Path file = PeLayouts.writeMeta(folder.resolve(tiny.getFileName()), tiny);
      try (Clip clip = Clip.load(file);
          Clip expected = Clip.load(tiny);
          Scope scope = Scope.open("test")) {
        assertThat(clip.config()).isEqualTo(expected.config());
        assertThat(clip.fingerprint()).isEqualTo(expected.fingerprint());
        assertThat(images(clip)).isEqualTo(images(expected));
        assertThat(texts(clip)).isEqualTo(texts(expected));
      }
    }
  }

  /** The name of timm's encoder implies 3 heads, and the configuration has 2 heads for texts. */
  @Test
  void openClipsNamesAreRead() throws IOException {
    for (Path tiny : List.of(TinyClip.peFolder(), TinyClip.peWithoutClassTokenFolder())) {
      Path open = PeLayouts.writeOpenClip(folder.resolve(tiny.getFileName()), tiny);
      try (Clip clip = Clip.load(open);
          Clip expected = Clip.load(tiny);
          Scope scope = Scope.open("test")) {
        assertThat(clip.family()).isInstanceOf(PeFamily.class);
        assertThat(clip.config().vision())
            .isEqualTo(((ClipConfig.Vit) expected.config().vision()).sized(24, 2, 4, 3));
        assertThat(clip.config().textHeads()).isEqualTo(2);
        assertThat(clip.config().text().form()).isEqualTo(expected.config().text().form());
        assertThat(clip.config().text().epsilon()).isEqualTo(expected.config().text().epsilon());
        assertThat(clip.assumed()).isEmpty();
        assertThat(clip.fingerprint()).isEqualTo(expected.fingerprint());
        assertThat(images(clip)).doesNotContain(Float.NaN).isNotEqualTo(images(expected));
      }
    }
  }

  /** Meta's own files have no such file, and OpenCLIP's always have one. */
  @Test
  void onlyInOpenClipsLayoutAreTheSettingsMissing() throws IOException {
    Path open = PeLayouts.writeOpenClip(folder.resolve("open"), TinyClip.peFolder());
    Path meta = PeLayouts.writeMeta(folder.resolve("meta"), TinyClip.peFolder());
    try (Clip withFile = Clip.load(open);
        Clip released = Clip.load(meta)) {
      assertThat(withFile.missingSettings()).isEmpty();
      assertThat(released.missingSettings()).isEmpty();
    }
    Files.delete(open.resolve("open_clip_config.json"));
    try (Clip without = Clip.load(open)) {
      assertThat(without.missingSettings().orElseThrow())
          .startsWith(open + ": no open_clip_config.json next to the weights")
          .contains("another class may be the answer");
    }
  }

  @Test
  void aBiasOfTheProjectionIsAdded() throws IOException {
    Path open = PeLayouts.writeOpenClip(folder, TinyClip.peFolder());
    try (Clip zero = Clip.load(open);
        Scope scope = Scope.open("test")) {
      float[] expected = images(zero);
      rewrite(
          open,
          tensor ->
              tensor.name().equals("visual.trunk.head.bias")
                  ? StoredTensor.of(tensor.name(), Tensor.full(0.25, 12))
                  : tensor);
      try (Clip biased = Clip.load(open)) {
        float[] features = images(biased);
        for (int i = 0; i < features.length; i++) {
          assertThat(features[i]).isCloseTo(expected[i] + 0.25f, within(1e-6f));
        }
      }
    }
  }

  private static void rewrite(Path open, UnaryOperator<StoredTensor> change) {
    Path file = open.resolve("open_clip_model.safetensors");
    List<StoredTensor> tensors =
        Safetensors.read(file).tensors().values().stream()
            .map(t -> StoredTensor.ofFloats(t.name(), t.shape(), t.toFloats()))
            .map(change)
            .toList();
    Safetensors.write(file, tensors, Map.of());
  }

  @ParameterizedTest
  @CsvSource({
    "vit_pe_core_small_patch16_384, 6",
    "vit_pe_core_base_patch16_224, 12",
    "vit_pe_core_base_patch16_224.fb, 12"
  })
  void headsFollowFromTimmsName(String name, int heads) throws IOException {
    Path open = PeLayouts.writeOpenClip(folder, widened());
    Files.writeString(
        open.resolve("open_clip_config.json"),
        PeLayouts.OPEN_CLIP.replace("vit_pe_core_tiny_patch16_384", name));
    try (Clip clip = Clip.load(open)) {
      assertThat(clip.config().vision().heads()).isEqualTo(heads);
    }
  }

  private Path widened() {
    Path wide = folder.resolve("wide");
    ClipConfig tiny = TinyClip.PE;
    RandomClip.write(
        wide, new ClipConfig(12, 8, 3, tiny.text(), PeFamily.VISION.sized(96, 1, 4, 1)), 1);
    return wide;
  }

  // ---- rotary positions

  /** A patch in column 2 and row 1, counted from 1, with heads of width 8: n = 2. */
  @Test
  void aPatchIsRotatedByItsColumnThenItsRow() {
    ClipConfig config = config(2);
    try (Scope scope = Scope.open("test");
        RotaryPositions rotation = new RotaryPositions(config, Device.CPU)) {
      float[] rows = TinyClip.normal(1, 1, 5, 16).toFloats();
      float[] rotated = rotation.of(Tensor.of(rows, 5, 16), 2).toFloats();
      double[] angles = {2, 2 * Math.pow(10_000, -0.5), 1, Math.pow(10_000, -0.5)};
      int patch = 2; // after the CLS token and the patch in column 1 of row 1
      for (int head = 0; head < 2; head++) {
        for (int pair = 0; pair < 4; pair++) {
          int at = patch * 16 + head * 8 + 2 * pair;
          double cos = Math.cos(angles[pair]);
          double sin = Math.sin(angles[pair]);
          assertThat(rotated[at])
              .isCloseTo((float) (rows[at] * cos - rows[at + 1] * sin), within(1e-5f));
          assertThat(rotated[at + 1])
              .isCloseTo((float) (rows[at + 1] * cos + rows[at] * sin), within(1e-5f));
        }
      }
      assertThat(Arrays.copyOf(rotated, 16)).isEqualTo(Arrays.copyOf(rows, 16)); // CLS token
    }
  }

  private static ClipConfig config(int heads) {
    ClipConfig tiny = TinyClip.PE;
    return new ClipConfig(12, 8, 3, tiny.text(), PeFamily.VISION.sized(16, 1, 4, heads));
  }

  /** The frozen rows in front of a block, and the rest of the blocks, are the encoder. */
  @Test
  void anAdaptedEncoderComputesTheSameFeatures() {
    for (Path tiny : List.of(TinyClip.peFolder(), TinyClip.peWithoutClassTokenFolder())) {
      try (Clip clip = Clip.load(tiny);
          Scope scope = Scope.open("test")) {
        VisionTransformer vision = clip.adaptedVision("test");
        Tensor rows = vision.rows(TinyClip.normal(5, 1, 2, 3, 8, 8), 1);
        assertThat(vision.features(rows, 1, block -> ProjectionDeltas.NONE).toFloats())
            .containsExactly(images(clip), within(1e-5f));
        assertThatThrownBy(() -> clip.promptedVision("VPT"))
            .isInstanceOf(KgCoopException.class)
            .hasMessageContaining("PE-Core's");
      }
    }
  }

  // ---- texts

  @Test
  void aTextIsCutButALearnedPromptIsNot() {
    String letters = String.join(" ", "abcdefghijklmnopqrstuvwxyz".split("", -1));
    try (Clip clip = Clip.load(TinyClip.peFolder())) {
      List<Integer> cut = clip.tokenizer().encodeMarked(letters, 20);
      assertThat(cut).hasSize(20).startsWith(698).endsWith(699);
      assertThat(cut.subList(1, 19)).isEqualTo(clip.tokenizer().encode(letters).subList(0, 18));
      String name = letters.substring(0, 30);
      assertThat(PromptText.handCrafted(clip, List.of(name), "the {}.").texts().get(0).tokens())
          .hasSizeLessThanOrEqualTo(20);
      assertThatThrownBy(
              () -> PromptText.learned(clip, List.of(name), ContextSettings.shared(4, "")))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("tokens with its start and end; the model reads 20");
      assertThatThrownBy(() -> PromptText.patterned(clip, List.of(name), "X X X X {}, a pet.", 4))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("the model reads 20");
      assertThatThrownBy(
              () -> PromptText.handCrafted(clip, List.of(letters + " 1", letters + " 2"), "{}"))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("are one text to this model, which reads 20 tokens");
    }
  }

  // ---- invalid input

  private void assertRefused(Path path, String... parts) {
    assertThatThrownBy(
            () -> {
              try (Clip clip = Clip.load(path)) {
                clip.tokenizer();
              }
            })
        .isInstanceOf(KgCoopException.class)
        .hasMessageStartingWith(path.toString())
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n").contains(parts));
  }

  private Path file(Iterable<StoredTensor> tensors) {
    List<StoredTensor> all = new ArrayList<>();
    tensors.forEach(all::add);
    Path file = folder.resolve("weights.safetensors");
    Safetensors.write(file, all, Map.of());
    return file;
  }

  @Test
  void anImageEncoderAloneIsRefused() {
    String only = "has only an image encoder of Perception Encoder; kgcoop needs PE-Core";
    List<StoredTensor> released = PeLayouts.tensors(TinyClip.peFolder());
    List<StoredTensor> meta =
        PeLayouts.meta(released).values().stream()
            .filter(t -> t.name().startsWith("visual."))
            .toList();
    assertRefused(file(meta), only);
    assertRefused(file(withoutPrefix(meta, "visual.")), only);
    assertRefused(
        file(
            withoutPrefix(
                PeLayouts.openClip(released).values().stream()
                    .filter(t -> t.name().startsWith("visual."))
                    .toList(),
                "visual.trunk.")),
        only);
    // PE-Lang and PE-Spatial have a layer scale, and neither pooling nor projection.
    List<StoredTensor> spatial = new ArrayList<>(meta);
    spatial.removeIf(t -> t.name().contains("attn_pool") || t.name().equals("visual.proj"));
    String scale = "visual.transformer.resblocks.0.ls_1.gamma";
    spatial.add(StoredTensor.ofFloats(scale, new long[] {1}, 1));
    assertRefused(file(spatial), only);
    assertRefused(file(withoutPrefix(spatial, "visual.")), only);
  }

  /** Without the pooling, the tensors are those of a CLIP. */
  @Test
  void aFileWithoutThePoolingIsRefused() throws IOException {
    ClipConfig tiny = TinyClip.PE;
    ClipConfig.Text text = tiny.text().sized(32, 700, 32, 1, 2);
    Path complete = folder.resolve("complete");
    RandomClip.write(complete, new ClipConfig(12, 8, 3, text, tiny.vision()), 1);
    List<StoredTensor> tensors = PeLayouts.tensors(complete);
    for (Map<String, StoredTensor> layout :
        List.of(PeLayouts.meta(tensors), PeLayouts.openClip(tensors))) {
      layout.keySet().removeIf(name -> name.contains("attn_pool"));
      assertRefused(file(layout.values()), "32 tokens as in PE-Core", "no 'visual.attn_pool'");
    }
    Files.writeString(
        folder.resolve("preprocessor_config.json"), "{\"size\": 8, \"do_normalize\": false}");
    Path own =
        file(
            PeLayouts.meta(tensors).values().stream()
                .filter(t -> !t.name().contains("attn_pool"))
                .toList());
    try (Clip clip = Clip.load(own)) {
      assertThat(clip.family().traits().id()).isEqualTo("clip");
    }
  }

  private static List<StoredTensor> withoutPrefix(List<StoredTensor> tensors, String prefix) {
    return tensors.stream().map(t -> t.withName(t.name().substring(prefix.length()))).toList();
  }

  @Test
  void otherFilesNextToTheWeightsAreRefused() throws IOException {
    Path open = PeLayouts.writeOpenClip(folder, TinyClip.peFolder());
    Files.delete(open.resolve("merges.txt"));
    try (Clip clip = Clip.load(open)) {
      assertThatThrownBy(clip::tokenizer)
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("the released tokenizer has 49408 token ids, the weights 700");
    }
    Files.copy(TinyClip.siglipFolder().resolve("tokenizer.json"), open.resolve("tokenizer.json"));
    assertRefused(open, "tokenizer.json: expected CLIP's kind of tokenizer");
    Files.delete(open.resolve("open_clip_config.json"));
    Files.writeString(open.resolve("config.json"), "{\"model_type\": \"clip\"}");
    assertRefused(open, "config.json: model_type \"clip\"", "open_clip_config.json");
  }

  @Test
  void shapesThatNoHeadFitsAreRefused() {
    List<StoredTensor> narrow = new ArrayList<>();
    RandomClip.write(folder.resolve("narrow"), narrow(), 1);
    narrow.addAll(PeLayouts.tensors(folder.resolve("narrow")));
    assertRefused(file(PeLayouts.meta(narrow).values()), "expected a width that 8 divides");
    // A table of positions without the CLS token's row, with the token.
    List<StoredTensor> released = PeLayouts.tensors(TinyClip.peFolder());
    assertRefused(
        file(released.stream().filter(t -> !t.name().equals("visual.class_embedding")).toList()),
        "'visual.positional_embedding' has 5 rows");
  }

  private static ClipConfig narrow() {
    ClipConfig tiny = TinyClip.PE;
    return new ClipConfig(12, 8, 3, tiny.text(), PeFamily.VISION.sized(12, 1, 4, 1));
  }
}
