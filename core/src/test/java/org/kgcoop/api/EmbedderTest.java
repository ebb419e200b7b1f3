package org.kgcoop.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.Item;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.fixtures.TestImages;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.image.Images;
import org.kgcoop.image.RgbImage;
import org.kgcoop.image.view.Transform;
import org.kgcoop.prompt.TextFeatures;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

@Tag("equality")
class EmbedderTest {
  private static final Path TURNED = Path.of("src/test/resources/pictures/jexif17x33.jpg");
  private static final float ROUNDING = 1e-5f;

  @TempDir static Path folder;
  private static Clip clip;
  private static List<Path> files;

  @BeforeAll
  static void open() {
    clip = TinyClip.load();
    files =
        TestImages.dataSet(folder, List.of("cat", "dog"), 0, 0, 3).test().stream()
            .map(Item::file)
            .toList();
  }

  @AfterAll
  static void close() {
    clip.close();
  }

  /** Computes the feature of a single image with the image encoder. */
  private static float[] byHand(RgbImage image) {
    Transform transform = new Transform(clip.preprocessing());
    int size = clip.preprocessing().size();
    float[] pixels = new float[3 * size * size];
    transform.normalize(transform.test(image), pixels, 0);
    try (Scope scope = Scope.open("test")) {
      return clip.imageEncoder().features(Tensor.of(pixels, 1, 3, size, size)).toFloats();
    }
  }

  private static double length(float[] feature) {
    double sum = 0;
    for (float value : feature) {
      sum += (double) value * value;
    }
    return Math.sqrt(sum);
  }

  @Test
  void rawFeaturesAreThoseOfTheImageEncoderAndUnitOnesOfLengthOne() {
    float[] expected = byHand(new Images(warning -> {}).read(files.get(0)));
    float[] raw = Embedder.raw(clip).embed(files.get(0));
    float[] unit = Embedder.unit(clip).embed(files.get(0));

    assertThat(raw).containsExactly(expected, within(ROUNDING));
    assertThat(length(unit)).isCloseTo(1, within(1e-6));
    for (int i = 0; i < unit.length; i++) {
      assertThat(unit[i]).isCloseTo((float) (expected[i] / length(expected)), within(ROUNDING));
    }
    assertThat(Embedder.unit(clip).width()).isEqualTo(unit.length);
  }

  @Test
  void aPathItsBytesAStreamAndADecodedImageGiveTheSame() throws IOException {
    Path file = files.get(1);
    Embedder embedder = Embedder.unit(clip);
    float[] expected = embedder.embed(file);
    byte[] bytes = Files.readAllBytes(file);
    BufferedImage image = ImageIO.read(file.toFile());

    assertThat(embedder.embed(bytes)).isEqualTo(expected);
    assertThat(embedder.embed(new ByteArrayInputStream(bytes))).isEqualTo(expected);
    assertThat(embedder.embed(image)).isEqualTo(expected);
    assertThat(embedder.embedAll(List.of(image, bytes, file)))
        .allSatisfy(feature -> assertThat(feature).isEqualTo(expected));
  }

  @Test
  void manyImagesHaveTheirSingleResultsInOrder() {
    List<Path> many = new ArrayList<>();
    for (int i = 0; i < 70; i++) { // two complete batches and a smaller one
      many.add(files.get(i % files.size()));
    }
    Embedder embedder = Embedder.unit(clip);
    List<float[]> all = embedder.embedAll(many);

    assertThat(all).hasSize(70);
    for (int i = 0; i < 70; i++) {
      assertThat(all.get(i)).isEqualTo(embedder.embed(many.get(i)));
    }
    assertThat(embedder.embedAll(List.of())).isEmpty();
  }

  @Test
  void anExifRotatedImageIsRotated() {
    RgbImage upright = new Images(warning -> {}).readUpright(TURNED);

    assertThat(Embedder.raw(clip).embed(TURNED)).containsExactly(byHand(upright), within(ROUNDING));
  }

  @Test
  void itsUnitFeaturesAreThoseThatClassifiersTake() {
    ViewEncoder encoder = new ViewEncoder(clip, new Images(warning -> {}));
    try (Scope scope = Scope.open("test")) {
      Tensor features = encoder.test(List.of(new Item("", files.get(2), 0, "")));
      assertThat(Embedder.unit(clip).embed(files.get(2))).isEqualTo(features.toFloats());
    }
  }

  @Test
  void textsAreTakenAsTheyAre() {
    List<String> texts = List.of("a red fox.", "two owls");
    List<float[]> raw = Embedder.raw(clip).embedTexts(texts);
    float[] unit = Embedder.unit(clip).embedText("two owls");
    try (Scope scope = Scope.open("test")) {
      float[] expected = TextFeatures.ofTexts(clip, texts).toFloats();
      for (int i = 0; i < expected.length; i++) {
        float[] row = raw.get(i / unit.length);
        assertThat(row[i % unit.length]).isCloseTo(expected[i], within(ROUNDING));
      }
    }
    assertThat(length(unit)).isCloseTo(1, within(1e-6));
    for (int i = 0; i < unit.length; i++) {
      float expected = (float) (raw.get(1)[i] / length(raw.get(1)));
      assertThat(unit[i]).isCloseTo(expected, within(ROUNDING));
    }
    assertThat(Embedder.raw(clip).embedTexts(List.of())).isEmpty();
  }

  @Test
  void rejectsInvalidInputs() {
    Embedder embedder = Embedder.unit(clip);
    assertThatThrownBy(() -> embedder.embedText("word ".repeat(200)))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("the model reads 100");
    assertThatThrownBy(() -> embedder.embed(new byte[] {1, 2}))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("not an image of a known format");
    assertThatThrownBy(() -> embedder.embedAll(List.of("photo.jpg")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("java.lang.String");
  }
}
