package org.kgcoop.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;
import org.kgcoop.image.view.ViewRecipe;
import org.kgcoop.image.view.ViewStep;

/**
 * A reader of the augmentation settings. It accepts {@code random_crop,cutout} with the numbers
 * under separate keys, or {@code random_crop:4 cutout:1,16}, the form in run folders.
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

  /** The settings with the numbers of a transform, if their name differs from the transform's. */
  private static final Map<String, String> KEYS =
      Map.of("random_crop", "crop_padding", "random_resized_crop", "crop_scale");

  private ViewSettingsReader() {}

  static ViewRecipe recipe(TrainingConfigReader stated) {
    String text = stated.text("transforms");
    if (text.equals("none")) {
      return ViewRecipe.NONE;
    }
    List<ViewStep> steps = new ArrayList<>();
    List<String> unknown = new ArrayList<>();
    for (String part :
        Stream.of(text.split(text.contains(":") ? " +" : " *, *", -1)).distinct().toList()) {
      String name = part.replaceFirst(":.*", "");
      String key = KEYS.getOrDefault(name, name);
      if (!NUMBERS.containsKey(name)) {
        unknown.add(name.isEmpty() ? "''" : name);
      } else if (part.equals(name)) {
        steps.add(step(name, numbers(name, key, stated.text(key))));
      } else {
        steps.add(step(name, numbers(name, name, part.substring(name.length() + 1))));
      }
    }
    if (!unknown.isEmpty()) {
      throw KgCoopException.configuration(
          "transforms: unknown transform %s; expected some of %s, or none"
              .formatted(String.join(", ", unknown), String.join(", ", ViewStep.NAMES)));
    }
    return new ViewRecipe(steps);
  }

  private static ViewStep step(String name, double[] n) {
    return switch (name) {
      case "random_crop" -> new ViewStep.RandomCrop((int) n[0]);
      case "random_resized_crop" -> new ViewStep.RandomResizedCrop(n[0], n[1]);
      case "random_flip" -> new ViewStep.RandomFlip();
      case "randaugment" -> new ViewStep.RandAugment((int) n[0], (int) n[1]);
      case "colorjitter" -> new ViewStep.ColorJitter(n[0], n[1], n[2], n[3]);
      case "randomgrayscale" -> new ViewStep.RandomGrey(n[0]);
      case "gaussian_blur" -> new ViewStep.GaussianBlur((int) n[0], n[1]);
      case "cutout" -> new ViewStep.Cutout((int) n[0], (int) n[1]);
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static double[] numbers(String name, String key, String text) {
    String kinds = NUMBERS.getOrDefault(name, "");
    String[] values = text.replaceFirst(",unscaled$", "").split(" *, *", -1);
    if (!kinds.isEmpty() && values.length != kinds.length()) {
      throw KgCoopException.configuration(
          "%s '%s': expected %s numbers separated by commas".formatted(key, text, kinds.length()));
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
            "%s '%s': '%s' is not %s number"
                .formatted(key, text, values[i], whole ? "a whole" : "a"),
            e);
      }
    }
    return numbers;
  }
}
