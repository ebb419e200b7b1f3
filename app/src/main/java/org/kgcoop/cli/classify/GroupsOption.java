package org.kgcoop.cli.classify;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.api.ClassGroups;
import org.kgcoop.api.Classifier;
import picocli.CommandLine.Option;

/** The option for groups of classes. */
final class GroupsOption {
  @Option(
      names = "--groups",
      paramLabel = "FILE",
      description =
          "Add the probabilities of the classes in groups. FILE is CSV with the columns class and"
              + " group, and optionally with larger groups. If no class reaches the threshold and a"
              + " group does, the answer is the group.")
  private @Nullable Path file;

  /** Rejects the option for a classifier of tags. */
  void check(Classifier classifier) {
    if (file != null && classifier.hasTags()) {
      throw KgCoopException.configuration(
          "--groups is for one class per image, and an image can have several tags");
    }
  }

  /** Returns the groups of the classes, or null if the user gave none. */
  @Nullable ClassGroups of(List<String> classNames) {
    return file == null ? null : ClassGroups.read(file, classNames);
  }
}
