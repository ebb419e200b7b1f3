package org.kgcoop.data;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.Folders;

/**
 * User-defined groups of images, such as the frames of a video. Training and test images never
 * share a group, as in scikit-learn's {@code GroupKFold}.
 */
public final class ImageGroupFile {
  private static final String PATH = "path";
  private static final String GROUP = "group";

  private ImageGroupFile() {}

  /**
   * Returns the data with the folder of each image as its group.
   *
   * @throws KgCoopException if no class has images in two folders
   */
  public static DataSet byFolder(DataSet data) {
    Function<Item, String> folder =
        item -> item.key().substring(0, Math.max(0, item.key().lastIndexOf('/')));
    Map<Integer, Set<String>> foldersByClass = new HashMap<>();
    data.train()
        .forEach(
            item ->
                foldersByClass
                    .computeIfAbsent(item.label(), label -> new HashSet<>())
                    .add(folder.apply(item)));
    if (foldersByClass.values().stream().allMatch(folders -> folders.size() == 1)) {
      throw KgCoopException.configuration(
          "--group-by folder: the images of each class of %s are in one folder, so nothing could be"
                  .formatted(data.name())
              + " held out; give a CSV file with the columns path and group");
    }
    return with(data, folder);
  }

  /**
   * Returns the data with the groups of a CSV file with the columns {@code path} and {@code group}.
   *
   * @param file contains paths as in the data set, or paths of files
   * @throws KgCoopException if an image has no line
   */
  public static DataSet of(DataSet data, Path file) {
    Map<String, String> groups = read(file);
    List<String> without = new ArrayList<>();
    DataSet grouped =
        with(
            data,
            item -> {
              String group =
                  Optional.ofNullable(groups.get(item.key()))
                      .orElseGet(() -> groups.get(item.file().toString()));
              if (group == null) {
                without.add(item.key());
                return item.key();
              }
              return group;
            });
    if (!without.isEmpty()) {
      throw KgCoopException.data(
          "%s: %s images of %s have no line: %s; write their paths in this form"
              .formatted(file, without.size(), data.name(), Messages.firstOf(without)));
    }
    return grouped;
  }

  private static DataSet with(DataSet data, Function<Item, String> group) {
    return data.withImages(with(data.train(), group), with(data.val(), group), data.test());
  }

  private static List<Item> with(List<Item> items, Function<Item, String> group) {
    return items.stream().map(item -> item.withGroup(group.apply(item))).toList();
  }

  private static Map<String, String> read(Path file) {
    Map<String, String> groups = new HashMap<>();
    try (CsvReader<NamedCsvRecord> reader =
        CsvReader.builder()
            .detectBomHeader(true)
            .allowMissingFields(true)
            .allowExtraFields(true)
            .ofNamedCsvRecord(Folders.stream(file))) {
      for (NamedCsvRecord line : reader) {
        String path = line.findField(PATH).orElse("");
        String group = line.findField(GROUP).orElse("");
        if (path.isBlank() || group.isBlank()) {
          throw KgCoopException.data(
              "%s, line %s: no %s; expected a first line path,group and both in each line"
                  .formatted(file, line.getStartingLineNumber(), path.isBlank() ? PATH : GROUP));
        }
        groups.put(path, group);
      }
    } catch (CsvParseException e) {
      if (e.getCause() instanceof KgCoopException refused) {
        throw refused;
      }
      throw KgCoopException.data(file + ": not CSV; expected the columns path and group", e);
    } catch (UncheckedIOException e) {
      throw unreadable(file, Objects.requireNonNull(e.getCause()));
    } catch (IOException e) {
      throw unreadable(file, e);
    }
    return groups;
  }

  private static KgCoopException unreadable(Path file, IOException cause) {
    return KgCoopException.io(
        "--group-by %s: cannot be read: %s; give the word folder, or a CSV file with the columns path and group"
            .formatted(file, FileErrors.reason(cause)),
        cause);
  }
}
