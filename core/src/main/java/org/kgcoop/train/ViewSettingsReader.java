package org.kgcoop.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.image.view.ViewRecipe;
import org.kgcoop.image.view.ViewStep;

/**
 * A reader of random views of training images, such as {@code
 * random_resized_crop(0.5,1),cutout(1,16)}. Transforms without numbers have the usual ones.
 */
final class ViewSettingsReader {
  /**
   * The types of the numbers of each transform, in order: I for an integer, R for a real number.
   */
  private static final Map<String, String> NUMBERS =
      Map.of(
          "random_crop", "I",
          "random_resized_crop", "RR",
          "random_flip", "",
          "randaugment", "II",
          "colorjitter", "RRRR",
          "randomgrayscale", "R",
          "gaussian_blur", "IR",
          "cutout", "II");

  /** Dassl's numbers. */
  private static final Map<String, String> USUAL =
      Map.of(
          "random_crop", "4",
          "random_resized_crop", "0.08,1",
          "random_flip", "",
          "randaugment", "2,10",
          "colorjitter", "0.4,0.4,0.4,0.1",
          "randomgrayscale", "0.2",
          "gaussian_blur", "21,0.5",
          "cutout", "1,16");

  /** A name, and in parentheses its numbers. */
  private static final Pattern TRANSFORM =
      Pattern.compile("(?<name>\\w*)\\s*(\\((?<numbers>[^()]*)\\))?");

  private static final String NONE = "none";

  private ViewSettingsReader() {}

  static ViewRecipe recipe(String text) {
    if (text.equals(NONE)) {
      return ViewRecipe.NONE;
    }
    Map<String, @Nullable String> transforms = transforms(text);
    List<String> unknown =
        transforms.keySet().stream()
            .filter(name -> !NUMBERS.containsKey(name))
            .map(name -> name.isEmpty() ? "''" : name)
            .toList();
    if (!unknown.isEmpty()) {
      throw KgCoopException.configuration(
          "transforms: unknown transform %s; expected some of %s, or none"
              .formatted(String.join(", ", unknown), String.join(", ", ViewStep.NAMES)));
    }
    List<ViewStep> steps = new ArrayList<>();
    transforms.forEach(
        (name, numbers) ->
            steps.add(
                step(
                    name,
                    numbers(name, numbers != null ? numbers : USUAL.getOrDefault(name, "")))));
    return new ViewRecipe(steps);
  }

  /** A text with the numbers of another one where it names a transform without numbers. */
  static String over(String text, String published) {
    if (text.equals(NONE)) {
      return text;
    }
    Map<String, @Nullable String> others =
        published.equals(NONE) ? Map.of() : transforms(published);
    return transforms(text).entrySet().stream()
        .map(
            each -> {
              String numbers =
                  each.getValue() != null ? each.getValue() : others.get(each.getKey());
              return each.getKey() + (numbers == null ? "" : "(" + numbers + ")");
            })
        .collect(Collectors.joining(","));
  }

  /** The names, each once, and their numbers; null where none are given. */
  private static Map<String, @Nullable String> transforms(String text) {
    Map<String, @Nullable String> transforms = new LinkedHashMap<>();
    for (String part : CommaSeparated.split(text)) {
      Matcher transform = TRANSFORM.matcher(part.strip());
      if (!transform.matches()) {
        throw KgCoopException.configuration(
            "transforms '%s': expected a list such as random_resized_crop(0.5,1),random_flip"
                .formatted(text));
      }
      transforms.put(transform.group("name"), transform.group("numbers"));
    }
    return transforms;
  }

  private static ViewStep step(String name, double[] n) {
    return switch (name) {
      case "random_crop" -> new ViewStep.RandomCrop((int) n[0]);
      case "random_resized_crop" -> new ViewStep.RandomResizedCrop(n[0], n[1]);
      case "random_flip" -> new ViewStep.RandomFlip();
      case "randaugment" -> new ViewStep.RandAugment((int) n[0], (int) n[1]);
      case "colorjitter" -> new ViewStep.ColorJitter(n[0], n[1], n[2], n[3]);
      case "randomgrayscale" -> new ViewStep.RandomGray(n[0]);
      case "gaussian_blur" -> new ViewStep.GaussianBlur((int) n[0], n[1]);
      case "cutout" -> new ViewStep.Cutout((int) n[0], (int) n[1]);
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static double[] numbers(String name, String text) {
    String kinds = NUMBERS.getOrDefault(name, "");
    String[] values = text.isBlank() ? new String[0] : text.split(",", -1);
    if (values.length != kinds.length()) {
      throw KgCoopException.configuration(
          "transforms: %s(%s): expected %s with commas between them"
              .formatted(name, text, Messages.count(kinds.length(), "number", "numbers")));
    }
    double[] numbers = new double[kinds.length()];
    for (int i = 0; i < numbers.length; i++) {
      boolean whole = kinds.charAt(i) == 'I';
      try {
        numbers[i] = Double.parseDouble(values[i]);
        if (whole && numbers[i] != (int) numbers[i]) {
          throw new NumberFormatException();
        }
      } catch (NumberFormatException e) {
        throw new KgCoopException(
            KgCoopException.Category.CONFIGURATION,
            "transforms: %s(%s): '%s' is not %s"
                .formatted(name, text, values[i], whole ? "an integer" : "a number"),
            e);
      }
    }
    return numbers;
  }
}
