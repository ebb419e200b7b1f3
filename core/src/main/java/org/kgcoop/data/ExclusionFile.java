package org.kgcoop.data;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.files.Folders;

/** A text file of images to leave out, one path per line. */
public final class ExclusionFile {
  private ExclusionFile() {}

  /**
   * Returns the data without the images of a file.
   *
   * @param file contains paths as in the data set, or paths of files
   * @throws KgCoopException if a path belongs to no image, or all training images, or all images of
   *     a data set without training images, are left out
   */
  public static DataSet exclude(DataSet data, Path file) {
    Set<String> paths = new LinkedHashSet<>(Folders.lines(file));
    Set<String> unknown = new LinkedHashSet<>(paths);
    Set<Item> excluded = new HashSet<>();
    data.items()
        .filter(item -> paths.contains(item.key()) || paths.contains(item.file().toString()))
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
                  data.items().findFirst().map(Item::key).orElse("in the data set")));
    }
    DataSet rest =
        data.withEach(items -> items.stream().filter(item -> !excluded.contains(item)).toList());
    if (data.train().isEmpty() ? rest.items().findAny().isEmpty() : rest.train().isEmpty()) {
      throw KgCoopException.data(
          "%s: leaves out all %s of %s"
              .formatted(file, data.train().isEmpty() ? "images" : "training images", data.name()));
    }
    return rest;
  }
}
