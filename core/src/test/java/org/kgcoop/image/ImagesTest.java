package org.kgcoop.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.ReferenceCases;
import org.kgcoop.files.Sha256;
import org.kgcoop.image.view.Preprocessing;
import org.kgcoop.image.view.Transform;

class ImagesTest {

  private static final Path IMAGES = Path.of("src/test/resources/pictures");

  private final List<String> warnings = new ArrayList<>();
  private final Images images = new Images(warnings::add);

  static Stream<JsonNode> decodeCases() {
    return ReferenceCases.ofKind("decode");
  }

  /**
   * Small files of many kinds (interlaced, with transparency, few bits, masked, run-length coded,
   * animated, unusual sampling), and their pixels in Pillow 11.1.
   */
  static Stream<String> pillowImages() throws IOException {
    return Files.readAllLines(IMAGES.resolve("pictures.tsv")).stream().skip(1);
  }

  @ParameterizedTest
  @MethodSource("decodeCases")
  void decodesReferenceImagesAsPillowDoes(JsonNode reference) throws IOException {
    RgbImage image = images.read(ReferenceCases.file(reference));

    assertThat(image.rgb()).isEqualTo(ReferenceCases.tensor(reference.path("expect").textValue()));
  }

  @ParameterizedTest
  @MethodSource("pillowImages")
  void decodesEveryKindOfFileAsPillowDoes(String line) {
    List<String> fields = List.of(line.split("\t"));

    RgbImage image = images.read(IMAGES.resolve(fields.get(0)));

    assertThat(image.width()).isEqualTo(Integer.parseInt(fields.get(1)));
    assertThat(image.height()).isEqualTo(Integer.parseInt(fields.get(2)));
    assertThat(sha256(image)).isEqualTo(fields.get(3));
    assertThat(sha256(new Transform(Preprocessing.clip(64)).test(image))).isEqualTo(fields.get(4));
  }

  @Test
  void warnsOnceOfGreyImagesOf16Bits() {
    Path sixteen = IMAGES.resolve("p7x9_16_0_0.png");

    assertThat(images.read(sixteen)).isEqualTo(images.read(sixteen));

    assertThat(warnings).hasSize(1);
    assertThat(warnings.get(0)).startsWith(sixteen.toString()).contains("16 bits");
  }

  @Test
  void turnsImagesOnlyWhenAsked() {
    Path turned = IMAGES.resolve("jexif17x33.jpg"); // orientation 6: must be rotated clockwise

    RgbImage stored = images.read(turned);
    RgbImage upright = images.readUpright(turned);

    assertThat(stored.width()).isEqualTo(17);
    assertThat(upright).isEqualTo(stored.upright(6));
    assertThat(upright.width()).isEqualTo(33);
  }

  @Test
  void givesEveryThreadTheSameImage() throws Exception {
    List<String> lines = pillowImages().toList();
    Transform transform = new Transform(Preprocessing.clip(32));
    Callable<List<RgbImage>> all =
        () ->
            lines.stream()
                .map(line -> IMAGES.resolve(line.substring(0, line.indexOf('\t'))))
                .map(file -> transform.test(images.read(file)))
                .toList();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<RgbImage> expected = all.call();
      for (var result : threads.invokeAll(List.of(all, all, all, all))) {
        assertThat(result.get()).isEqualTo(expected);
      }
    } finally {
      threads.shutdown();
    }
  }

  private static String sha256(RgbImage image) {
    return Sha256.of(image.rgb());
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void theReasonOfAFileThatCannotBeReadIsNamedAndNotItsPathAgain(@TempDir Path folder)
      throws IOException {
    Path loop = folder.resolve("loop.png");
    Path unused = Files.createSymbolicLink(loop, loop);
    assertThatThrownBy(() -> Images.bytes(loop))
        .isInstanceOf(KgCoopException.class)
        .hasMessageStartingWith(loop + ": cannot be read as a file: Too many levels");
  }
}
