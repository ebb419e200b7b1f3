package org.kgcoop.cli;

import java.util.List;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.EmbeddedDataSets;

/** Which data sets are known to be shifted versions of another. */
final class Shifts {
  private static final String PREFIX = "embedded:";

  private Shifts() {}

  /**
   * Those of a data set, as {@code --data} takes them.
   *
   * @throws KgCoopException where none is known
   */
  static List<String> of(String source) {
    List<String> known =
        EmbeddedDataSets.all().stream()
            .filter(set -> source.equals(PREFIX + set.source()))
            .map(set -> PREFIX + set.name())
            .toList();
    if (known.isEmpty()) {
      throw KgCoopException.configuration(
          "no shifted versions of " + source + " are known: name them with --shifts PATH");
    }
    return known;
  }
}
