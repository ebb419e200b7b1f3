package org.kgcoop.example;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.kgcoop.clip.Clip;
import org.kgcoop.label.Labeling;

public final class PetLabels {
  /** Labels one page, and writes the results. */
  public static void label(Path photos, Clip clip, Function<Path, String> person, Path out) {
    Labeling.Options options = Labeling.Options.defaults().withClasses("cat", "dog");
    try (Labeling labeling = Labeling.open(photos, clip, options)) {
      Labeling.Page page = labeling.next();
      Map<Path, String> answers = new HashMap<>(); // or Labeling.NONE, Labeling.SKIP
      page.images().forEach(image -> answers.put(image, person.apply(photos.resolve(image))));
      labeling.answer(page, answers);
      labeling.accuracy().ifPresent(System.out::println);
      labeling.write(out);
    }
  }
}
