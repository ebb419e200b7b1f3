package org.kgcoop.cli.classify;

import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.console.Output;
import org.kgcoop.eval.Calibration;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options for the format of predictions, and for the use of the images. */
final class PredictionOptions {
  private static final String AUTO = "auto";

  @Option(
      names = "--top",
      paramLabel = "K",
      defaultValue = "1",
      description = "Set the number of classes per image (default: ${DEFAULT-VALUE}).")
  private int top = 1;

  @Option(
      names = "--threshold",
      paramLabel = "P",
      description =
          "Omit classes with a probability below P (above 0, at most 1). If no class is left,"
              + " the answer is 'none of these'. auto: the threshold of the classifier file, which"
              + " train --calibrate and adapt write. It keeps 95 %% of images of the classes.")
  private @Nullable String threshold;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FILE",
      description =
          "Write the answers to a file, completely or not at all (default: standard output).")
  private @Nullable Path out;

  @Option(names = "--overwrite", description = "Replace the file at --out.")
  private boolean overwrite;

  @Option(
      names = "--sort-into",
      paramLabel = "DIR",
      description =
          "Put the images into DIR/CLASS after all are classified. DIR must be new or empty.")
  private @Nullable Path sortInto;

  @Option(
      names = "--sort-by",
      paramLabel = "WAY",
      description = "Choose how images get there: copy, link or move (default: copy).")
  private @Nullable String sortBy;

  @Mixin private UnreadableImages skipped = new UnreadableImages();

  int top() {
    return top;
  }

  /**
   * Returns the minimum probability of a predicted class, or 0 if all classes are shown.
   *
   * @param whose the name of the classifier in error messages
   * @param calibration the calibration of the classifier for the requested classes
   * @throws KgCoopException if the option is not a probability, or requests a threshold that the
   *     classifier does not have
   */
  double threshold(String whose, @Nullable Calibration calibration) {
    if (threshold == null) {
      return 0;
    }
    if (!threshold.equals(AUTO)) {
      return number(threshold);
    }
    Calibration.Rejection rejection = calibration == null ? null : calibration.rejection();
    if (rejection == null) {
      throw KgCoopException.configuration(
          "--threshold auto: %s has no threshold for these classes; give a probability, such as 0.5,"
                  .formatted(whose)
              + " or its own classes, or train with --calibrate");
    }
    return rejection.threshold();
  }

  private static double number(String text) {
    double number = Double.NaN;
    try {
      number = Double.parseDouble(text);
    } catch (NumberFormatException e) {
      // reported below
    }
    if (!(number > 0 && number <= 1)) {
      throw KgCoopException.configuration(
          "--threshold %s: expected a probability above 0, at most 1, or auto".formatted(text));
    }
    return number;
  }

  @Nullable Path out() {
    return out;
  }

  UnreadableImages skipped() {
    return skipped;
  }

  /**
   * Returns true if an unreadable image ends the command, because written files must be complete.
   */
  boolean isWhole() {
    return out != null || sortInto != null;
  }

  /** Rejects invalid options before a model is loaded. */
  void check(Output output) {
    if (top < 1) {
      throw KgCoopException.configuration("--top: expected at least 1, got " + top);
    }
    if (sortInto == null && sortBy != null) {
      throw KgCoopException.configuration("--sort-by goes with --sort-into DIR");
    }
    if (out != null) {
      String name =
          "predictions." + (output.format() == Output.Format.TEXT ? "txt" : output.format().id());
      OutputFile.check("--out", out, name, overwrite);
    }
    if (sortInto != null) {
      way();
      ImageSorter.check(sortInto);
    }
  }

  private ImageSorter.Way way() {
    return ImageSorter.Way.of(sortBy == null ? "copy" : sortBy);
  }

  /**
   * Returns the folder that images are sorted into, or null.
   *
   * @param interrupted true if work should stop
   */
  @Nullable ImageSorter sorted(BooleanSupplier interrupted) {
    return sortInto == null ? null : new ImageSorter(sortInto, way(), interrupted);
  }

  /** Returns the format of the predictions. */
  AnswerForm form(Output output) {
    return switch (output.format()) {
      case CSV -> new AnswerForm.Csv(out == null);
      case JSONL -> new AnswerForm.JsonLines();
      case JSON -> new AnswerForm.Json();
      default -> new AnswerForm.Lines();
    };
  }
}
