package org.kgcoop.data.published;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.kgcoop.files.Folders;

/**
 * The 15 data sets that CoOp, CoCoOp, ProGrad and KgCoOp are compared on. Folders, split files and
 * names are those of CoOp's instructions, so that a folder of data sets made for one of these works
 * here as it is; hand-crafted prompts are KgCoOp's.
 *
 * <p>Where a split file is missing, the split is made from what the authors of the data publish, as
 * the published code makes it, by a generator of its own that starts from the split seed. The
 * published code makes it once, by the generator of the run, and stores it: its later runs of seed
 * 1 and ours of split seed 1 see the same images.
 */
public final class PublishedDataSets {

  private PublishedDataSets() {}

  /** All of them, in the order of the published tables. */
  public static List<PublishedDataSet> all() {
    return PublishedDataSetList.ALL;
  }

  /**
   * The one of that name, of an alias or of its folder's name; case, '_', '-' and spaces do not
   * count.
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

  /** The one that a split file of that name belongs to. */
  public static Optional<PublishedDataSet> ofSplitFile(String fileName) {
    return all().stream()
        .filter(
            entry -> entry.files().split() != null && entry.files().split().path().equals(fileName))
        .findFirst();
  }

  /** The one that lies, whole, in a folder of its own name. */
  public static Optional<PublishedDataSet> at(Path folder) {
    String name = Folders.name(folder.toAbsolutePath().normalize());
    return all().stream()
        .filter(entry -> entry.directory().equalsIgnoreCase(name))
        .filter(entry -> entry.missing(folder).isEmpty())
        .findFirst();
  }
}
