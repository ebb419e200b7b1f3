package org.kgcoop.cli.label;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;
import org.kgcoop.data.open.EmbeddedDataSets;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.Folders;
import org.kgcoop.image.ImageNames;
import org.kgcoop.random.PythonRandom;

/** Embedded drawings of eight things as a folder of unlabeled images, to try labeling. */
final class TrialDrawings {
  private static final String SET = "objects";
  private static final int IMAGES_PER_CLASS = 25;

  /** The classes, by their names in the data set. Each has a key, 1 to 8. */
  private static final List<String> CLASSES =
      List.of("bell", "fire", "flag", "globe", "home", "lightbulb", "shopping_cart", "trash");

  private TrialDrawings() {}

  static List<String> classNames() {
    return CLASSES.stream().map(name -> name.replace('_', ' ')).toList();
  }

  /**
   * Copies the drawings that are missing in a folder, so that an interrupted copy is completed.
   *
   * @throws KgCoopException of the category CONFIGURATION if the folder has other images
   */
  static void copy(Path into, Consumer<String> warnings) {
    Map<Path, Path> drawings = new LinkedHashMap<>(); // from, by to
    for (Item each : drawn(warnings)) {
      String name = Folders.name(each.file());
      String ending = name.substring(name.lastIndexOf('.'));
      String number = String.format(Locale.ROOT, "%03d", drawings.size() + 1);
      drawings.put(into.resolve(number + ending), each.file());
    }
    Folders.create(into, "for the drawings", "choose another folder");
    try {
      for (Path file : Folders.below(into, ImageNames::isImage, link -> {})) {
        Path drawing = drawings.get(file);
        if (drawing == null || Files.mismatch(drawing, file) >= 0) {
          throw KgCoopException.configuration(
              ("%s: is not one of the drawings of --try; give a new folder, or leave --try out to"
                      + " label your images")
                  .formatted(file));
        }
      }
      for (Map.Entry<Path, Path> each : drawings.entrySet()) {
        if (!Files.exists(each.getKey())) {
          AtomicFile.write(each.getKey(), to -> Files.copy(each.getValue(), to));
        }
      }
    } catch (IOException e) {
      throw KgCoopException.io(into + ": cannot be used: " + FileErrors.reason(e), e);
    }
  }

  private static List<Item> drawn(Consumer<String> warnings) {
    List<Item> all = EmbeddedDataSets.open(SET, DataSetOptions.defaults(warnings)).items().toList();
    List<Item> some = new ArrayList<>();
    for (String name : CLASSES) {
      all.stream()
          .filter(each -> each.className().equals(name))
          .limit(IMAGES_PER_CLASS)
          .forEach(some::add);
    }
    new PythonRandom(1).shuffle(some); // otherwise the names would show the classes
    return some;
  }
}
