package org.kgcoop.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.image.view.RandomResizedCrop;
import org.kgcoop.image.view.ViewRecipe;

/**
 * A reader of random views of training images, such as {@code
 * random_resized_crop(0.5,1),random_flip}. A crop without numbers has Dassl's.
 */
final class ViewSettingsReader {
  private static final List<String> NAMES = List.of(RandomResizedCrop.NAME, ViewRecipe.FLIP);

  private static final String CROP_NUMBERS = "0.08,1";

  /** A name, and in parentheses its numbers. */
  private static final Pattern TRANSFORM =
      Pattern.compile("(?<name>\\w*)\\s*(\\((?<numbers>[^()]*)\\))?");

  private ViewSettingsReader() {}

  static ViewRecipe recipe(String text) {
    if (text.equals(ViewRecipe.NO_CHANGE)) {
      return ViewRecipe.NONE;
    }
    Map<String, @Nullable String> transforms = transforms(text);
    List<String> unknown =
        transforms.keySet().stream()
            .filter(name -> !NAMES.contains(name))
            .map(name -> name.isEmpty() ? "''" : name)
            .toList();
    if (!unknown.isEmpty()) {
      throw KgCoopException.configuration(
          "transforms: unknown transform %s; expected some of %s, or none"
              .formatted(String.join(", ", unknown), String.join(", ", NAMES)));
    }
    if (transforms.get(ViewRecipe.FLIP) != null) {
      throw KgCoopException.configuration(
          "transforms: %s has no numbers".formatted(ViewRecipe.FLIP));
    }
    return new ViewRecipe(
        transforms.containsKey(RandomResizedCrop.NAME)
            ? crop(transforms.get(RandomResizedCrop.NAME))
            : null,
        transforms.containsKey(ViewRecipe.FLIP));
  }

  /** A text with the numbers of another one where it names a transform without numbers. */
  static String over(String text, String published) {
    if (text.equals(ViewRecipe.NO_CHANGE)) {
      return text;
    }
    Map<String, @Nullable String> others =
        published.equals(ViewRecipe.NO_CHANGE) ? Map.of() : transforms(published);
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

  private static RandomResizedCrop crop(@Nullable String given) {
    String text = given == null ? CROP_NUMBERS : given;
    String[] values = text.split(",", -1);
    if (values.length != 2) {
      throw KgCoopException.configuration(
          "transforms: %s(%s): expected 2 numbers with commas between them"
              .formatted(RandomResizedCrop.NAME, text));
    }
    return new RandomResizedCrop(number(text, values[0]), number(text, values[1]));
  }

  private static double number(String text, String value) {
    try {
      return Double.parseDouble(value);
    } catch (NumberFormatException e) {
      throw new KgCoopException(
          KgCoopException.Category.CONFIGURATION,
          "transforms: %s(%s): '%s' is not a number".formatted(RandomResizedCrop.NAME, text, value),
          e);
    }
  }
}
