package org.kgcoop.cli;

import java.util.List;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.open.EmbeddedDataSets;
import org.kgcoop.data.published.PublishedDataSet;
import org.kgcoop.data.published.PublishedDataSets;

/** Which data sets are known to be shifted versions of another. */
final class Shifts {
  private Shifts() {}

  /**
   * Those of a data set, as {@code --data} takes them.
   *
   * @throws KgCoopException where none is known
   */
  static List<String> of(String source) {
    List<String> known =
        DataOptions.isEmbedded(source)
            ? EmbeddedDataSets.all().stream()
                .filter(
                    set ->
                        set.source() != null && source.equals(DataOptions.embedded(set.source())))
                .map(set -> DataOptions.embedded(set.name()))
                .toList()
            : ofPublished(source);
    if (known.isEmpty()) {
      throw KgCoopException.configuration(
          "no shifted versions of " + source + " are known: name them with --shifts PATH");
    }
    return known;
  }

  private static List<String> ofPublished(String source) {
    String name = PublishedDataSets.find(source).map(PublishedDataSet::name).orElse(source);
    return PublishedDataSets.all().stream()
        .filter(set -> name.equals(set.shiftOf()))
        .map(PublishedDataSet::name)
        .toList();
  }
}
