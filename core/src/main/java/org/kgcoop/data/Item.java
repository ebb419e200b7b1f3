package org.kgcoop.data;

import java.nio.file.Path;

/**
 * A labelled image.
 *
 * @param key the path as the data set gives it, relative and with '/': the same on every machine
 * @param file where the image lies on this one
 * @param label the number of its class, from 0
 * @param className the raw name of its class
 */
public record Item(String key, Path file, int label, String className) {

  public Item {
    if (label < 0) {
      throw new IllegalArgumentException("label: expected 0 or more, got " + label);
    }
  }

  /** The same image with another label. */
  Item withLabel(int newLabel) {
    return new Item(key, file, newLabel, className);
  }
}
