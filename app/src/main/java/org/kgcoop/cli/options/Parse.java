package org.kgcoop.cli.options;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;

/** A parser of option values that several commands share. */
public final class Parse {
  private Parse() {}

  /** Splits comma-separated values, and removes surrounding spaces and duplicates. */
  public static List<String> list(String option, String text) {
    return new ArrayList<>(new LinkedHashSet<>(listWithRepeats(option, text)));
  }

  /** Splits comma-separated values like {@link #list}, but keeps duplicates. */
  public static List<String> listWithRepeats(String option, String text) {
    List<String> values = Arrays.stream(text.split(",")).map(String::strip).toList();
    if (values.isEmpty() || values.stream().anyMatch(String::isEmpty)) {
      throw KgCoopException.configuration(
          option + " '" + text + "': expected values with commas between them");
    }
    return values;
  }

  /** Splits comma-separated paths. An existing file or folder may have commas in its name. */
  public static List<String> paths(String text) {
    return text.contains(",") && !isThere(text) ? list("--data", text) : List.of(text);
  }

  private static boolean isThere(String path) {
    try {
      return Files.exists(Path.of(path));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  /** Returns some evenly spaced elements of a list. */
  public static <T> Stream<T> evenly(List<T> all, int most) {
    int count = Math.min(most, all.size());
    return IntStream.range(0, count).mapToObj(i -> all.get((int) ((long) i * all.size() / count)));
  }

  public static List<Long> numbers(String option, String text) {
    List<Long> numbers = new ArrayList<>();
    for (String value : list(option, text)) {
      try {
        numbers.add(Long.parseLong(value));
      } catch (NumberFormatException e) {
        throw KgCoopException.configuration(
            option + " '" + text + "': '" + value + "' is not an integer");
      }
    }
    return numbers;
  }
}
