package org.kgcoop.data.layout;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.files.Folders;

/**
 * Names for classes that have only a folder name or a word. They come from {@code classnames.txt}
 * next to the data, or from a given file. Its lines are "folder name" pairs (separated by a tab or
 * the first space), if they cover every class, or names, one per class in sorted order.
 */
public final class ClassNames {

  static final String FILE = "classnames.txt";

  private ClassNames() {}

  /**
   * Returns the names of classes, in their order.
   *
   * @param folder the folder that may contain {@code classnames.txt}
   * @param classes folders or words, sorted
   */
  static List<String> of(Path folder, List<String> classes) {
    Path file = folder.resolve(FILE);
    if (!Files.isRegularFile(file)) {
      return classes;
    }
    List<String> lines = Folders.lines(file);
    Map<String, String> pairs = new HashMap<>();
    for (String line : lines) {
      String[] parts = line.split(line.contains("\t") ? "\t+" : "\\s+", 2);
      if (parts.length == 2) {
        pairs.put(parts[0].strip(), parts[1].strip());
      }
    }
    if (pairs.keySet().containsAll(classes)) {
      return classes.stream().map(name -> pairs.getOrDefault(name, name)).toList();
    }
    if (lines.size() == classes.size() && !arePairs(lines, pairs.keySet(), classes)) {
      return lines;
    }
    throw KgCoopException.data(
        ("%s: %s lines for %s classes; expected one line per class in sorted order, or"
                + " \"folder name\" pairs for all of them (there is none for %s)")
            .formatted(
                file,
                lines.size(),
                classes.size(),
                Messages.firstOf(
                    classes.stream().filter(name -> !pairs.containsKey(name)).toList())));
  }

  /**
   * Returns true if incomplete lines are still meant as pairs. A tab indicates pairs, and so does
   * the folder of a class, unless the other classes have lines with their own names.
   */
  private static boolean arePairs(List<String> lines, Set<String> folders, List<String> classes) {
    if (lines.stream().anyMatch(line -> line.contains("\t"))) {
      return true;
    }
    boolean named =
        IntStream.range(0, classes.size())
            .allMatch(
                i ->
                    folders.contains(classes.get(i))
                        || cleaned(lines.get(i)).equals(cleaned(classes.get(i))));
    return !named
        && lines.stream().allMatch(line -> line.split("\\s+", 2).length == 2)
        && classes.stream().anyMatch(folders::contains);
  }

  /** Returns a name in lower case, without '_' and surrounding space. */
  public static String cleaned(String name) {
    return name.replace('_', ' ').strip().replaceAll("\\s+", " ").toLowerCase(Locale.ROOT);
  }
}
