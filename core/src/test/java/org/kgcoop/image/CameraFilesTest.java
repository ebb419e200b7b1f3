package org.kgcoop.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kgcoop.KgCoopException;

/**
 * Tests of TIFF files and of RAW files, which are made here: small JPEG images among other bytes.
 */
class CameraFilesTest {
  private static final Path IMAGES = Path.of("src/test/resources/pictures");
  private static final int ORIENTATION = 0x112;
  private static final int PHOTOMETRIC = 0x106;
  private static final int CFA = 32_803;
  private static final int SHORT = 3;
  private static final int LONG = 4;

  private final Images images = new Images(warning -> {});

  private static byte[] picture(String name) throws IOException {
    return Files.readAllBytes(IMAGES.resolve(name));
  }

  /** Returns a TIFF structure with one directory, at the end, of tags with one number. */
  private static byte[] tiff(ByteOrder order, String start, byte[] content, int[]... tags) {
    ByteBuffer file =
        ByteBuffer.allocate(8 + 4 + content.length + 2 + 12 * tags.length + 4).order(order);
    file.put(start.getBytes(StandardCharsets.ISO_8859_1)).putInt(12 + content.length);
    file.position(12);
    file.put(content).putShort((short) tags.length);
    for (int[] tag : tags) {
      file.putShort((short) tag[0]).putShort((short) tag[1]).putInt(1);
      if (tag[1] == SHORT) {
        file.putShort((short) tag[2]).putShort((short) 0);
      } else {
        file.putInt(tag[2]);
      }
    }
    return file.putInt(0).array();
  }

  /** Returns what a RAW file contains: a small JPEG image, a large one, and data of the sensor. */
  private static byte[] content() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(picture("j17x33_s2_rst.jpg"));
    byte[] noise = new byte[50_000];
    new Random(3).nextBytes(noise);
    out.writeBytes(noise);
    out.write(new byte[] {(byte) 0xff, (byte) 0xd8, (byte) 0xff, 0, 1, 2}); // not an image
    out.writeBytes(picture("j61x97_s2_q75.jpg"));
    out.writeBytes(noise);
    byte[] lossless = picture("j61x97_s2_q75.jpg"); // SOF3: the data of the sensor
    for (int i = 0; i < lossless.length; i++) {
      if (lossless[i] == (byte) 0xff && lossless[i + 1] == (byte) 0xc0) {
        lossless[i + 1] = (byte) 0xc3;
        lossless[i + 5] = 2; // larger
        break;
      }
    }
    out.writeBytes(lossless);
    return out.toByteArray();
  }

  @Test
  void theLargestPreviewOfARawFileIsReadAndRotated() throws IOException {
    RgbImage preview = images.read(IMAGES.resolve("j61x97_s2_q75.jpg"));
    int[] cfa = {PHOTOMETRIC, SHORT, CFA};
    int[] turned = {ORIENTATION, SHORT, 6};
    for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
      String start = order == ByteOrder.LITTLE_ENDIAN ? "II*\0" : "MM\0*";
      byte[] file = tiff(order, start, content(), turned, cfa);
      assertThat(images.decode(file, "a.nef")).isEqualTo(preview);
      assertThat(images.decodeUpright(file, "a.nef")).isEqualTo(preview.upright(6));
      assertThat(ImageHeader.of(file)).isEqualTo(new ImageHeader(6, 61, 97));
    }
    for (String start : new String[] {"IIRO", "IIRS", "IIU\0"}) { // of Olympus and Panasonic
      byte[] file = tiff(ByteOrder.LITTLE_ENDIAN, start, content(), turned);
      assertThat(images.decodeUpright(file, "a.orf")).isEqualTo(preview.upright(6));
    }
    byte[] canon = tiff(ByteOrder.LITTLE_ENDIAN, "II*\0", content(), turned);
    canon[8] = 'C';
    canon[9] = 'R';
    assertThat(images.decodeUpright(canon, "a.cr2")).isEqualTo(preview.upright(6));
    int[] version = {0xc612, LONG, 4};
    byte[] dng = tiff(ByteOrder.LITTLE_ENDIAN, "II*\0", content(), version);
    assertThat(images.decodeUpright(dng, "a.dng")).isEqualTo(preview);
  }

  @Test
  void theSensorDataMayBeInASubdirectory() throws IOException {
    byte[] content = content();
    ByteArrayOutputStream with = new ByteArrayOutputStream();
    with.writeBytes(new byte[] {1, 0, 6, 1, 3, 0, 1, 0, 0, 0, 0x23, (byte) 0x80, 0, 0, 0, 0, 0, 0});
    with.writeBytes(content);
    int[] sub = {0x14a, LONG, 12};
    byte[] file = tiff(ByteOrder.LITTLE_ENDIAN, "II*\0", with.toByteArray(), sub);
    assertThat(images.decode(file, "a.arw"))
        .isEqualTo(images.read(IMAGES.resolve("j61x97_s2_q75.jpg")));
  }

  @Test
  void theOrientationOfACr3FileIsInItsOwnBox() throws IOException {
    byte[] exif =
        tiff(ByteOrder.LITTLE_ENDIAN, "II*\0", new byte[0], new int[] {ORIENTATION, SHORT, 8});
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes("\0\0\0\30ftypcrx \0\0\0\1crx isom".getBytes(StandardCharsets.ISO_8859_1));
    out.writeBytes(ByteBuffer.allocate(4).putInt(8 + exif.length).array());
    out.writeBytes("CMT1".getBytes(StandardCharsets.ISO_8859_1));
    out.writeBytes(exif);
    out.writeBytes(content());
    assertThat(images.decodeUpright(out.toByteArray(), "a.cr3"))
        .isEqualTo(images.read(IMAGES.resolve("j61x97_s2_q75.jpg")).upright(8));
  }

  @Test
  void aRawFileWithoutAPreviewIsRejected() {
    byte[] file =
        tiff(ByteOrder.LITTLE_ENDIAN, "II*\0", new byte[9], new int[] {PHOTOMETRIC, SHORT, CFA});
    assertThatThrownBy(() -> images.decode(file, "a.dng"))
        .hasMessage(
            "a.dng: this RAW image is rejected: it contains no complete JPEG preview; expected one,"
                + " as cameras store it, so convert it to JPEG");
  }

  /** An image of 2 x 2 pixels: red, green, blue and white. */
  private static byte[] colors(int bits, int orientation) {
    int bytes = bits / 8;
    ByteBuffer samples = ByteBuffer.allocate(12 * bytes + 6).order(ByteOrder.LITTLE_ENDIAN);
    for (int level : new int[] {255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255}) {
      if (bits == 8) {
        samples.put((byte) level);
      } else {
        samples.putShort((short) (level << 8 | level));
      }
    }
    for (int i = 0; i < 3; i++) {
      samples.putShort((short) bits);
    }
    int[][] tags = {
      {0x100, SHORT, 2},
      {0x101, SHORT, 2},
      {0x102, SHORT, 0}, // replaced
      {0x103, SHORT, 1},
      {PHOTOMETRIC, SHORT, 2},
      {0x111, LONG, 12},
      {ORIENTATION, SHORT, orientation},
      {0x115, SHORT, 3},
      {0x116, SHORT, 2},
      {0x117, LONG, 12 * bytes}
    };
    byte[] file = tiff(ByteOrder.LITTLE_ENDIAN, "II*\0", samples.array(), tags);
    ByteBuffer entry = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    int third = entry.getInt(4) + 2 + 24;
    entry.putInt(third + 4, 3).putInt(third + 8, 12 + 12 * bytes); // three numbers, elsewhere
    return file;
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 16})
  void aTiffFileIsReadAndRotated(int bits) {
    RgbImage upright = images.decode(colors(bits, 1), "a.tif");
    byte[] expected = {-1, 0, 0, 0, -1, 0, 0, 0, -1, -1, -1, -1};
    assertThat(upright.rgb()).isEqualTo(expected);
    for (int orientation = 2; orientation <= 8; orientation++) {
      assertThat(images.decodeUpright(colors(bits, orientation), "a.tif"))
          .as("orientation %s", orientation)
          .isEqualTo(upright.upright(orientation));
    }
  }

  @Test
  void aTiffFileOfTooManyPixelsIsRejectedByItsHeader() {
    byte[] file = colors(8, 1);
    ByteBuffer entry = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    int first = entry.getInt(4) + 2;
    entry.putShort(first + 8, (short) 30_000).putShort(first + 12 + 8, (short) 30_000);
    assertThatThrownBy(() -> images.decode(file, "a.tif"))
        .hasMessageContaining("30000 x 30000 pixels, more than the limit of 64000000");
  }

  @Test
  void damagedFilesAreErrorsOfOneLine() throws IOException {
    Random random = new Random(5);
    byte[] raw =
        tiff(ByteOrder.BIG_ENDIAN, "MM\0*", content(), new int[] {PHOTOMETRIC, SHORT, CFA});
    for (byte[] whole : new byte[][] {raw, colors(8, 6), colors(16, 1)}) {
      for (int round = 0; round < 300; round++) {
        byte[] damaged = whole.clone();
        for (int i = 0; i < 4; i++) {
          damaged[random.nextInt(whole.length)] = (byte) random.nextInt(256);
        }
        damaged = round % 5 == 0 ? Arrays.copyOf(damaged, whole.length - 1 - round / 5) : damaged;
        try {
          assertThat(images.decodeUpright(damaged, "x").width()).isPositive();
        } catch (KgCoopException e) {
          assertThat(e).hasMessageStartingWith("x: ").hasMessageNotContaining("\n");
        }
      }
    }
  }
}
