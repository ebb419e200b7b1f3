package org.kgcoop.data.layout;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;
import org.kgcoop.files.Folders;
import org.kgcoop.image.ImageNames;

/**
 * A folder of images, also in subfolders, whose classes are their keywords ({@link PhotoKeywords}).
 * An image without such a keyword is left out, and so is an image with two.
 */
public final class KeywordImages {
  private KeywordImages() {}

  /**
   * Reads a folder.
   *
   * @param classes the keywords that are classes; empty for all keywords
   */
  public static DataSet read(Path folder, List<String> classes, DataSetOptions options) {
    Map<Path, String> labels = labels(folder, classes, options);
    Set<String> found = new TreeSet<>(labels.values());
    List<String> names = List.copyOf(classes.isEmpty() ? found : classes);
    if (found.size() < 2 || !found.containsAll(names)) {
      throw KgCoopException.data(
          "%s: the classes of images with one keyword are: %s; expected two or more, and all of --classes"
              .formatted(folder, found.isEmpty() ? "none" : Messages.firstOf(List.copyOf(found))));
    }
    int proposed = labels.size() - given(labels).size();
    if (proposed > 0) {
      options.warn(
          "%s: %s of %s keywords are from kgcoop and nobody changed them; if nobody checked them, they measure nothing"
              .formatted(folder, proposed, labels.size()));
    }
    List<Parts.Placed> images = new ArrayList<>();
    labels.forEach(
        (file, name) -> {
          String key = Folders.relative(folder, file);
          images.add(new Parts.Placed(new Item(key, file, names.indexOf(name), name), ""));
        });
    return Parts.dataSet(
        options.nameOr(Folders.name(folder.toAbsolutePath().normalize())),
        names,
        images,
        options,
        folder);
  }

  /**
   * Returns the class of each image that has one, in the order of the paths.
   *
   * @param classes the keywords that are classes; empty for all keywords
   */
  public static Map<Path, String> labels(
      Path folder, List<String> classes, DataSetOptions options) {
    if (!Files.isDirectory(folder)) {
      throw KgCoopException.data(folder + ": expected a folder of images with keywords");
    }
    Map<Path, String> labels = new LinkedHashMap<>();
    List<String> several = new ArrayList<>();
    List<Path> images =
        Folders.below(
            folder,
            ImageNames::isRead,
            link -> options.warn(link + ": a link to a folder; left out"));
    for (Path image : images) {
      Set<String> keywords = new TreeSet<>(PhotoKeywords.of(image));
      if (!classes.isEmpty()) {
        keywords.retainAll(classes);
      }
      if (keywords.size() == 1) {
        labels.put(image, keywords.iterator().next());
      } else if (keywords.size() > 1) {
        several.add(Folders.relative(folder, image) + " (" + String.join(", ", keywords) + ")");
      }
    }
    if (!several.isEmpty()) {
      options.warn(
          "%s: %s left out, with keywords of several classes: %s; --classes names the classes, and adapt --tags learns several keywords per image"
              .formatted(
                  folder,
                  Messages.count(several.size(), "image", "images"),
                  Messages.firstOf(several)));
    }
    int none = images.size() - labels.size() - several.size();
    if (none > 0) {
      options.note(
          "%s: %s left out, without a keyword of a class"
              .formatted(folder, Messages.count(none, "image", "images")));
    }
    return labels;
  }

  /** Returns the images whose keyword kgcoop did not add. */
  public static Map<Path, String> given(Map<Path, String> labels) {
    Map<Path, String> given = new LinkedHashMap<>(labels);
    given.entrySet().removeIf(each -> PhotoKeywords.isAdded(each.getKey(), each.getValue()));
    return given;
  }
}
