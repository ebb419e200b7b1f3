package org.kgcoop.serve.label;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.Waiting;
import org.kgcoop.image.RgbImage;

class ThumbnailsTest {
  /** A segment of EXIF with the orientation 6: rotated by 90 degrees. */
  private static final byte[] ROTATED =
      HexFormat.of()
          .parseHex(
              "ffe100224578696600004d4d002a000000080001011200030000000100060000" + "00000000");

  @TempDir Path folder;

  private Path image(String name, int width, int height) throws IOException {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int x = 0; x < width / 2; x++) { // the left half is red
      for (int y = 0; y < height; y++) {
        image.setRGB(x, y, 0xff0000);
      }
    }
    Path file = folder.resolve(name);
    assertThat(ImageIO.write(image, name.substring(name.indexOf('.') + 1), file.toFile())).isTrue();
    return file;
  }

  private Thumbnails thumbnails(long maxBytes) {
    return new Thumbnails(new ThumbnailFolder(folder.resolve("thumbnails"), 1 << 20), maxBytes);
  }

  private static BufferedImage read(byte[] jpeg) throws IOException {
    return ImageIO.read(new ByteArrayInputStream(jpeg));
  }

  @Test
  void fitsIntoEachSizeInItsShape() throws IOException {
    try (Thumbnails thumbnails = thumbnails(Thumbnails.MAX_BYTES)) {
      Path wide = image("wide.png", 2000, 500);
      for (int size : Thumbnails.SIZES) {
        BufferedImage small = read(thumbnails.get(wide, size));
        assertThat(small.getWidth()).isEqualTo(size);
        assertThat(small.getHeight()).isEqualTo(size / 4);
      }
      assertThat(read(thumbnails.get(image("small.png", 30, 20), 1024)).getWidth()).isEqualTo(30);
    }
  }

  @Test
  void isRotatedByItsExifOrientation() throws IOException {
    byte[] jpeg = Files.readAllBytes(image("a.jpg", 400, 200));
    ByteArrayOutputStream rotated = new ByteArrayOutputStream();
    rotated.write(jpeg, 0, 2); // behind the start of the image
    rotated.writeBytes(ROTATED);
    rotated.write(jpeg, 2, jpeg.length - 2);
    Path file = Files.write(folder.resolve("rotated.jpg"), rotated.toByteArray());
    try (Thumbnails thumbnails = thumbnails(Thumbnails.MAX_BYTES)) {
      BufferedImage small = read(thumbnails.get(file, 256));
      assertThat(small.getWidth()).isEqualTo(128);
      assertThat(small.getHeight()).isEqualTo(256);
      assertThat(small.getRGB(64, 40) >> 16 & 0xff).isGreaterThan(200); // red is above
      assertThat(small.getRGB(64, 210) >> 16 & 0xff).isLessThan(50);
    }
  }

  @Test
  void keepsOnlyTheNewestInMemory() throws IOException {
    Path one = image("one.png", 300, 300);
    Path other = image("other.png", 300, 300);
    try (Thumbnails thumbnails = thumbnails(1)) { // one image at a time
      byte[] first = thumbnails.get(one, 128);
      assertThat(thumbnails.get(one, 128)).isSameAs(first);
      assertThat(thumbnails.get(other, 128)).isNotEmpty();
      assertThat(thumbnails.get(one, 128)).isNotSameAs(first).isEqualTo(first);
    }
  }

  @Test
  void makesImagesAheadAndSurvivesErrors() throws IOException {
    Path file = image("ahead.png", 300, 300);
    AtomicInteger asked = new AtomicInteger();
    try (Thumbnails thumbnails = thumbnails(Thumbnails.MAX_BYTES)) {
      thumbnails.prepare(
          () -> {
            asked.incrementAndGet();
            throw new IllegalStateException("the session is closed");
          });
      Waiting.until(() -> asked.get() == 1);
      thumbnails.prepare(
          () -> {
            asked.incrementAndGet();
            return List.of(folder.resolve("none.png"), file);
          });
      Waiting.until(() -> asked.get() == 2);
      assertThat(thumbnails.get(file, 128)).isNotEmpty();
      assertThat(read(thumbnails.get(folder.resolve("none.png"), 128)).getWidth()).isEqualTo(128);
    }
  }

  /** Makes a file old enough to have a stamp. */
  private static Path old(Path file) throws IOException {
    return Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2020-01-01T00:00:00Z")));
  }

  @Test
  void anImageThatWasDecodedForItsFeatureIsNotDecodedAgain() throws IOException {
    Path file = old(image("a.jpg", 400, 300));
    RgbImage blue = RgbImage.of(new BufferedImage(400, 300, BufferedImage.TYPE_INT_RGB));
    try (Thumbnails thumbnails = thumbnails(Thumbnails.MAX_BYTES)) {
      thumbnails.take(file, blue); // other pixels than those of the file
      for (int size : List.of(128, 256)) {
        BufferedImage small = read(thumbnails.get(file, size));
        assertThat(small.getWidth()).isEqualTo(size);
        assertThat(small.getRGB(10, 10) & 0xffffff).isZero();
      }
      assertThat(read(thumbnails.get(file, 1024)).getRGB(10, 10) >> 16 & 0xff).isGreaterThan(200);
    }
    try (Thumbnails later = thumbnails(Thumbnails.MAX_BYTES)) { // the files are kept
      assertThat(read(later.get(file, 256)).getRGB(10, 10) & 0xffffff).isZero();
      Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2021-01-01T00:00:00Z")));
    }
    try (Thumbnails changed = thumbnails(Thumbnails.MAX_BYTES)) {
      assertThat(read(changed.get(file, 256)).getRGB(10, 10) >> 16 & 0xff).isGreaterThan(200);
    }
  }

  @Test
  void aDamagedCopyOnTheDiskIsMadeAgain() throws IOException {
    Path file = old(image("a.png", 300, 300));
    try (Thumbnails thumbnails = thumbnails(Thumbnails.MAX_BYTES)) {
      assertThat(thumbnails.get(file, 256)).isNotEmpty();
    }
    for (Path copy : copies()) {
      Files.write(copy, new byte[] {1, 2, 3});
    }
    try (Thumbnails thumbnails = thumbnails(Thumbnails.MAX_BYTES)) {
      assertThat(read(thumbnails.get(file, 256)).getWidth()).isEqualTo(256);
    }
  }

  @Test
  void aRemovedImageHasNoCopy() throws IOException {
    Path file = old(image("a.png", 300, 300));
    try (Thumbnails thumbnails = thumbnails(Thumbnails.MAX_BYTES)) {
      assertThat(thumbnails.find(file, 256)).isPresent();
      Files.delete(file);
      assertThat(thumbnails.find(file, 256)).isEmpty();
      assertThat(thumbnails.find(file, 1024)).isEmpty();
    }
  }

  @Test
  void theFolderIsBounded() throws IOException {
    ThumbnailFolder small = new ThumbnailFolder(folder.resolve("thumbnails"), 10_000);
    for (int i = 0; i < 30; i++) {
      small.put(old(image(i + ".png", 1, 1)), new byte[1000]);
    }
    assertThat(copies()).hasSizeBetween(7, 10);
  }

  @Test
  void aFolderThatCannotBeWrittenIsNoError() throws IOException {
    Path file = old(image("a.png", 300, 300));
    Path blocked = Files.write(folder.resolve("blocked"), new byte[1]);
    ThumbnailFolder none = new ThumbnailFolder(blocked.resolve("thumbnails"), 10_000);
    none.put(file, new byte[10]);
    assertThat(none.get(file)).isEmpty();
  }

  private List<Path> copies() throws IOException {
    try (Stream<Path> all = Files.list(folder.resolve("thumbnails"))) {
      return all.toList();
    }
  }
}
