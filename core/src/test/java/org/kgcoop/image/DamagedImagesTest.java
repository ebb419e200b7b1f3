package org.kgcoop.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kgcoop.KgCoopException;

class DamagedImagesTest {

  private static final Path IMAGES = Path.of("src/test/resources/pictures");

  private final Images images = new Images(warning -> {});

  private void assertRefused(byte[] file, String... reasons) {
    assertThatThrownBy(() -> images.decode(file, "cat.jpg"))
        .isInstanceOf(KgCoopException.class)
        .hasMessageStartingWith("cat.jpg: ")
        .hasMessageContainingAll(reasons)
        .hasMessageNotContainingAny("\n", "null")
        .satisfies(
            e ->
                assertThat(((KgCoopException) e).category())
                    .isEqualTo(KgCoopException.Category.DATA));
  }

  @Test
  void refusesAnEmptyFile() {
    assertRefused(new byte[0], "empty");
  }

  @Test
  void refusesTextWithTheImagesName() {
    assertRefused("<html>Not found</html>".getBytes(StandardCharsets.UTF_8), "text file", "JPEG");
  }

  @Test
  void namesFormatsThatAreNotRead() {
    assertRefused("\0\0\0\30ftypisom".getBytes(StandardCharsets.ISO_8859_1), "video");
    assertRefused("P6 1 1 255\nabc".getBytes(StandardCharsets.UTF_8), "PNM");
  }

  @Test
  void refusesAJpegOfMoreScansThanAnyProgramWrites() throws IOException {
    byte[] file = Files.readAllBytes(IMAGES.resolve("j61x97_s1_prog.jpg"));
    int last = file.length - 2; // from the last start of scan to the end marker
    while ((file[last] & 0xff) != 0xff || (file[last + 1] & 0xff) != 0xda) {
      last--;
    }
    ByteArrayOutputStream more = new ByteArrayOutputStream();
    more.write(file, 0, file.length - 2);
    for (int i = 0; i < 1000; i++) {
      more.write(file, last, file.length - 2 - last);
    }
    more.write(file, file.length - 2, 2);
    assertRefused(more.toByteArray(), "1001 scans or more of 61 x 97 pixels", "save it again");
    // Fewer scans are too many for an image at the pixel limit: 21 scans of 20 allowed.
    ByteArrayOutputStream some = new ByteArrayOutputStream();
    some.write(file, 0, file.length - 2);
    for (int i = 0; i < 20; i++) {
      some.write(file, last, file.length - 2 - last);
    }
    some.write(file, file.length - 2, 2);
    assertThat(images.decode(some.toByteArray(), "cat.jpg").width()).isEqualTo(61);
    assertThatThrownBy(() -> new Images(61 * 97, w -> {}).decode(some.toByteArray(), "cat.jpg"))
        .hasMessageContaining("21 scans or more");
  }

  @Test
  void refusesAMissingFile() {
    Path missing = IMAGES.resolve("no-such.png");

    assertThatThrownBy(() -> images.read(missing))
        .isInstanceOf(KgCoopException.class)
        .hasMessage(missing + ": there is no such image");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "j61x97_s2_q75.jpg",
        "j61x97_s1_prog.jpg",
        "p33x17_8_0_0_gama.png",
        "gp17x33.gif",
        "bp17x33_P.bmp",
        "b33x17_rle8.bmp",
        "w61x97_3_20.webp",
        "w17x33_4_ll.webp",
        "wanim3_0.webp"
      })
  void rejectsAFileTruncatedAnywhere(String name) throws IOException {
    byte[] whole = Files.readAllBytes(IMAGES.resolve(name));
    int end = name.endsWith(".png") ? whole.length - 12 : whole.length; // without the end chunk

    for (int length = 12; length < end - 1; length += 1 + length / 40) {
      assertRefused(Arrays.copyOf(whole, length), "expected");
    }
    assertRefused(Arrays.copyOf(whole, end - 2), "truncated");
  }

  @Test
  void meetsRandomDamageWithAImageOrAnErrorOfItsOwn() throws IOException {
    Random random = new Random(5);
    for (String line : Files.readAllLines(IMAGES.resolve("pictures.tsv")).subList(1, 60)) {
      byte[] file = Files.readAllBytes(IMAGES.resolve(line.substring(0, line.indexOf('\t'))));
      for (int round = 0; round < 10; round++) {
        byte[] damaged = file.clone();
        for (int i = 0; i < 4; i++) {
          damaged[random.nextInt(file.length)] = (byte) random.nextInt(256);
        }
        try {
          assertThat(images.decode(damaged, "x").width()).isPositive();
        } catch (KgCoopException e) {
          assertThat(e).hasMessageStartingWith("x: ").hasMessageNotContaining("\n");
        }
      }
    }
  }

  /** A second frame header makes the decoder read an image of another kind. */
  @Test
  void rejectsAJpegWhoseFramesContradictEachOther() throws IOException {
    byte[] grey = Files.readAllBytes(IMAGES.resolve("jg17x33.jpg"));
    byte[] file = new byte[grey.length + 21];
    byte[] cmyk = {
      (byte) 0xff,
      (byte) 0xc0,
      0,
      20,
      8,
      0,
      33,
      0,
      17,
      4,
      1,
      0x11,
      0,
      2,
      0x11,
      0,
      3,
      0x11,
      0,
      4,
      0x11
    };
    System.arraycopy(grey, 0, file, 0, 2);
    System.arraycopy(cmyk, 0, file, 2, cmyk.length);
    System.arraycopy(grey, 2, file, 2 + cmyk.length, grey.length - 2);
    assertRefused(file, "expected a complete file");
  }

  @Test
  void rejectsABmpWithoutBitsForAColor() throws IOException {
    byte[] file = Files.readAllBytes(IMAGES.resolve("b7x5_16m565_1.bmp"));
    Arrays.fill(file, 54, 58, (byte) 0); // the mask of red
    assertRefused(file, "expected a complete file");
  }

  /** Only damage of the file is reported as such. */
  @Test
  void aBugOfThisProgramIsNotReportedAsDamage() throws IOException {
    byte[] sixteen = Files.readAllBytes(IMAGES.resolve("p7x9_16_0_0.png"));
    Images withABug =
        new Images(
            warning -> {
              throw new NullPointerException("a bug");
            });
    assertThatThrownBy(() -> withABug.decode(sixteen, "cat.png"))
        .isInstanceOf(NullPointerException.class);
  }

  @Test
  void refusesAPngOfTooManyPixelsByItsHeader() throws IOException {
    byte[] file = Files.readAllBytes(IMAGES.resolve("p33x17_8_0_0_gama.png"));
    putBigEndian(file, 16, 30_000);
    putBigEndian(file, 20, 30_000);
    CRC32 crc = new CRC32();
    crc.update(file, 12, 17);
    putBigEndian(file, 29, (int) crc.getValue());

    assertRefused(file, "30000 x 30000", "limit of 64000000");
  }

  @Test
  void refusesOtherFilesOfTooManyPixelsByTheirHeaders() throws IOException {
    byte[] gif = Files.readAllBytes(IMAGES.resolve("gp17x33.gif"));
    gif[7] = 117; // 29952 + 17 columns
    gif[9] = 117;
    assertRefused(gif, "29969 x 29985");

    byte[] bmp = Files.readAllBytes(IMAGES.resolve("bp17x33_P.bmp"));
    bmp[20] = 1;
    bmp[24] = 1;
    assertRefused(bmp, "65553 x 65569");

    byte[] jpeg = Files.readAllBytes(IMAGES.resolve("jg17x33.jpg"));
    int frame = 0;
    while (jpeg[frame] != (byte) 0xff || jpeg[frame + 1] != (byte) 0xc0) {
      frame++;
    }
    jpeg[frame + 5] = 117;
    jpeg[frame + 7] = 117;
    assertRefused(jpeg, "29969 x 29985");
  }

  @Test
  void theLimitOfPixelsIsTheCallers() {
    Path file = IMAGES.resolve("bp17x33_P.bmp");

    assertThat(new Images(17 * 33, w -> {}).read(file).width()).isEqualTo(17);
    assertThatThrownBy(() -> new Images(17 * 33 - 1, w -> {}).read(file))
        .hasMessageContaining("17 x 33");
  }

  private static void putBigEndian(byte[] file, int at, int value) {
    for (int i = 0; i < 4; i++) {
      file[at + i] = (byte) (value >> (24 - 8 * i));
    }
  }
}
