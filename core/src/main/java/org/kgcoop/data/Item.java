package org.kgcoop.data;

import java.nio.file.Path;

/**
 * A labelled image.
 *
 * @param key the path as the data set gives it, relative and with '/': the same on every machine
 * @param file where the image lies on this one
 * @param label the number of its class, from 0
 * @param className the raw name of its class
 * @param asStored true if its EXIF orientation is ignored, as the published code does; else the
 *     image is turned upright
 */
public record Item(String key, Path file, int label, String className, boolean asStored) {

  public Item {
    if (label < 0) {
      throw new IllegalArgumentException("label: expected 0 or more, got " + label);
    }
  }

  /** An image that is turned upright. */
  public Item(String key, Path file, int label, String className) {
    this(key, file, label, className, false);
  }

  /** The same image with another label. */
  Item withLabel(int newLabel) {
    return new Item(key, file, newLabel, className, asStored);
  }

  /** The same image, its EXIF orientation ignored. */
  Item stored() {
    return new Item(key, file, label, className, true);
  }
}
