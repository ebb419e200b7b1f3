package org.kgcoop.cli.options;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.ClassSplit;

/** Option values to what they mean, shared by commands. */
public final class Parse {
  private Parse() {}

  public static ClassSplit classSplit(String option, String value) {
    return switch (value) {
      case "all" -> ClassSplit.ALL;
      case "base" -> ClassSplit.BASE;
      case "new" -> ClassSplit.NEW;
      default ->
          throw KgCoopException.configuration(option + " " + value + ": expected all, base or new");
    };
  }

  /** Values between commas, spaces around them dropped; each once. */
  public static List<String> list(String option, String text) {
    return new ArrayList<>(new LinkedHashSet<>(listWithRepeats(option, text)));
  }

  /** Values with commas between them, like {@link #list}, but with repeats. */
  public static List<String> listWithRepeats(String option, String text) {
    List<String> values = Arrays.stream(text.split(",")).map(String::strip).toList();
    if (values.isEmpty() || values.stream().anyMatch(String::isEmpty)) {
      throw KgCoopException.configuration(
          option + " '" + text + "': expected values with commas between them");
    }
    return values;
  }

  /** Paths with commas between them; a file or folder that has commas in its name is one. */
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

  public static List<Long> numbers(String option, String text) {
    List<Long> numbers = new ArrayList<>();
    for (String value : list(option, text)) {
      try {
        numbers.add(Long.parseLong(value));
      } catch (NumberFormatException e) {
        throw new KgCoopException(
            KgCoopException.Category.CONFIGURATION,
            option + " '" + text + "': '" + value + "' is no whole number",
            e);
      }
    }
    return numbers;
  }
}
