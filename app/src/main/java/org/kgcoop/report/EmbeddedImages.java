package org.kgcoop.report;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;
import org.kgcoop.data.open.DataSets;
import org.kgcoop.data.open.EmbeddedDataSets;
import org.kgcoop.image.Images;
import org.kgcoop.image.RgbImage;
import org.kgcoop.image.view.Preprocessing;
import org.kgcoop.image.view.Transform;

/**
 * Thumbnails of images, from the embedded data sets and those that the user names. Runs may come
 * from other people, so no path in their files is ever opened.
 */
final class EmbeddedImages {
  private static final int SIDE = 96;
  private static final DataSetOptions OPTIONS =
      DataSetOptions.defaults(warning -> {}).withCheckFiles(false);

  static {
    ImageIO.setUseCache(false); // otherwise ImageIO would write temporary files
  }

  private final Map<String, Map<String, Item>> sets = new HashMap<>();
  private final Images images = new Images(warning -> {});

  /**
   * Prepares the embedded data sets and the given ones.
   *
   * @param paths the data sets; a run uses the data set with the same name
   */
  EmbeddedImages(List<Path> paths) {
    paths.forEach(path -> add(DataSets.open(path, OPTIONS)));
  }

  /** Prepares the embedded data sets and an opened one. */
  EmbeddedImages(DataSet set) {
    add(set);
  }

  private void add(DataSet set) {
    sets.put(set.name(), byKey(set));
  }

  private static Map<String, Item> byKey(DataSet set) {
    return set.items().collect(Collectors.toMap(Item::key, item -> item, (a, b) -> b));
  }

  private Map<String, Item> of(String dataSet) {
    return sets.computeIfAbsent(
        dataSet,
        name ->
            EmbeddedDataSets.all().stream().anyMatch(set -> set.name().equals(name))
                ? byKey(EmbeddedDataSets.open(name, OPTIONS))
                : Map.of());
  }

  /** Returns the reason why a data set has no thumbnails, or an empty text if it has some. */
  String reason(String dataSet) {
    return of(dataSet).isEmpty()
        ? "No images are shown: the report does not know where the data set "
            + (dataSet.isEmpty() ? "" : dataSet + " ")
            + "lies; name it by --data."
        : "";
  }

  /**
   * Returns an image as a data URI. The result is empty if the data set has no image of that name
   * and class, or if the image cannot be read.
   */
  Optional<String> source(String dataSet, String name, String className) {
    Item item = of(dataSet).get(name);
    return item != null && item.className().replace('_', ' ').equals(className)
        ? thumbnail(item.file())
        : Optional.empty();
  }

  /** Returns an image as a data URI. The result is empty if the image cannot be read. */
  Optional<String> thumbnail(Path file) {
    try {
      return Optional.of(uri(images.readUpright(file)));
    } catch (KgCoopException e) {
      return Optional.empty();
    }
  }

  /**
   * Crops an image to a square, as the model does, and encodes it. Images smaller than a thumbnail
   * become PNG, larger ones JPEG.
   */
  private static String uri(RgbImage image) {
    int side = Math.min(SIDE, Math.min(image.width(), image.height()));
    BufferedImage pixels = new Transform(Preprocessing.clip(side)).test(image).toBufferedImage();
    String format = side < SIDE ? "png" : "jpeg";
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      if (!ImageIO.write(pixels, format, bytes)) {
        throw new IllegalStateException("no writer of " + format);
      }
    } catch (IOException e) {
      throw new IllegalStateException("memory refused bytes", e);
    }
    return "data:image/"
        + format
        + ";base64,"
        + Base64.getEncoder().encodeToString(bytes.toByteArray());
  }
}
