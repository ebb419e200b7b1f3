package org.kgcoop.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;
import org.kgcoop.data.open.EmbeddedDataSets;

/** Copies drawings of the embedded everyday objects into a folder, as the images of a user. */
public final class SampleDrawings {
  private static final int CLASSES = 12;
  private static final int IMAGES = 8;

  private SampleDrawings() {}

  /** Copies 12 classes of 8 drawings, with one folder per class. */
  public static void copyTo(Path folder) {
    copyTo(folder, CLASSES);
  }

  /** Copies only the first classes. */
  public static void copyTo(Path folder, int classes) {
    DataSet objects = EmbeddedDataSets.open("objects", DataSetOptions.defaults(warning -> {}));
    try {
      for (int label = 0; label < classes; label++) {
        int wanted = label;
        List<Item> items =
            objects.train().stream().filter(item -> item.label() == wanted).limit(IMAGES).toList();
        Path to = Files.createDirectories(folder.resolve(objects.classNames().get(label)));
        for (int i = 0; i < items.size(); i++) {
          Files.write(to.resolve(i + ".png"), Files.readAllBytes(items.get(i).file()));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
