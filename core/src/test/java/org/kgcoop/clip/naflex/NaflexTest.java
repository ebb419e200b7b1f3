package org.kgcoop.clip.naflex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.api.Embedder;
import org.kgcoop.clip.Clip;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.fixtures.TinyNaflex;
import org.kgcoop.image.Images;
import org.kgcoop.image.RgbImage;
import org.kgcoop.image.view.Interpolation;
import org.kgcoop.image.view.PatchGrid;
import org.kgcoop.image.view.Preprocessing;
import org.kgcoop.io.Safetensors;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** SigLIP 2 NaFlex: its files, and images of several shapes. The reference cases have numbers. */
class NaflexTest {
  private static final String PATCHES = "vision_model.embeddings.patch_embedding.weight";
  private static final List<Double> HALF = List.of(0.5, 0.5, 0.5);

  @TempDir private Path folder;

  @BeforeEach
  void write() {
    TinyNaflex.write(folder);
  }

  private Clip load(int maxPatches) {
    return Clip.load(folder, new Clip.Options(DType.FLOAT32, Device.CPU, null, null, maxPatches));
  }

  @Test
  void readsTheLayoutOfHuggingFace() throws IOException {
    try (Clip clip = Clip.load(folder)) {
      assertThat(clip.config()).isEqualTo(TinyNaflex.CONFIG);
      assertThat(clip.family()).isInstanceOf(NaflexFamily.class);
      assertThat(clip.logitBias()).isEqualTo(-10);
      assertThat(clip.maxPatches()).isEqualTo(12);
      assertThat(clip.preprocessing())
          .isEqualTo(
              new Preprocessing(
                  12, 3, HALF, HALF, Interpolation.BILINEAR, 0, new PatchGrid(4, 12)));
      assertThat(clip.assumed()).isEmpty();
      float[] matrix =
          Safetensors.read(folder.resolve("model.safetensors")).tensors().get(PATCHES).toFloats();
      float[] convolution = clip.stored().get("visual.conv1.weight").toFloats();
      // output 5, channel 2, row 1, column 3
      assertThat(convolution[((5 * 3 + 2) * 4 + 1) * 4 + 3])
          .isEqualTo(matrix[5 * 48 + (4 + 3) * 3 + 2]);
    }
    try (Clip limited = load(5)) {
      assertThat(limited.maxPatches()).isEqualTo(5);
    }
  }

  @Test
  void withoutConfigurationTheReleasedSettingsAreAssumed() throws IOException {
    Files.delete(folder.resolve("config.json"));
    Files.delete(folder.resolve("preprocessor_config.json"));
    try (Clip clip = Clip.load(folder)) {
      assertThat(clip.family()).isInstanceOf(NaflexFamily.class);
      assertThat(clip.maxPatches()).isEqualTo(256);
      assertThat(clip.assumed().toString())
          .contains("12 heads", "bilinear resizing", "at most 256 patches per image");
    }
  }

  private void assertRefused(String message) {
    assertThatThrownBy(() -> Clip.load(folder).close())
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining(message)
        .message()
        .hasLineCount(1);
  }

  private void replace(String name, StoredTensor by) {
    Path file = folder.resolve("model.safetensors");
    List<StoredTensor> tensors = new ArrayList<>();
    Safetensors.read(file)
        .tensors()
        .forEach((key, tensor) -> tensors.add(key.equals(name) ? by : tensor));
    Path changed = folder.resolve("changed.safetensors");
    Safetensors.write(changed, tensors, Map.of());
    assertThat(changed.toFile().renameTo(file.toFile())).isTrue();
  }

  @Test
  void rejectsPatchesThatAreNoSquare() {
    replace(PATCHES, StoredTensor.ofFloats(PATCHES, new long[] {24, 47}, new float[24 * 47]));
    assertRefused("has shape [24, 47]; expected (width, 3 p p)");
  }

  @Test
  void rejectsTheFormsOfOpenClip() throws IOException {
    String sentence =
        "OpenCLIP's form of NaFlex is not supported; use Hugging Face's google/siglip2-";
    Files.delete(folder.resolve("config.json"));
    Files.writeString(
        folder.resolve("open_clip_config.json"),
        """
        {"model_cfg": {"vision_cfg": {"timm_model_name": "naflexvit_base_patch16_siglip"},
                       "text_cfg": {"context_length": 32}}}
        """);
    assertRefused(sentence);
    String name = "visual.trunk.embeds.proj.weight";
    replace(PATCHES, StoredTensor.ofFloats(name, new long[] {24, 48}, new float[24 * 48]));
    assertRefused(sentence);
  }

  @Test
  void theNumberOfPatchesIsLimited() {
    assertThatThrownBy(() -> load(-1)).hasMessageContaining("expected 1 to 4096, got -1");
    assertThatThrownBy(() -> load(4097)).hasMessageContaining("expected 1 to 4096, got 4097");
    Clip.Options options = new Clip.Options(DType.FLOAT32, Device.CPU, null, null, 64);
    assertThatThrownBy(() -> Clip.load(TinyClip.folder(), options))
        .hasMessageContaining("--max-patches 64: this model resizes all images to 8 x 8 pixels");
  }

  // ---- images

  private static RgbImage noise(int width, int height) {
    byte[] rgb = new byte[3 * width * height];
    new Random(width).nextBytes(rgb);
    return new RgbImage(width, height, rgb);
  }

  /** Images of several shapes, with strips of one pixel, have the features that each has alone. */
  @Test
  void imagesOfSeveralShapesAreEncodedTogether() {
    List<RgbImage> images =
        List.of(
            noise(40, 20),
            noise(20, 40),
            noise(41, 20),
            noise(1, 1),
            noise(1, 3000),
            noise(3000, 1),
            noise(16, 16),
            noise(40, 21));
    try (Clip clip = Clip.load(folder)) {
      Embedder embedder = Embedder.unit(clip);
      List<float[]> together = embedder.embedAll(images);
      for (int i = 0; i < images.size(); i++) {
        assertThat(together.get(i)).isEqualTo(embedder.embed(images.get(i)));
        assertThat(together.get(i)).doesNotContain(Float.NaN);
      }
      assertThat(together.get(0)).isNotEqualTo(together.get(1));
      try (Scope scope = Scope.open("test")) {
        ViewEncoder encoder = new ViewEncoder(clip, new Images(warning -> {}));
        Tensor features = encoder.ofViews(images.stream().map(encoder::testView).toList());
        for (int i = 0; i < images.size(); i++) {
          assertThat(features.select(0, i).toFloats()).isEqualTo(together.get(i));
        }
      }
    }
  }

  /** CMYK, palettes, gray, EXIF-rotated and damaged files: as decoded images of their shape. */
  @Test
  void imageFilesOfAllKindsHaveTheFeaturesOfTheirPixels() throws IOException {
    Images images = new Images(warning -> {});
    int read = 0;
    try (Clip clip = Clip.load(folder);
        Stream<Path> files = Files.list(Path.of("src/test/resources/pictures"))) {
      Embedder embedder = Embedder.unit(clip);
      for (Path file : files.sorted().toList()) {
        RgbImage upright;
        try {
          upright = images.readUpright(file);
        } catch (KgCoopException e) {
          continue;
        }
        assertThat(embedder.embed(file)).as(file.toString()).isEqualTo(embedder.embed(upright));
        read++;
      }
    }
    assertThat(read).isGreaterThan(30);
  }

  @Test
  void theNumberOfPatchesIsPartOfTheKeyOfTheFeatureCache() {
    RgbImage image = noise(40, 20);
    try (Clip usual = Clip.load(folder);
        Clip same = load(12);
        Clip other = load(6)) {
      assertThat(FeatureCache.folderName(same)).isEqualTo(FeatureCache.folderName(usual));
      assertThat(FeatureCache.folderName(other)).isNotEqualTo(FeatureCache.folderName(usual));
      assertThat(Embedder.unit(other).embed(image)).isNotEqualTo(Embedder.unit(usual).embed(image));
    }
  }
}
