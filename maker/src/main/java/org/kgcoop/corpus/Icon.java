package org.kgcoop.corpus;

import java.util.List;

/**
 * A drawing of a set.
 *
 * @param prefix the set
 * @param name its name there
 * @param body SVG elements without the svg element round them
 * @param viewBox the drawing's box in its own units: left edge, top edge, width and height
 * @param aliases other names of the very same drawing
 * @param categories what its set files it under
 */
record Icon(
    String prefix,
    String name,
    String body,
    String viewBox,
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
