package org.kgcoop.corpus;

import java.util.Arrays;
import java.util.List;

/**
 * A set of icons as the table {@code sets.tsv} describes it.
 *
 * @param prefix its name in the package
 * @param family the designer or line of forks that it comes from: the unit of splitting
 * @param license its SPDX name
 * @param use "yes", or why its drawings are not used
 * @param color whether its drawings have colors of their own, rather than one ink
 * @param style words for the style of all of its drawings
 * @param subject the domain of all of its drawings, if they have one
 */
record IconSet(
    String prefix,
    String family,
    String license,
    String use,
    boolean color,
    List<String> style,
    List<String> subject) {

  /** All sets of the table. */
  static List<IconSet> all() {
    return Resources.lines("sets.tsv").stream().map(IconSet::parse).toList();
  }

  /** The sets whose drawings may be shipped and are named by what they show. */
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
