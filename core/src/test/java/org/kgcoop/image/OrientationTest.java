package org.kgcoop.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OrientationTest {

  private static final Path IMAGES = Path.of("src/test/resources/pictures");

  @ParameterizedTest
  @ValueSource(strings = {"jexif17x33.jpg", "w17x33_3_exif.webp"})
  void isReadFromFilesThatPillowWrote(String name) throws IOException {
    assertThat(Orientation.of(Files.readAllBytes(IMAGES.resolve(name)))).isEqualTo(6);
  }

  @Test
  void isReadFromAPngInEitherByteOrder() {
    assertThat(Orientation.of(png(tiff(ByteOrder.BIG_ENDIAN, 3)))).isEqualTo(3);
    assertThat(Orientation.of(png(tiff(ByteOrder.LITTLE_ENDIAN, 8)))).isEqualTo(8);
  }

  @Test
  void isNotRotatedIfTheTagIsMissingOrDamaged() throws IOException {
    assertThat(Orientation.of(Files.readAllBytes(IMAGES.resolve("jg17x33.jpg")))).isEqualTo(1);
    assertThat(Orientation.of(png(tiff(ByteOrder.BIG_ENDIAN, 9)))).isEqualTo(1);
    byte[] tiff = tiff(ByteOrder.BIG_ENDIAN, 3);
    for (int length = 0; length < 20; length++) {
      assertThat(Orientation.of(png(Arrays.copyOf(tiff, length)))).isEqualTo(1);
    }
    tiff[4] = (byte) 0xff; // a directory far outside the file
    assertThat(Orientation.of(png(tiff))).isEqualTo(1);
  }

  /** An image "ab / cd" with one color per pixel. The expected pixels follow the EXIF standard. */
  @ParameterizedTest
  @CsvSource({"1,abcd", "2,badc", "3,dcba", "4,cdab", "5,acbd", "6,cadb", "7,dbca", "8,bdac"})
  void turnsAndMirrors(int orientation, String expected) {
    RgbImage image = new RgbImage(2, 2, colors("abcd"));

    assertThat(image.upright(orientation)).isEqualTo(new RgbImage(2, 2, colors(expected)));
  }

  @Test
  void exchangesTheSidesOfATurnedImage() {
    RgbImage image = new RgbImage(3, 1, colors("abc"));

    assertThat(image.upright(6)).isEqualTo(new RgbImage(1, 3, colors("abc")));
    assertThat(image.upright(8)).isEqualTo(new RgbImage(1, 3, colors("cba")));
    assertThatThrownBy(() -> image.upright(9)).isInstanceOf(IllegalArgumentException.class);
  }

  private static byte[] colors(String letters) {
    byte[] rgb = new byte[3 * letters.length()];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) letters.charAt(i / 3);
    }
    return rgb;
  }

  private static byte[] tiff(ByteOrder order, int orientation) {
    ByteBuffer tiff = ByteBuffer.allocate(26).order(order);
    tiff.put(order == ByteOrder.BIG_ENDIAN ? new byte[] {'M', 'M'} : new byte[] {'I', 'I'});
    tiff.putShort((short) 42).putInt(8).putShort((short) 1);
    tiff.putShort((short) 0x112).putShort((short) 3).putInt(1).putShort((short) orientation);
    return tiff.array();
  }

  private static byte[] png(byte[] exif) {
    ByteBuffer png = ByteBuffer.allocate(8 + 12 + exif.length + 12);
    png.put(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
    png.putInt(exif.length).put(new byte[] {'e', 'X', 'I', 'f'}).put(exif).putInt(0);
    png.putInt(0).put(new byte[] {'I', 'E', 'N', 'D'}).putInt(0);
    return png.array();
  }
}
