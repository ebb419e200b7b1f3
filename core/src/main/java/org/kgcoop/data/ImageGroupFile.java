package org.kgcoop.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.files.CsvFile;
import org.kgcoop.files.FileErrors;

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
    Map<Integer, Set<String>> foldersByClass =
        data.train().stream()
            .collect(
                Collectors.groupingBy(Item::label, Collectors.mapping(folder, Collectors.toSet())));
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
              String group = groups.get(item.key());
              group = group == null ? groups.get(item.file().toString()) : group;
              if (group == null) {
                without.add(item.key());
              }
              return group == null ? item.key() : group;
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
    try {
      CsvFile.read(
          file,
          line -> {
            String path = line.findField(PATH).orElse("");
            String group = line.findField(GROUP).orElse("");
            if (path.isBlank() || group.isBlank()) {
              throw KgCoopException.data(
                  "%s, line %s: no %s; expected a first line path,group and both in each line"
                      .formatted(
                          file, line.getStartingLineNumber(), path.isBlank() ? PATH : GROUP));
            }
            groups.put(path, group);
          });
    } catch (IOException e) {
      throw KgCoopException.io(
          "--group-by %s: cannot be read: %s; give the word folder, or a CSV file with the columns path and group"
              .formatted(file, FileErrors.reason(e)),
          e);
    }
    return groups;
  }
}
