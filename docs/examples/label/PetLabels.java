package org.kgcoop.example;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.kgcoop.clip.Clip;
import org.kgcoop.label.Labeling;
import org.kgcoop.label.Page;

public final class PetLabels {
  /** Labels one page, and trains a classifier for some minutes. */
  public static void label(
      Path photos, Clip clip, Function<Path, String> person, Path out, double minutes) {
    try (Labeling labeling = Labeling.of(photos, clip).classes("cat", "dog").open()) {
      Page page = labeling.next();
      Map<Path, String> answers = new HashMap<>(); // or Labeling.NONE, Labeling.SKIP
      page.images().forEach(image -> answers.put(image, person.apply(photos.resolve(image))));
      labeling.answer(page, answers);
      labeling.accuracy().folder().ifPresent(System.out::println);
      labeling.write(out, minutes, System.out::println);
    }
  }
}
