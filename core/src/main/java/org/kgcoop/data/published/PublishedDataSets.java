package org.kgcoop.data.published;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.kgcoop.files.Folders;

/**
 * The 15 data sets of the experiments with CoOp, CoCoOp, ProGrad and KgCoOp. Folders, split files
 * and names are those of CoOp's instructions, so existing folders work without changes. The
 * templates are KgCoOp's.
 *
 * <p>If a split file is missing, the split is derived from the authors' files, as in the published
 * code, with a separate generator seeded by the split seed. The published code creates the split
 * once, with the generator of the run, and stores it. Its later runs with seed 1 use the same
 * images as kgcoop with split seed 1.
 */
public final class PublishedDataSets {

  private PublishedDataSets() {}

  /** Returns all data sets, in the order of the published tables. */
  public static List<PublishedDataSet> all() {
    return PublishedDataSetList.ALL;
  }

  /**
   * Finds a data set by its name, an alias or its folder's name. Case, '_', '-' and spaces are
   * ignored.
   */
  public static Optional<PublishedDataSet> find(String name) {
    String wanted = plain(name);
    return all().stream()
        .filter(
            entry ->
                Stream.concat(Stream.of(entry.name(), entry.directory()), entry.aliases().stream())
                    .anyMatch(known -> plain(known).equals(wanted)))
        .findFirst();
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[-_ ]", "");
  }

  /** Finds the data set of a split file by the file's name. */
  public static Optional<PublishedDataSet> ofSplitFile(String fileName) {
    return all().stream()
        .filter(
            entry -> entry.files().split() != null && entry.files().split().path().equals(fileName))
        .findFirst();
  }

  /** Finds the data set that is complete in a folder of its name. */
  public static Optional<PublishedDataSet> at(Path folder) {
    String name = Folders.name(folder.toAbsolutePath().normalize());
    return all().stream()
        .filter(entry -> entry.directory().equalsIgnoreCase(name))
        .filter(entry -> entry.missing(folder).isEmpty())
        .findFirst();
  }
}
