package org.kgcoop.cli.classify;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.console.Output;
import org.kgcoop.eval.Calibration;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The form of answers about images, and their use. */
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
   * The least probability of a class that is told, 0 for all of them.
   *
   * @param whose name of the classifier, for errors
   * @param calibration of the classifier with the classes that it is asked about
   * @throws KgCoopException if the option is no probability, or asks for a threshold that the
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
      // said below
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

  /** True if all images are answered or no answer is kept. */
  boolean isWhole() {
    return out != null || sortInto != null;
  }

  /** Refuses what cannot be done, before a model is loaded. */
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

  /** The folder that images are sorted into; null for none. */
  @Nullable ImageSorter sorted() {
    return sortInto == null ? null : new ImageSorter(sortInto, way());
  }

  /** The form of the answers. */
  AnswerForm form(Output output) {
    return switch (output.format()) {
      case CSV -> new AnswerForm.Csv(out == null);
      case JSONL -> new AnswerForm.JsonLines();
      case JSON -> new AnswerForm.Json();
      default -> new AnswerForm.Lines();
    };
  }
}
