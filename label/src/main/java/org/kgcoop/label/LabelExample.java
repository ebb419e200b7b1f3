package org.kgcoop.label;

import java.nio.file.Path;
import org.kgcoop.files.Folders;

/**
 * A labeled image of another folder.
 *
 * @param name its class, or {@link Labeling#NONE}
 */
public record LabelExample(Path file, String name) {
  /** Returns the name of the image in the data set of the final training. */
  String key() {
    return "labeled/" + name + "/" + Folders.name(file);
  }
}
