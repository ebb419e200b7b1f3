package org.kgcoop.data;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A labeled image.
 *
 * @param key the path in the data set, relative and with '/', the same on every machine
 * @param file the path on this machine
 * @param label the number of its class, from 0
 * @param className the raw name of its class
 * @param group images of one group, such as the frames of a video, are never divided between
 *     training and testing; the key if the image is its own group
 * @param asStored true if its EXIF orientation is ignored, as in the published code; false if the
 *     image is rotated
 */
public record Item(
    String key, Path file, int label, String className, String group, boolean asStored) {

  public Item {
    if (label < 0) {
      throw new IllegalArgumentException("label: expected 0 or more, got " + label);
    }
  }

  /** Creates an image that is its own group and is rotated by its EXIF orientation. */
  public Item(String key, Path file, int label, String className) {
    this(key, file, label, className, key, false);
  }

  /** Returns the number of the group of each image, from 0 in order of appearance. */
  public static List<Integer> groupNumbers(List<Item> items) {
    Map<String, Integer> numbers = new HashMap<>();
    return items.stream()
        .map(item -> numbers.computeIfAbsent(item.group(), group -> numbers.size()))
        .toList();
  }

  /** Returns the image with another group. */
  public Item withGroup(String newGroup) {
    return new Item(key, file, label, className, newGroup, asStored);
  }

  /** Returns the image with another label. */
  Item withLabel(int newLabel) {
    return new Item(key, file, newLabel, className, group, asStored);
  }

  /** Returns the image with its EXIF orientation ignored. */
  Item stored() {
    return new Item(key, file, label, className, group, true);
  }
}
