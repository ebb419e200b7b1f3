package org.kgcoop.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GifTest {

  private final Images images = new Images(warning -> {});

  /** Creates a GIF of grays. A clear code before each index keeps the length of codes constant. */
  private static byte[] gif(int width, int height, boolean interlaced, int bits, int... indices) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] size = {(byte) width, 0, (byte) height, 0};
    out.writeBytes(new byte[] {'G', 'I', 'F', '8', '9', 'a'});
    out.writeBytes(size);
    out.writeBytes(new byte[] {(byte) 0xf7, 0, 0});
    for (int i = 0; i < 3 * 256; i++) {
      out.write(i / 3);
    }
    out.writeBytes(new byte[] {0x2c, 0, 0, 0, 0});
    out.writeBytes(size);
    out.write(interlaced ? 0x40 : 0);
    out.write(bits);
    List<Integer> codes = new ArrayList<>();
    for (int index : indices) {
      codes.add(1 << bits);
      codes.add(index);
    }
    codes.add((1 << bits) + 1);
    byte[] packed = new byte[codes.size() * (bits + 1) / 8 + 1];
    for (int i = 0; i < codes.size() * (bits + 1); i++) {
      packed[i / 8] |= (byte) ((codes.get(i / (bits + 1)) >> (i % (bits + 1)) & 1) << (i % 8));
    }
    for (int at = 0; at < packed.length; at += 255) {
      int length = Math.min(255, packed.length - at);
      out.write(length);
      out.write(packed, at, length);
    }
    out.write(0);
    out.write(0x3b);
    return out.toByteArray();
  }

  private static List<Integer> reds(RgbImage image) {
    return IntStream.range(0, image.width() * image.height())
        .mapToObj(i -> image.sample(i % image.width(), i / image.width(), 0))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 6, 7, 8, 9, 16, 17})
  void interlacedRowsComeToTheirPlaces(int height) {
    List<Integer> stored = new ArrayList<>();
    for (int[] pass : new int[][] {{0, 8}, {4, 8}, {2, 4}, {1, 2}}) {
      for (int y = pass[0]; y < height; y += pass[1]) {
        stored.add(2 * y);
        stored.add(2 * y + 1);
      }
    }
    byte[] file = gif(2, height, true, 8, stored.stream().mapToInt(i -> i).toArray());

    assertThat(reds(images.decode(file, "a.gif")))
        .isEqualTo(IntStream.range(0, 2 * height).boxed().toList());
  }

  @Test
  void rejectsFewInterlacedRowsAndCodesOfMoreThanEightBits() {
    assertThatThrownBy(() -> images.decode(gif(1, 2, true, 8, 1, 2), "a.gif"))
        .hasMessageContaining("fewer than 5 interlaced rows");
    assertThatThrownBy(() -> images.decode(gif(1, 1, false, 9, 0), "a.gif"))
        .hasMessageContaining("cannot read this GIF");
  }

  @Test
  void aFrameThatEndsEarlyIsTruncated() {
    assertThatThrownBy(() -> images.decode(gif(2, 2, false, 8, 1, 2, 3), "a.gif"))
        .hasMessageContaining("truncated");
  }
}
