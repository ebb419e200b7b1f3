package org.kgcoop.cli.classify;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.console.Output;
import org.kgcoop.method.catalogue.ClassifierFile;
import org.kgcoop.prompt.ClassTokenPosition;
import picocli.CommandLine.Option;

/** Reading of prompts in this program's form or the published one. */
final class ClassifierForm {
  @Option(
      names = "--class-position",
      paramLabel = "PLACE",
      description =
          "Position of the class name in a published model.pth.tar-N, which does not state it: end,"
              + " middle or front, as TRAINER.COOP.CLASS_TOKEN_POSITION (default: end).")
  private @Nullable String position;

  /** Reads a prompt; of the published form with those classes. */
  ClassifierFile read(Path file, List<String> classNames, Output output) {
    return ClassifierFile.readAny(
        file,
        classNames,
        position == null ? null : ClassTokenPosition.ofId(position),
        output::warn);
  }

  /** Refuses the option where there is no prompt to read. */
  void checkWithoutPrompt() {
    if (position != null) {
      throw KgCoopException.configuration(
          "--class-position goes with a published PROMPT; leave it out");
    }
  }
}
