package org.kgcoop.data.open;

import java.util.List;
import java.util.stream.Stream;
import org.kgcoop.data.published.PublishedDataSet;
import org.kgcoop.data.published.PublishedDataSets;

/** Data sets with test images of another set's classes, under changed conditions. */
public final class Shifts {

  private static final String EMBEDDED = "embedded:";

  private Shifts() {}

  /**
   * Returns the names of the shifted versions of a data set, in the order of the tables.
   *
   * @param name a published data set, or an embedded one with or without {@code embedded:}
   */
  public static List<String> of(String name) {
    Stream<String> published =
        PublishedDataSets.find(name).stream()
            .flatMap(
                source ->
                    PublishedDataSets.all().stream()
                        .filter(set -> source.name().equals(set.shiftOf())))
            .map(PublishedDataSet::name);
    String source = name.startsWith(EMBEDDED) ? name.substring(EMBEDDED.length()) : name;
    Stream<String> embedded =
        EmbeddedDataSets.all().stream()
            .filter(set -> source.equals(set.source()))
            .map(set -> EMBEDDED + set.name());
    return Stream.concat(published, embedded).toList();
  }
}
