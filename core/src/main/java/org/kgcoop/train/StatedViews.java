package org.kgcoop.train;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;
import org.kgcoop.image.view.ViewRecipe;
import org.kgcoop.image.view.ViewStep;

/**
 * The random views of training pictures, as settings state them: {@code random_crop,cutout} with
 * the numbers under keys of their own, or {@code random_crop:4 cutout:1,16} as runs keep them.
 */
final class StatedViews {

  /**
   * A step by its name.
   *
   * @param key the setting that holds its numbers
   * @param count how many there are
   * @param whole how many of them, from the first, are whole
   */
  private record Kind(
      String name, String key, int count, int whole, Function<double[], ViewStep> make) {}

  private static final List<Kind> KINDS =
      List.of(
          new Kind("random_crop", "crop_padding", 1, 1, n -> new ViewStep.RandomCrop((int) n[0])),
          new Kind(
              "random_resized_crop",
              "crop_scale",
              2,
              0,
              n -> new ViewStep.RandomResizedCrop(n[0], n[1])),
          new Kind("random_flip", "", 0, 0, n -> new ViewStep.RandomFlip()),
          new Kind(
              "randaugment",
              "randaugment",
              2,
              2,
              n -> new ViewStep.RandAugment((int) n[0], (int) n[1])),
          new Kind(
              "colorjitter",
              "colorjitter",
              4,
              0,
              n -> new ViewStep.ColourJitter(n[0], n[1], n[2], n[3])),
          new Kind("randomgrayscale", "randomgrayscale", 1, 0, n -> new ViewStep.RandomGrey(n[0])),
          new Kind(
              "gaussian_blur",
              "gaussian_blur",
              2,
              1,
              n -> new ViewStep.GaussianBlur((int) n[0], n[1])),
          new Kind("cutout", "cutout", 2, 2, n -> new ViewStep.Cutout((int) n[0], (int) n[1])));

  private StatedViews() {}

  static ViewRecipe recipe(StatedTraining stated) {
    String text = stated.text("transforms");
    if (text.equals("none")) {
      return ViewRecipe.NONE;
    }
    List<ViewStep> steps = new ArrayList<>();
    List<String> unknown = new ArrayList<>();
    for (String part :
        Stream.of(text.split(text.contains(":") ? " +" : " *, *", -1)).distinct().toList()) {
      String name = part.replaceFirst(":.*", "");
      KINDS.stream()
          .filter(kind -> kind.name().equals(name))
          .findFirst()
          .ifPresentOrElse(
              kind ->
                  steps.add(
                      part.equals(name)
                          ? step(kind, kind.key(), stated.text(kind.key()))
                          : step(kind, name, part.substring(name.length() + 1))),
              () -> unknown.add(name.isEmpty() ? "''" : name));
    }
    if (!unknown.isEmpty()) {
      throw KgCoopException.configuration(
          "transforms: no transform %s; expected some of %s, or none"
              .formatted(String.join(", ", unknown), String.join(", ", ViewStep.NAMES)));
    }
    return new ViewRecipe(steps);
  }

  private static ViewStep step(Kind kind, String key, String text) {
    if (kind.count() == 0) {
      return kind.make().apply(new double[0]);
    }
    String[] values = text.replaceFirst(",unscaled$", "").split(" *, *", -1);
    double[] numbers = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      try {
        numbers[i] = Double.parseDouble(values[i]);
      } catch (NumberFormatException e) {
        throw new KgCoopException(
            KgCoopException.Category.CONFIGURATION,
            "%s '%s': '%s' is no number".formatted(key, text, values[i]),
            e);
      }
      if (i < kind.whole() && numbers[i] != (int) numbers[i]) {
        throw KgCoopException.configuration(
            "%s '%s': expected a whole number, got %s".formatted(key, text, values[i]));
      }
    }
    if (numbers.length != kind.count()) {
      throw KgCoopException.configuration(
          "%s '%s': expected %s numbers with commas between them"
              .formatted(key, text, kind.count()));
    }
    return kind.make().apply(numbers);
  }
}
