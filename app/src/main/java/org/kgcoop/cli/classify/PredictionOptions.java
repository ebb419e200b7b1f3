package org.kgcoop.cli.classify;

import java.io.Writer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.api.ClassGroups;
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
      description = "Set the classes per image (default: ${DEFAULT-VALUE}).")
  private int top = 1;

  @Option(
      names = "--threshold",
      paramLabel = "P",
      description =
          "Omit classes with a probability below P. P is above 0, at most 1, or auto: the threshold"
              + " of the file, which train --calibrate and adapt write. It keeps 95 %% of images of"
              + " the classes. If no class is left, the answer is 'none of these'. Default: show all"
              + " classes, and mark images below the threshold of the file.")
  private @Nullable String threshold;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FILE",
      description = "Write all answers or none to a file (default: standard output).")
  private @Nullable Path out;

  @Mixin private OutputFile written = new OutputFile();

  @Mixin private SortingOptions sorting = new SortingOptions();
  @Mixin private UnreadableImages skipped = new UnreadableImages();
  @Mixin private GroupsOption groupsOption = new GroupsOption();
  private @Nullable ClassGroups groups;

  int top() {
    return top;
  }

  /**
   * The threshold of the predictions.
   *
   * @param probability the lowest probability that is not below the threshold, or 0 for none
   * @param omits true if classes below the threshold are left out; otherwise they are marked
   */
  record Threshold(double probability, boolean omits) {
    boolean isReachedBy(float other) {
      return other >= (float) probability; // both rounded to the same type
    }
  }

  /**
   * Returns the threshold that the user chose, or else that of the classifier.
   *
   * @param whose the name of the classifier in error messages
   * @param calibration the calibration of the classifier for the requested classes
   * @throws KgCoopException if the option is not a probability, or requests a threshold that the
   *     classifier does not have
   */
  Threshold threshold(String whose, @Nullable Calibration calibration) {
    Calibration.Rejection rejection = calibration == null ? null : calibration.rejection();
    if (threshold == null) {
      return new Threshold(rejection == null ? 0 : rejection.threshold(), /* omits= */ false);
    }
    if (!threshold.equals(AUTO)) {
      return new Threshold(number(threshold), /* omits= */ true);
    }
    if (rejection == null) {
      throw KgCoopException.configuration(
          "--threshold auto: %s has no threshold for these classes; give a probability, such as 0.5,"
                  .formatted(whose)
              + " or its own classes, or train with --calibrate");
    }
    return new Threshold(rejection.threshold(), /* omits= */ true);
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

  SortingOptions sorting() {
    return sorting;
  }

  /**
   * Returns true if an unreadable image ends the command, because written files must be complete.
   */
  boolean isWhole() {
    return out != null || sorting.isGiven();
  }

  /** Returns the groups of the classes, or null if the user gave none. */
  @Nullable ClassGroups groups() {
    return groups;
  }

  /** Rejects invalid options, and reads the groups of the classes, before a model is loaded. */
  void check(Output output, List<String> classNames) {
    groups = groupsOption.of(classNames);
    if (top < 1) {
      throw KgCoopException.configuration("--top: expected at least 1, got " + top);
    }
    sorting.checkUsed();
    if (output.format() == Output.Format.PARQUET && out == null) {
      throw KgCoopException.configuration("--format parquet: expected --out FILE.parquet");
    }
    if (out != null) {
      String name =
          "predictions." + (output.format() == Output.Format.TEXT ? "txt" : output.format().id());
      written.check("--out", out, name);
    }
    sorting.check();
  }

  /** Returns the format of predictions as text. */
  AnswerForm form(Output output, Writer to) {
    return switch (output.format()) {
      case CSV -> AnswerForm.Table.csv(to, out == null, AnswerForm.Table.columns(groups));
      case JSONL -> new AnswerForm.JsonLines(to);
      case JSON -> new AnswerForm.Json(to);
      default -> new AnswerForm.Lines(to);
    };
  }
}
