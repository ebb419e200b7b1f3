package org.kgcoop.corpus;

import java.util.List;

/**
 * A drawing of a set.
 *
 * @param prefix the set
 * @param name its name there
 * @param body SVG elements without the svg element round them
 * @param left the left edge of the drawing's box, in its own units, as the next three
 * @param aliases other names of the very same drawing
 * @param categories what its set files it under
 */
record Icon(
    String prefix,
    String name,
    String body,
    double left,
    double top,
    double width,
    double height,
    List<String> aliases,
    List<String> categories) {

  /** The drawing's name in the whole package. */
  String key() {
    return prefix + ":" + name;
  }

  /** True if the first frame may be blank or partial. */
  boolean animated() {
    return body.contains("<animate") || body.contains("<set");
  }
}
