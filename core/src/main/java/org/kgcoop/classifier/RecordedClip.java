package org.kgcoop.classifier;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.clip.ReleasedWeights;
import org.kgcoop.files.Folders;
import org.kgcoop.runs.RunRecord;

/**
 * The CLIP weights that a classifier was trained with. The classifier file contains their name, if
 * they have a public one. Otherwise, the record of the run contains their path, so that a
 * classifier file never contains the names of private folders. A file of others must not start a
 * download, so the weights are only searched on this machine.
 */
public final class RecordedClip {
  private RecordedClip() {}

  /**
   * Returns the weights of a classifier; empty if nothing is recorded, or for the embedded CLIP.
   *
   * @param classifier the run folder, or the classifier file
   * @param file its content
   * @param option the way to give other weights, for the error message
   * @throws KgCoopException of the category WEIGHTS if they are not on this machine
   */
  public static Optional<Path> find(Path classifier, ClassifierFile file, String option) {
    if (!file.clip().isEmpty()) {
      return Optional.of(named(classifier, file.clip(), option));
    }
    String path = path(classifier);
    if (path.isEmpty() || path.equals(EmbeddedClip.NAME)) {
      return Optional.empty();
    }
    Path weights = existing(path);
    if (weights == null) {
      throw KgCoopException.weights(
          "%s was trained with %s, and there is no such file or folder: give %s"
              .formatted(classifier, path, option));
    }
    return Optional.of(weights);
  }

  private static Path named(Path classifier, String name, String option) {
    return Optional.of(name)
        .filter(ReleasedWeights::isName)
        .flatMap(ReleasedWeights::find)
        .orElseThrow(
            () ->
                KgCoopException.weights(
                    "%s was trained with %s, which is not on this machine: ./kgcoop download %s, or give %s"
                        .formatted(classifier, name, name, option)));
  }

  /** Returns the path of the weights in the record of the run; empty if there is none. */
  private static String path(Path classifier) {
    Path folder = Files.isDirectory(classifier) ? classifier : Folders.parent(classifier);
    try {
      return RunRecord.read(folder).map(run -> run.provenance().path("clip").asText("")).orElse("");
    } catch (KgCoopException e) {
      return ""; // a damaged record does not matter here
    }
  }

  /** Returns an existing path, or null. Addresses of other machines are not opened. */
  private static @Nullable Path existing(String path) {
    try {
      boolean isRemote = path.startsWith("//") || path.startsWith("\\\\");
      return !isRemote && Files.exists(Path.of(path)) ? Path.of(path) : null;
    } catch (InvalidPathException e) {
      return null;
    }
  }
}
