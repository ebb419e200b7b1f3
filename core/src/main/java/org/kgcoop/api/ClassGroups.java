package org.kgcoop.api;

import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.Nearest;
import org.kgcoop.files.CsvFile;
import org.kgcoop.files.FileErrors;

/**
 * Groups of classes, such as the genus of species, on one level or more. Each class is in one group
 * of each level, and each group is in one group of the next level. The probability of a group is
 * the sum of those of its classes. The probabilities of the classes do not change.
 */
public final class ClassGroups {
  private final List<String> classNames;
  private final List<String> levels;

  /** The groups of each class, one per level. */
  private final List<List<String>> groups;

  private ClassGroups(List<String> classNames, List<String> levels, List<List<String>> groups) {
    this.classNames = List.copyOf(classNames);
    this.levels = List.copyOf(levels);
    this.groups = List.copyOf(groups);
  }

  /**
   * The most probable group of a level.
   *
   * @param level the name of the level
   * @param name the name of the group
   * @param probability the sum of the probabilities of its classes, at most 1
   * @param accepted false if the probability is below the threshold
   */
  public record Group(String level, String name, float probability, boolean accepted) {}

  /**
   * Reads a CSV file in UTF-8. Its first line has the names of the columns: {@code class}, followed
   * by one or more names of levels, such as {@code class,genus,family}. Each other line has a class
   * and its groups.
   *
   * @param classNames the classes of the classifier; the file has one line for each
   * @throws KgCoopException if the file cannot be read or is not as described
   */
  public static ClassGroups read(Path file, List<String> classNames) {
    Reader reader = new Reader(file, classNames);
    try {
      CsvFile.read(file, reader::add);
    } catch (IOException e) {
      throw FileErrors.unreadable(file, e);
    }
    return reader.groups();
  }

  /**
   * Returns the groups for some of the classes, such as those of a part of the data.
   *
   * @throws IllegalArgumentException if a class has no groups
   */
  public ClassGroups forClasses(List<String> some) {
    Map<String, List<String>> byName = new HashMap<>();
    for (int c = 0; c < classNames.size(); c++) {
      byName.put(classNames.get(c), groups.get(c));
    }
    if (!byName.keySet().containsAll(some)) {
      throw new IllegalArgumentException("classes: expected some of " + classNames);
    }
    return new ClassGroups(some, levels, some.stream().map(byName::get).toList());
  }

  /** Returns the names of the levels, from small groups to large ones. */
  public List<String> levels() {
    return levels;
  }

  /** Returns the names of the groups of a level. No groups of two levels have the same name. */
  public List<String> names(int level) {
    return groups.stream().map(each -> each.get(level)).distinct().toList();
  }

  /** Returns the group of the class with an index, on a level. Both count from 0. */
  public String groupOf(int index, int level) {
    return groups.get(index).get(level);
  }

  /**
   * Returns the most probable group of each level. Of equally probable groups, it is that of the
   * first class.
   *
   * @param probabilities one per class, in the order of the classifier
   * @param threshold the lowest probability of an accepted group, or 0
   */
  public List<Group> best(float[] probabilities, double threshold) {
    if (probabilities.length != classNames.size()) {
      throw new IllegalArgumentException(
          "probabilities: expected %s, got %s".formatted(classNames.size(), probabilities.length));
    }
    List<Group> best = new ArrayList<>();
    for (int level = 0; level < levels.size(); level++) {
      Map<String, Double> sums = new LinkedHashMap<>();
      for (int c = 0; c < probabilities.length; c++) {
        sums.merge(groupOf(c, level), (double) probabilities[c], Double::sum);
      }
      Map.Entry<String, Double> largest =
          Collections.max(sums.entrySet(), Map.Entry.comparingByValue());
      float sum = (float) Math.min(1, largest.getValue()); // float32 values can sum to more
      best.add(new Group(levels.get(level), largest.getKey(), sum, sum >= (float) threshold));
    }
    return best;
  }

  /**
   * Returns the lowest probability of an accepted group, for a threshold of the largest probability
   * of a class that was found with images of the classes: halfway between it and 1. The sum of
   * several classes is larger than the largest of them, also for an image of another class. With
   * the same threshold, groups accepted 224 of 522 rejected images of other data sets; with this
   * one, 6.
   */
  static double calibrated(double threshold) {
    return threshold == 0 ? 0 : (1 + threshold) / 2;
  }

  boolean areOf(List<String> others) {
    return classNames.equals(others);
  }

  /** A reader of the lines of a file, which rejects the first invalid one. */
  private static final class Reader {
    private static final String CLASS = "class";
    private static final String EXPECTED =
        "; expected class,group or class,group,LARGER-GROUP with commas, and one line per class";

    /** The line in which a class or group is first. */
    private record Origin(long line, int column, String parent) {}

    private final Path file;
    private final List<String> classNames;

    /** The class names by their composed form, because some programs decompose accents. */
    private final Map<String, String> byComposed = new HashMap<>();

    private final List<String> levels = new ArrayList<>();
    private final Map<String, List<String>> groups = new HashMap<>();
    private final Map<String, Origin> origins = new HashMap<>();
    private long line = 1;

    Reader(Path file, List<String> classNames) {
      this.file = file;
      this.classNames = classNames;
      classNames.forEach(name -> byComposed.put(cell(name), name));
    }

    private static String cell(String text) {
      return Normalizer.normalize(text, Normalizer.Form.NFC).strip();
    }

    private KgCoopException problem(String what) {
      return KgCoopException.data("%s, line %s: %s".formatted(file, line, what));
    }

    void add(NamedCsvRecord record) {
      if (levels.isEmpty()) {
        readLevels(record.getHeader().stream().map(Reader::cell).toList());
      }
      line = record.getStartingLineNumber();
      List<String> cells = record.getFields().stream().map(Reader::cell).toList();
      if (cells.stream().allMatch(String::isEmpty)) {
        return; // spreadsheets write such lines at the end
      }
      if (cells.size() != levels.size() + 1) {
        throw problem(
            "columns: %s, in the first line %s; put a name with a comma in double quotes"
                .formatted(cells.size(), levels.size() + 1));
      }
      if (cells.contains("")) {
        int empty = cells.indexOf("");
        throw problem(
            "no %s; expected a name in each column; a group can have only one class"
                .formatted(empty == 0 ? CLASS : levels.get(empty - 1)));
      }
      String className = classOf(cells.get(0));
      Origin first = origins.putIfAbsent(cells.get(0), new Origin(line, 0, ""));
      if (first != null) {
        throw problem(
            "class '%s' is also in line %s; expected one line per class; remove one of them"
                .formatted(className, first.line));
      }
      for (int i = 1; i < cells.size(); i++) {
        addGroup(i, cells.get(i), i + 1 < cells.size() ? cells.get(i + 1) : "");
      }
      groups.put(className, List.copyOf(cells.subList(1, cells.size())));
    }

    private void readLevels(List<String> header) {
      String text = String.join(",", header);
      if (header.size() < 2 || !header.get(0).equalsIgnoreCase(CLASS)) {
        throw problem("'%s'%s".formatted(text, EXPECTED));
      }
      if (header.contains("") || new HashSet<>(header).size() < header.size()) {
        throw problem("%s; expected a different name for each column".formatted(text));
      }
      levels.addAll(header.subList(1, header.size()));
    }

    private String classOf(String name) {
      String className = byComposed.get(name);
      if (className != null) {
        return className;
      }
      if (name.contains("\ufffd")) { // the CSV reader replaces bytes that are not UTF-8
        throw problem("'%s' is not UTF-8; save the file as UTF-8".formatted(name));
      }
      String hint = Nearest.hint(name, byComposed.keySet());
      String some = Messages.firstOf(classNames);
      throw problem(
          "'%s' is none of the %s classes%s; expected one of %s; correct or remove the line"
              .formatted(name, classNames.size(), hint, some));
    }

    private void addGroup(int column, String name, String parent) {
      if (byComposed.containsKey(name)) {
        throw problem(
            "group '%s' has the name of a class; expected another name, such as '%s group'"
                .formatted(name, name));
      }
      Origin first = origins.putIfAbsent(name, new Origin(line, column, parent));
      if (first != null && first.column != column) {
        throw problem(
            "group '%s' is in column %s, and in column %s of line %s; expected one column per name; rename one of them"
                .formatted(name, levels.get(column - 1), levels.get(first.column - 1), first.line));
      }
      if (first != null && !first.parent.equals(parent)) {
        throw problem(
            "group '%s' is in '%s', and in line %s in '%s'; expected one larger group; correct one of the lines"
                .formatted(name, parent, first.line, first.parent));
      }
    }

    ClassGroups groups() {
      if (groups.isEmpty()) {
        throw KgCoopException.data(file + ": no line with a class and its group" + EXPECTED);
      }
      List<String> missing =
          classNames.stream().distinct().filter(name -> !groups.containsKey(name)).toList();
      if (!missing.isEmpty()) {
        throw KgCoopException.data(
            "%s: %s of %s classes have no line: %s; add a line with the group of each"
                .formatted(file, missing.size(), classNames.size(), Messages.firstOf(missing)));
      }
      return new ClassGroups(classNames, levels, classNames.stream().map(groups::get).toList());
    }
  }
}
