package org.kgcoop.data.published;

import com.fasterxml.jackson.core.type.TypeReference;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.kgcoop.files.Folders;
import org.kgcoop.files.Json;
import org.kgcoop.files.Resources;

/**
 * The 15 data sets of the experiments with CoOp, CoCoOp, ProGrad and KgCoOp. Folders, split files
 * and names are those of CoOp's instructions, so existing folders work without changes. The
 * templates are KgCoOp's.
 *
 * <p>The entries are in {@code datasets.json}: layouts, terms and downloads. You get a part by
 * hand, or a download with a size and a SHA-256 provides it. Split files come from commits of
 * public repositories, because their original place needs a browser.
 */
public final class PublishedDataSets {
  private static final List<PublishedDataSet> ALL =
      List.copyOf(
          Json.STRICT.convertValue(
              Resources.json(PublishedDataSets.class, "datasets.json"),
              new TypeReference<List<PublishedDataSet>>() {}));

  private PublishedDataSets() {}

  /** Returns all data sets, in the order of the published tables. */
  public static List<PublishedDataSet> all() {
    return ALL;
  }

  /**
   * Finds a data set by its name, an alias or its folder's name. Case, '_', '-' and spaces are
   * ignored.
   */
  public static Optional<PublishedDataSet> find(String name) {
    String wanted = plain(name);
    return ALL.stream()
        .filter(
            entry ->
                Stream.concat(Stream.of(entry.name(), entry.directory()), entry.aliases().stream())
                    .anyMatch(known -> plain(known).equals(wanted)))
        .findFirst();
  }

  /** Returns the names of the shifted versions of a data set, in the order of the tables. */
  public static List<String> shiftsOf(String name) {
    return find(name).stream()
        .flatMap(source -> ALL.stream().filter(set -> source.name().equals(set.shiftOf())))
        .map(PublishedDataSet::name)
        .toList();
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[-_ ]", "");
  }

  /** Finds the data set of a split file by the file's name. */
  public static Optional<PublishedDataSet> ofSplitFile(String fileName) {
    return ALL.stream()
        .filter(entry -> entry.split() != null && entry.split().path().equals(fileName))
        .findFirst();
  }

  /** Finds the data set that is complete in a folder of its name. */
  public static Optional<PublishedDataSet> at(Path folder) {
    String name = Folders.name(folder.toAbsolutePath().normalize());
    return ALL.stream()
        .filter(entry -> entry.directory().equalsIgnoreCase(name))
        .filter(entry -> entry.missing(folder).isEmpty())
        .findFirst();
  }
}
