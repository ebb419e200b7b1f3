package org.kgcoop.image.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.ReferenceCases;
import org.kgcoop.image.Crop;
import org.kgcoop.image.Images;
import org.kgcoop.image.RgbImage;

class TransformTest {

  private final Images images = new Images(warning -> {});

  static Stream<JsonNode> preprocessCases() {
    return ReferenceCases.ofKind("preprocess");
  }

  static Stream<JsonNode> normalizeCases() {
    return ReferenceCases.ofKind("normalize");
  }

  @ParameterizedTest
  @MethodSource("preprocessCases")
  void equalsTorchvisionOnPillow(JsonNode reference) throws IOException {
    Transform transform = new Transform(Preprocessing.clip(reference.path("size").intValue()));
    RgbImage image = images.read(ReferenceCases.file(reference));
    List<Integer> crop = ReferenceCases.integers(reference.path("crop"));

    RgbImage transformed =
        crop.isEmpty()
            ? transform.test(image)
            : transform.train(image, new Crop(crop.get(0), crop.get(1), crop.get(2), crop.get(3)));
    boolean flipped = !crop.isEmpty() && reference.path("flip").booleanValue();

    assertThat((flipped ? transformed.flipped() : transformed).rgb())
        .isEqualTo(ReferenceCases.tensor(reference.path("expect").textValue()));
  }

  @ParameterizedTest
  @MethodSource("normalizeCases")
  void normalisesToTheBit(JsonNode reference) throws IOException {
    List<Integer> box = ReferenceCases.integers(reference.path("crop")); // left, top, right, bottom
    Crop crop = new Crop(box.get(1), box.get(0), box.get(3) - box.get(1), box.get(2) - box.get(0));
    RgbImage image = images.read(ReferenceCases.file(reference)).crop(crop);
    float[] expected = new float[3 * crop.width() * crop.height()];
    ByteBuffer.wrap(ReferenceCases.tensor(reference.path("expect").textValue()))
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(expected);

    assertThat(new Transform(Preprocessing.clip(16)).normalize(image)).isEqualTo(expected);
  }

  @Test
  void writesAImageIntoItsPlaceOfABatch() {
    Transform transform = new Transform(Preprocessing.clip(2));
    RgbImage image = noise(2, 2, 1);
    float[] batch = new float[2 * 12];

    transform.normalize(image, batch, 12);

    assertThat(batch).startsWith(new float[12]).endsWith(transform.normalize(image));
  }

  @Test
  void oneChannelIsPillowsBrightness() {
    Transform grey =
        new Transform(
            new Preprocessing(1, 1, List.of(0.0), List.of(1.0), Interpolation.BICUBIC, 1));
    RgbImage image = new RgbImage(1, 1, new byte[] {10, (byte) 200, 99});

    // (10 * 19595 + 200 * 38470 + 99 * 7471 + 32768) >> 16 = 132
    assertThat(grey.normalize(image)).containsExactly(132 / 255f);
  }

  @Test
  void aImageOfTheRightSizeStaysAsItIs() {
    RgbImage image = noise(8, 8, 2);

    assertThat(new Transform(Preprocessing.clip(8)).test(image)).isSameAs(image);
  }

  @Test
  void theEntireImageIsResizedToTheSquareIfConfigured() {
    Preprocessing clip = Preprocessing.clip(8);
    Preprocessing squashing =
        new Preprocessing(8, 3, clip.mean(), clip.std(), clip.interpolation(), 0);
    RgbImage wide = noise(31, 9, 3);

    assertThat(new Transform(squashing).test(wide))
        .isEqualTo(ResamplerTest.resized(Interpolation.BICUBIC, wide, 8, 8))
        .isNotEqualTo(new Transform(clip).test(wide));
  }

  @Test
  void theSquareIsCroppedFromALargerImageIfConfigured() {
    Preprocessing clip = Preprocessing.clip(8);
    Preprocessing larger =
        new Preprocessing(8, 3, clip.mean(), clip.std(), clip.interpolation(), 12);
    RgbImage wide = noise(30, 15, 3); // becomes 24 x 12

    assertThat(new Transform(larger).test(wide))
        .isEqualTo(ResamplerTest.resized(Interpolation.BICUBIC, wide, 24, 12).crop(crop(2, 8)));
  }

  @Test
  void theMiddleIsRoundedHalfToEven() {
    // 8 x 11: (11 - 8) / 2 = 1.5 becomes 2; 8 x 9: 0.5 becomes 0.
    Transform transform = new Transform(Preprocessing.clip(8));

    assertThat(transform.test(noise(8, 11, 3))).isEqualTo(noise(8, 11, 3).crop(crop(2, 0)));
    assertThat(transform.test(noise(9, 8, 3))).isEqualTo(noise(9, 8, 3).crop(crop(0, 0)));
  }

  private static Crop crop(int top, int left) {
    return new Crop(top, left, 8, 8);
  }

  @Test
  void onePixelFillsTheSquare() {
    RgbImage image = new RgbImage(1, 1, new byte[] {1, 2, 3});

    RgbImage transformed = new Transform(Preprocessing.clip(224)).test(image);

    assertThat(transformed.rgb()).hasSize(3 * 224 * 224);
    assertThat(transformed.rgb()).containsOnly(1, 2, 3);
  }

  @Test
  void aVeryThinImageNeedsLittleMemory() {
    // The entire resized image would have 224 x 22,400,000 pixels, or 15 GB.
    RgbImage thin = noise(1, 100_000, 4);

    RgbImage transformed = new Transform(Preprocessing.clip(224)).test(thin);

    // At this scale, the center shows the two pixels around it.
    int middle = thin.sample(0, 50_000, 0);
    int before = thin.sample(0, 49_999, 0);
    assertThat(transformed.sample(100, 223, 0)).isBetween(0, 255);
    assertThat(transformed.sample(100, 112, 0))
        .isBetween(Math.min(middle, before) - 40, Math.max(middle, before) + 40);
  }

  @Test
  void rejectsAVeryThinImage() {
    RgbImage thin = new RgbImage(10_000_000, 1, new byte[30_000_000]);

    assertThatThrownBy(() -> new Transform(Preprocessing.clip(224)).test(thin))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("too thin");
  }

  @Test
  void aCropOutsideTheImageIsTheCallersError() {
    assertThatThrownBy(
            () -> new Transform(Preprocessing.clip(4)).train(noise(5, 3, 5), new Crop(0, 2, 3, 4)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("5 x 3");
  }

  static RgbImage noise(int width, int height, long seed) {
    byte[] rgb = new byte[3 * width * height];
    new Random(seed).nextBytes(rgb);
    return new RgbImage(width, height, rgb);
  }
}
