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
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.types.Array;
import us.hebi.matlab.mat.types.Cell;
import us.hebi.matlab.mat.types.MatFile;
import us.hebi.matlab.mat.types.Matrix;
import us.hebi.matlab.mat.types.Sinks;
import us.hebi.matlab.mat.types.Struct;

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

  Layouts labels(String file, int... labels) {
    Matrix matrix = Mat5.newMatrix(1, labels.length);
    for (int i = 0; i < labels.length; i++) {
      matrix.setInt(i, labels[i]);
    }
    return matlab(file, "labels", matrix);
  }

  Layouts classNames(String file, String... names) {
    Cell cell = Mat5.newCell(1, names.length);
    for (int i = 0; i < names.length; i++) {
      cell.set(i, Mat5.newString(names[i]));
    }
    return matlab(file, "class_names", cell);
  }

  /** Writes annotations of images 0.jpg, 1.jpg, ... with these classes, counted from 1. */
  Layouts annotations(String file, int... classes) {
    Struct struct = Mat5.newStruct(1, classes.length);
    for (int i = 0; i < classes.length; i++) {
      struct.set("bbox_x1", i, Mat5.newScalar(7));
      struct.set("class", i, Mat5.newScalar(classes[i]));
      struct.set("fname", i, Mat5.newString(i + ".jpg"));
    }
    return matlab(file, "annotations", struct);
  }

  private Layouts matlab(String file, String variable, Array content) {
    try (MatFile mat = Mat5.newMatFile().addArray(variable, content)) {
      Path path = root.resolve(file);
      Files.createDirectories(Folders.parent(path));
      try (us.hebi.matlab.mat.types.Sink sink = Sinks.newStreamingFile(path.toFile())) {
        mat.writeTo(sink);
      }
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Writes Pets: five beagles (label 2) and eight bombay cats (label 1) for training, three for
   * testing.
   */
  Layouts pets() {
    images("oxford_pets/images", "beagle_%d.jpg", 6)
        .images("oxford_pets/images", "Bombay_%d.jpg", 10);
    StringBuilder trainVal = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      trainVal.append(i < 5 ? "beagle_" + i + " 2 2 1\n" : "").append("Bombay_" + i + " 1 1 1\n");
    }
    text("oxford_pets/annotations/trainval.txt", trainVal.toString());
    return text(
        "oxford_pets/annotations/test.txt", "Bombay_9 1 1 1\nbeagle_5 2 2 1\nBombay_8 1 1 1\n");
  }
}
