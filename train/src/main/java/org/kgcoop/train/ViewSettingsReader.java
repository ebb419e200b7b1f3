package org.kgcoop.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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
    Map<String, String> transforms = transforms(text);
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
    if (!transforms.getOrDefault(ViewRecipe.FLIP, "").isEmpty()) {
      throw wrong(text);
    }
    String crop = transforms.get(RandomResizedCrop.NAME);
    return new ViewRecipe(
        crop == null ? null : crop(text, crop.isEmpty() ? CROP_NUMBERS : crop),
        transforms.containsKey(ViewRecipe.FLIP));
  }

  /** A text with the numbers of another one where it names a transform without numbers. */
  static String over(String text, String published) {
    if (text.equals(ViewRecipe.NO_CHANGE)) {
      return text;
    }
    Map<String, String> others =
        published.equals(ViewRecipe.NO_CHANGE) ? Map.of() : transforms(published);
    Map<String, String> transforms = transforms(text);
    transforms.replaceAll(
        (name, numbers) -> numbers.isEmpty() ? others.getOrDefault(name, "") : numbers);
    return transforms.entrySet().stream()
        .map(each -> each.getKey() + (each.getValue().isEmpty() ? "" : "(" + each.getValue() + ")"))
        .collect(Collectors.joining(","));
  }

  /** The names, each once, and their numbers; an empty text where none are given. */
  private static Map<String, String> transforms(String text) {
    Map<String, String> transforms = new LinkedHashMap<>();
    for (String part : CommaSeparated.split(text)) {
      Matcher transform = TRANSFORM.matcher(part.strip());
      if (!transform.matches()) {
        throw wrong(text);
      }
      String numbers = transform.group("numbers");
      transforms.put(transform.group("name"), numbers == null ? "" : numbers);
    }
    return transforms;
  }

  private static RandomResizedCrop crop(String text, String numbers) {
    String[] values = numbers.split(",", -1);
    try {
      if (values.length == 2) {
        return new RandomResizedCrop(Double.parseDouble(values[0]), Double.parseDouble(values[1]));
      }
    } catch (NumberFormatException e) {
      // the message below is enough
    }
    throw wrong(text);
  }

  private static KgCoopException wrong(String text) {
    return KgCoopException.configuration(
        "transforms '%s': expected a list such as random_resized_crop(0.5,1),random_flip, or none"
            .formatted(text));
  }
}
