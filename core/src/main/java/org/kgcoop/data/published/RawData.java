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
 * A published data set as its authors lay it out.
 *
 * @param title the published name of the data set
 * @param images the folder where the paths of images begin
 * @param annotations from the path of an annotation file to the file; throws where it is missing
 */
record RawData(
    String title,
    Path folder,
    Path images,
    DataSetOptions options,
    Function<String, Path> annotations) {

  /** A line of an annotation file: its fields and where it stands, for messages. */
  record Line(List<String> fields, String where) {
    String field(int index) {
      return fields.get(index);
    }
  }

  String name() {
    String name = options.name();
    return name == null ? title : name;
  }

  /** An image by its path below the images. */
  Item item(String key, int label, String className) {
    return new Item(key, Folders.resolve(images, key, title), label, className);
  }

  /** An annotation file; an error that says where to get it, if it is not there. */
  Path file(String path) {
    return annotations.apply(path);
  }

  /**
   * The lines of an annotation file.
   *
   * @param form how a whole line looks; its groups are the fields
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

  /** The place of a class in the list of them; an error that names the entry if it is in none. */
  static int label(List<String> classes, String className, String where) {
    int label = classes.indexOf(className);
    if (label < 0) {
      throw KgCoopException.data(
          "%s: the class \"%s\" is not in the list of the %s classes"
              .formatted(where, className, classes.size()));
    }
    return label;
  }

  /** A label counted from 1, as one from 0. */
  static int fromOne(String label, String where) {
    if (!label.matches("[1-9][0-9]{0,8}")) {
      throw KgCoopException.data(
          "%s: label \"%s\"; expected a number from 1".formatted(where, label));
    }
    return Integer.parseInt(label) - 1;
  }

  static List<Item> items(List<Line> lines, Function<Line, Item> item) {
    return lines.stream().map(item).toList();
  }
}
