package org.kgcoop.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import org.kgcoop.KgCoopException;
import org.kgcoop.bank.FeatureBank;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.experiment.Workbench;

/** Option values to what they mean, shared by commands. */
final class Parse {
  private Parse() {}

  static ClassSplit classSplit(String option, String value) {
    return switch (value) {
      case "all" -> ClassSplit.ALL;
      case "base" -> ClassSplit.BASE;
      case "new" -> ClassSplit.NEW;
      default ->
          throw KgCoopException.configuration(option + " " + value + ": expected all, base or new");
    };
  }

  /** Values between commas, spaces around them dropped; each once. */
  static List<String> list(String option, String text) {
    return new ArrayList<>(new LinkedHashSet<>(listWithRepeats(option, text)));
  }

  /** As {@link #list}, equal values as often as they stand there. */
  static List<String> listWithRepeats(String option, String text) {
    List<String> values = Arrays.stream(text.split(",")).map(String::strip).toList();
    if (values.isEmpty() || values.stream().anyMatch(String::isEmpty)) {
      throw KgCoopException.configuration(
          option + " '" + text + "': expected values with commas between them");
    }
    return values;
  }

  static List<Long> numbers(String option, String text) {
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

  /** That many numbers. */
  static double[] reals(String option, String text, int count) {
    List<String> values = listWithRepeats(option, text);
    double[] numbers = new double[values.size()];
    for (int i = 0; i < numbers.length; i++) {
      try {
        numbers[i] = Double.parseDouble(values.get(i));
      } catch (NumberFormatException e) {
        throw new KgCoopException(
            KgCoopException.Category.CONFIGURATION,
            option + " '" + text + "': '" + values.get(i) + "' is no number",
            e);
      }
    }
    if (numbers.length != count) {
      throw KgCoopException.configuration(
          option + " '" + text + "': expected " + count + " numbers with commas between them");
    }
    return numbers;
  }

  /** That many whole numbers. */
  static int[] integers(String option, String text, int count) {
    double[] numbers = reals(option, text, count);
    int[] integers = new int[count];
    for (int i = 0; i < count; i++) {
      integers[i] = (int) numbers[i];
      if (integers[i] != numbers[i]) {
        throw KgCoopException.configuration(option + " '" + text + "': expected whole numbers");
      }
    }
    return integers;
  }

  static Workbench workbench(Clip clip, FeatureBank bank, Output output, Main main) {
    return new Workbench(
        clip, bank, output.progress(), output::warn, main::interrupted, main.command());
  }
}
