package org.kgcoop.label;

import java.nio.file.Path;

/**
 * A labeled image of another folder.
 *
 * @param name its class, or {@link Labeling#NONE}
 * @param path its path below the folder of its class, with slashes
 */
public record LabelExample(Path file, String name, String path) {
  /** Returns the name of the image in the data set of the final training. */
  String key() {
    return "labeled/" + name + "/" + path;
  }
}
