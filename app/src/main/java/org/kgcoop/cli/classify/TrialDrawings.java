package org.kgcoop.cli.classify;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;
import org.kgcoop.data.open.EmbeddedDataSets;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.Folders;
import org.kgcoop.random.PythonRandom;

/** Embedded drawings as a folder of unlabeled images, to try labeling. */
final class TrialDrawings {
  static final String SET = "objects";
  private static final int IMAGES = 300;

  /** What a person is told before the first answer. */
  static final String WELCOME =
      "You label 300 drawings. Press the key of a class, or click it. kgcoop learns from each answer,"
          + " soon proposes pages that you only confirm, and says how many labels are right. Stop at"
          + " any time: every answer is stored.";

  private TrialDrawings() {}

  /** Copies embedded drawings into a folder without labels, unless it exists. */
  static Path copy(Path into, Consumer<String> warnings) {
    if (Files.isDirectory(into)) {
      return into;
    }
    List<Item> all =
        new ArrayList<>(EmbeddedDataSets.open(SET, DataSetOptions.defaults(warnings)).train());
    new PythonRandom(1).shuffle(all); // otherwise the names would show the classes
    try {
      Files.createDirectories(into);
      for (int i = 0; i < Math.min(all.size(), IMAGES); i++) {
        Path file = all.get(i).file();
        String name = Folders.name(file);
        String ending = name.substring(name.lastIndexOf('.'));
        Files.copy(file, into.resolve(String.format(Locale.ROOT, "%03d%s", i + 1, ending)));
      }
    } catch (IOException e) {
      throw KgCoopException.io(into + ": cannot be written: " + FileErrors.reason(e), e);
    }
    return into;
  }
}
