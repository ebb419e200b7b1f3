package org.kgcoop.data.published;

import java.nio.file.Path;
import java.util.function.Function;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;
import org.kgcoop.files.Folders;

/**
 * A published data set without a split file, in the form of its authors.
 *
 * @param title the published name of the data set
 * @param images the base folder of image paths
 * @param place returns the place of an annotation file
 */
record RawData(String title, Path images, DataSetOptions options, Function<String, Path> place) {

  String name() {
    return options.nameOr(title);
  }

  /** Creates an image from its path below the images. */
  Item item(String key, int label, String className) {
    return new Item(key, Folders.resolve(images, key, title), label, className);
  }

  /** Returns the annotation file at a path below the data set. */
  Path file(String path) {
    return place.apply(path);
  }
}
