package org.kgcoop.data.open;

import java.util.List;
import java.util.stream.Stream;
import org.kgcoop.data.published.PublishedDataSet;
import org.kgcoop.data.published.PublishedDataSets;

/** Data sets of test images of the classes of another set, seen under other conditions. */
public final class Shifts {

  private static final String EMBEDDED = "embedded:";

  private Shifts() {}

  /**
   * The names that the shifted versions of a data set are opened by, in the order of the tables;
   * none where none are known.
   *
   * @param name of a published data set, or of an embedded one with or without {@code embedded:}
   */
  public static List<String> of(String name) {
    Stream<String> published =
        PublishedDataSets.find(name).stream()
            .flatMap(
                source ->
                    PublishedDataSets.all().stream().filter(set -> source.equals(set.source())))
            .map(PublishedDataSet::name);
    String source = name.startsWith(EMBEDDED) ? name.substring(EMBEDDED.length()) : name;
    Stream<String> embedded =
        EmbeddedDataSets.all().stream()
            .filter(set -> source.equals(set.source()))
            .map(set -> EMBEDDED + set.name());
    return Stream.concat(published, embedded).toList();
  }
}
