package org.kgcoop.data.open;

import java.util.List;
import java.util.stream.Stream;
import org.kgcoop.data.published.PublishedDataSets;

/**
 * Test images of the classes of another set, seen under other conditions.
 *
 * @param name what it is opened by: a name of {@link PublishedDataSets}, or {@code embedded:NAME}
 * @param classes the number of its classes, labelled from 0 in an order of their own; the class
 *     names say which they are
 * @param subset true if these are fewer than the other set has (200 of ImageNet's 1000 in
 *     ImageNet-A and -R), so that a prompt is asked about the set's own names and not about all
 */
public record Shift(String name, int classes, boolean subset) {

  private static final String EMBEDDED = "embedded:";

  /**
   * The shifted versions of a data set, in the order of the tables; none where none are known.
   *
   * @param name of a published data set, or of an embedded one with or without {@code embedded:}
   */
  public static List<Shift> of(String name) {
    Stream<Shift> published =
        PublishedDataSets.find(name).stream()
            .flatMap(
                source ->
                    PublishedDataSets.all().stream()
                        .filter(set -> source.equals(set.source()))
                        .map(
                            set ->
                                new Shift(
                                    set.name(), set.classes(), set.classes() < source.classes())));
    String embedded = name.startsWith(EMBEDDED) ? name.substring(EMBEDDED.length()) : name;
    return Stream.concat(published, ofEmbedded(embedded)).toList();
  }

  private static Stream<Shift> ofEmbedded(String source) {
    List<EmbeddedDataSets.Description> all = EmbeddedDataSets.all();
    int classes =
        all.stream()
            .filter(set -> set.name().equals(source))
            .mapToInt(EmbeddedDataSets.Description::classes)
            .sum();
    return all.stream()
        .filter(set -> source.equals(set.source()))
        .map(set -> new Shift(EMBEDDED + set.name(), set.classes(), set.classes() < classes));
  }
}
