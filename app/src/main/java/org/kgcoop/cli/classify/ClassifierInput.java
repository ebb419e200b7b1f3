package org.kgcoop.cli.classify;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kgcoop.EnumIds;
import org.kgcoop.KgCoopException;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.cli.console.Output;
import org.kgcoop.method.TaskContext;
import org.kgcoop.prompt.ClassTokenPosition;
import picocli.CommandLine.Option;

/** The option for reading classifiers, in kgcoop's own form or in the published form. */
final class ClassifierInput {
  @Option(
      names = "--class-position",
      paramLabel = "PLACE",
      description =
          "Set the place of the class name. The prompt of a published model.pth.tar-N has it at the"
              + " end, in the middle or in front: end, middle or front (default: end).")
  private @Nullable String position;

  /**
   * Reads a classifier from a file or from a run folder.
   *
   * @param classNames the class names of a classifier in the published form
   * @param task the data on which the classifier will be used
   */
  ClassifierFile read(Path path, List<String> classNames, TaskContext task, Output output) {
    ClassTokenPosition place =
        position == null ? null : EnumIds.of(ClassTokenPosition.class, "class position", position);
    return ClassifierFile.readAny(ClassifierFile.at(path), classNames, task, place, output::warn);
  }

  /** Rejects the option if there is no classifier to read. */
  void checkUnused() {
    if (position != null) {
      throw KgCoopException.configuration(
          "--class-position goes with a published model.pth.tar-N; leave it out");
    }
  }
}
