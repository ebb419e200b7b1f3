package org.kgcoop.data;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.files.Folders;

/** A text file of images that a person has judged and wants to leave out: a path per line. */
public final class ExclusionFile {
  private ExclusionFile() {}

  /**
   * The data without these images.
   *
   * @param file its paths are those of the data set, or those of files
   * @throws KgCoopException if a path is that of no image, or no training image is left
   */
  public static DataSet leaveOut(DataSet data, Path file) {
    Set<String> listed = new LinkedHashSet<>(Folders.lines(file));
    Set<String> unknown = new LinkedHashSet<>(listed);
    Set<Item> excluded = new HashSet<>();
    data.items()
        .filter(item -> listed.contains(item.key()) || listed.contains(item.file().toString()))
        .forEach(
            item -> {
              excluded.add(item);
              unknown.remove(item.key());
              unknown.remove(item.file().toString());
            });
    if (!unknown.isEmpty()) {
      throw KgCoopException.data(
          "%s: %s of its lines name no image of %s: %s; write paths as %s"
              .formatted(
                  file,
                  unknown.size(),
                  data.name(),
                  Messages.firstOf(List.copyOf(unknown)),
                  data.train().get(0).key()));
    }
    DataSet left =
        data.withImages(
            without(data.train(), excluded),
            without(data.val(), excluded),
            without(data.test(), excluded));
    if (left.train().isEmpty()) {
      throw KgCoopException.data(
          "%s: leaves out all training images of %s".formatted(file, data.name()));
    }
    return left;
  }

  private static List<Item> without(List<Item> items, Set<Item> excluded) {
    return items.stream().filter(item -> !excluded.contains(item)).toList();
  }
}
