package org.kgcoop.data.published;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;
import org.kgcoop.files.Folders;

/**
 * A published data set in the form of its authors.
 *
 * @param title the published name of the data set
 * @param images the base folder of image paths
 * @param annotations returns the annotation file at a path; throws an exception if it is missing
 */
record RawData(
    String title,
    Path folder,
    Path images,
    DataSetOptions options,
    Function<String, Path> annotations) {

  /** A line of an annotation file: its fields, and its position for error messages. */
  record Line(List<String> fields, String where) {
    String field(int index) {
      return fields.get(index);
    }
  }

  String name() {
    return options.nameOr(title);
  }

  /** Creates an image from its path below the images. */
  Item item(String key, int label, String className) {
    return new Item(key, Folders.resolve(images, key, title), label, className);
  }

  /** Returns an annotation file, or throws an exception that contains its origin. */
  Path file(String path) {
    return annotations.apply(path);
  }

  /**
   * Reads the lines of an annotation file.
   *
   * @param form the pattern of a line; its groups are the fields
   * @param expected the form in words
   */
  List<Line> lines(String path, Pattern form, String expected) {
    Path file = file(path);
    List<String> texts = Folders.lines(file);
    List<Line> lines = new ArrayList<>();
    for (String text : texts) {
      String where = "%s, entry %s".formatted(file, lines.size() + 1);
      Matcher matcher = form.matcher(text);
      if (!matcher.matches()) {
        throw KgCoopException.data("%s: \"%s\"; expected %s".formatted(where, text, expected));
      }
      List<String> fields = new ArrayList<>();
      for (int group = 1; group <= matcher.groupCount(); group++) {
        fields.add(matcher.group(group));
      }
      lines.add(new Line(fields, where));
    }
    return lines;
  }

  /**
   * Returns the position of a class in the list of classes, or throws an exception that contains
   * the entry.
   */
  static int label(List<String> classes, String className, String where) {
    int label = classes.indexOf(className);
    if (label < 0) {
      throw KgCoopException.data(
          "%s: the class \"%s\" is not in the list of the %s classes"
              .formatted(where, className, classes.size()));
    }
    return label;
  }

  /** Converts a label from 1 to a label from 0. */
  static int fromOne(String label, String where) {
    if (!label.matches("[1-9][0-9]{0,8}")) {
      throw KgCoopException.data(
          "%s: label \"%s\"; expected a number from 1".formatted(where, label));
    }
    return Integer.parseInt(label) - 1;
  }

  /** Reads the images of an annotation file, as {@link #lines}. */
  List<Item> items(String path, Pattern form, String expected, Function<Line, Item> item) {
    return lines(path, form, expected).stream().map(item).toList();
  }
}
