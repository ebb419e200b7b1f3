package org.kgcoop.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.image.Images;
import org.kgcoop.image.RgbImage;

class ExifPngTest {
  @TempDir Path folder;

  @Test
  void aReaderThatHeedsTheOrientationSeesTheImageAndOneThatDoesNotSeesItRotated()
      throws IOException {
    byte[] rgb = new byte[5 * 3 * 3];
    new Random(1).nextBytes(rgb);
    RgbImage image = new RgbImage(5, 3, rgb);
    Images images = new Images(line -> {});
    for (int orientation : ExifPng.ORIENTATIONS) {
      Path file = folder.resolve(orientation + ".png");
      Files.write(file, ExifPng.of(image, orientation));
      assertThat(images.readUpright(file)).as("orientation %s", orientation).isEqualTo(image);
      assertThat(images.read(file).equals(image)).isEqualTo(orientation == 1);
    }
  }
}
