package org.kgcoop.corpus;

import java.util.Arrays;
import java.util.List;

/**
 * A set of icons: a row of the table {@code sets.tsv}.
 *
 * @param prefix the name in the package
 * @param family the designer or line of forks; a family is never divided
 * @param license the SPDX name
 * @param use "yes", or the reason for the exclusion
 * @param color true if the drawings have several colors
 * @param style words for the style of all drawings
 * @param subject the domain of all drawings, if they have one
 */
record IconSet(
    String prefix,
    String family,
    String license,
    String use,
    boolean color,
    List<String> style,
    List<String> subject) {

  /** Returns all sets of the table. */
  static List<IconSet> all() {
    return Resources.lines("sets.tsv").stream().map(IconSet::parse).toList();
  }

  /** Returns the sets whose drawings may be distributed and have names of their subjects. */
  static List<IconSet> used() {
    return all().stream().filter(set -> set.use().equals("yes")).toList();
  }

  private static IconSet parse(String line) {
    String[] columns = line.split("\t", -1);
    if (columns.length != 7) {
      throw new IllegalArgumentException("sets.tsv: expected 7 columns, got \"" + line + "\"");
    }
    return new IconSet(
        columns[0],
        columns[1],
        columns[2],
        columns[3],
        columns[4].equals("colour"),
        words(columns[5]),
        words(columns[6]));
  }

  private static List<String> words(String column) {
    return Arrays.stream(column.split(",", -1)).filter(word -> !word.isEmpty()).toList();
  }
}
