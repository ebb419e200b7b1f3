package org.kgcoop.cli.classify;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.console.Output;
import org.kgcoop.method.TaskContext;
import org.kgcoop.method.catalogue.ClassifierFile;
import org.kgcoop.prompt.ClassTokenPosition;
import picocli.CommandLine.Option;

/** Reading of classifiers in this program's form, or of prompts in the published one. */
final class ClassifierInput {
  @Option(
      names = "--class-position",
      paramLabel = "PLACE",
      description =
          "Set the position of the class name in a published model.pth.tar-N: end, middle or"
              + " front (default: end).")
  private @Nullable String position;

  /**
   * Reads a file, or that of a run's folder.
   *
   * @param classNames of one in the published form
   * @param asked the data that it will be asked about
   */
  ClassifierFile read(Path path, List<String> classNames, TaskContext asked, Output output) {
    return ClassifierFile.readAny(
        ClassifierFile.at(path),
        classNames,
        asked,
        position == null ? null : ClassTokenPosition.ofId(position),
        output::warn);
  }

  /** Refuses the option where there is nothing to read. */
  void checkUnused() {
    if (position != null) {
      throw KgCoopException.configuration(
          "--class-position goes with a published model.pth.tar-N; leave it out");
    }
  }
}
