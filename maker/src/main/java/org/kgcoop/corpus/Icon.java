package org.kgcoop.corpus;

import java.util.List;

/**
 * A drawing of a set.
 *
 * @param prefix the prefix of the set
 * @param name the name in the set
 * @param body SVG elements without the outer svg element
 * @param viewBox the view box in units of the drawing: left edge, top edge, width and height
 * @param aliases other names of the same drawing
 * @param categories the categories in the set
 */
record Icon(
    String prefix,
    String name,
    String body,
    String viewBox,
    List<String> aliases,
    List<String> categories) {

  /** Returns the name of the drawing in the package. */
  String key() {
    return prefix + ":" + name;
  }

  /** Returns true if the drawing is animated. Its first frame may be blank or incomplete. */
  boolean animated() {
    return body.contains("<animate") || body.contains("<set");
  }
}
