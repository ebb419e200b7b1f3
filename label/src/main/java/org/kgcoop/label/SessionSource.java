package org.kgcoop.label;

import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.kgcoop.trial.ExperimentContext;

/** The images of a session, with what is computed from them. */
interface SessionSource {
  /** Returns the folder of the images. */
  LabelFolder folder();

  /** Returns the folder of the session. */
  Path session();

  SessionHead.ClassTexts texts();

  /** Returns the feature of a text without a template, (D), unit length. */
  double[] textFeature(String text);

  /** Returns the factor of the cosines in zero-shot probabilities. */
  double scale();

  /**
   * Returns what the files of images contain now: a text for each path, without files that cannot
   * be read. The default is that of a session without files.
   */
  default Map<String, String> contents(Collection<String> paths) {
    return Map.of();
  }

  /**
   * Returns a reader, which makes every change of the session under a lock.
   *
   * @param contents receives what files contained when they were read, under the lock
   */
  ImageReader reader(LabelSession session, Object lock, Consumer<Map<String, String>> contents);

  /** Returns the names of labeled images of another folder. */
  default List<String> exampleNames() {
    return List.of();
  }

  /** Returns the readable labeled images of another folder with their features, (D). */
  default Map<LabelExample, float[]> examples() {
    return Map.of();
  }

  /** Returns what a training needs. */
  ExperimentContext context();
}
