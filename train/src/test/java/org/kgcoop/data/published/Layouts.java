package org.kgcoop.data.published;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.kgcoop.files.Folders;

/** The published layouts in miniature, below one root. */
final class Layouts {
  private static final byte[] IMAGE = image();

  private final Path root;

  Layouts(Path root) {
    this.root = root;
  }

  /** Returns a PNG of 2 x 2 pixels. */
  private static byte[] image() {
    try (ByteArrayOutputStream out = new ByteArrayOutputStream()) {
      BufferedImage image = new BufferedImage(2, 2, BufferedImage.TYPE_INT_RGB);
      if (!ImageIO.write(image, "png", out)) {
        throw new IllegalStateException("no PNG writer");
      }
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Returns the names of numbered files: {@code "ant/%d.jpg"} of 3 and 1 is ant/3.jpg, ant/1.jpg.
   */
  static List<String> numbered(String pattern, int... numbers) {
    return Arrays.stream(numbers).mapToObj(i -> String.format(Locale.ROOT, pattern, i)).toList();
  }

  Layouts images(String folder, List<String> names) {
    names.forEach(name -> write(folder + "/" + name, IMAGE));
    return this;
  }

  /** Writes the given number of images, numbered from 0. */
  Layouts images(String folder, String pattern, int count) {
    return images(folder, numbered(pattern, IntStream.range(0, count).toArray()));
  }

  Layouts text(String file, String content) {
    write(file, content.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    return this;
  }

  private void write(String name, byte[] content) {
    try {
      Path file = root.resolve(name);
      Files.createDirectories(Folders.parent(file));
      Files.write(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes Food101 with two classes of two images, and its split file. */
  Layouts food() {
    return images("food-101/images/apple_pie", "%d.jpg", 2)
        .images("food-101/images/waffles", "%d.jpg", 2)
        .text(
            "food-101/split_zhou_Food101.json",
            """
            {"train": [["waffles/1.jpg", 1, "waffles"], ["apple_pie/1.jpg", 0, "apple_pie"]],
             "val": [],
             "test": [["waffles/0.jpg", 1, "waffles"], ["apple_pie/0.jpg", 0, "apple_pie"]]}
            """);
  }
}
