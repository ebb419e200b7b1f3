package org.kgcoop.serve.label;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.kgcoop.label.Labeling;

/**
 * An open session.
 *
 * @param images the images by their index
 * @param indexes the indexes of the images
 * @param drafts answers that a browser has chosen, but not given; guarded by the labeling
 */
record OpenSession(
    Labeling labeling, List<Path> images, Map<Path, Integer> indexes, Map<Path, String> drafts) {
  static OpenSession of(Labeling labeling) {
    List<Path> images = labeling.images();
    Map<Path, Integer> indexes = new HashMap<>();
    for (int i = 0; i < images.size(); i++) {
      indexes.put(images.get(i), i);
    }
    return new OpenSession(labeling, images, indexes, new HashMap<>());
  }

  int index(Path image) {
    return Objects.requireNonNull(indexes.get(image));
  }

  /** Returns the files of images. */
  List<Path> files(List<Path> some) {
    return some.stream().map(labeling.folder()::resolve).toList();
  }
}
