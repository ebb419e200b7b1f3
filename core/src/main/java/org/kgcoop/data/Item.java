package org.kgcoop.data;

import java.nio.file.Path;

/**
 * A labeled image.
 *
 * @param key the path as the data set gives it, relative and with '/': the same on every machine
 * @param file where the image lies on this one
 * @param label the number of its class, from 0
 * @param className the raw name of its class
 * @param group images of one group, such as the frames of a video, are never divided between what
 *     is learned from and what is measured on; the key for an image that is a group of its own
 * @param asStored true if its EXIF orientation is ignored, as the published code does; else the
 *     image is turned upright
 */
public record Item(
    String key, Path file, int label, String className, String group, boolean asStored) {

  public Item {
    if (label < 0) {
      throw new IllegalArgumentException("label: expected 0 or more, got " + label);
    }
  }

  /** An image that is a group of its own and is turned upright. */
  public Item(String key, Path file, int label, String className) {
    this(key, file, label, className, key, false);
  }

  /** The same image as one of a group. */
  public Item withGroup(String newGroup) {
    return new Item(key, file, label, className, newGroup, asStored);
  }

  /** The same image with another label. */
  Item withLabel(int newLabel) {
    return new Item(key, file, newLabel, className, group, asStored);
  }

  /** The same image, its EXIF orientation ignored. */
  Item stored() {
    return new Item(key, file, label, className, group, true);
  }
}
