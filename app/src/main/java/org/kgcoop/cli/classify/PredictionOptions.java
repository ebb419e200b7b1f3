package org.kgcoop.cli.classify;

import java.nio.file.Path;
import java.util.stream.Stream;
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
      description = "Number of classes for each image (default: ${DEFAULT-VALUE}).")
  private int top = 1;

  @Option(
      names = "--threshold",
      paramLabel = "P",
      description =
          "Leave out classes of a probability below P, above 0 and at most 1; where none is left,"
              + " the answer is 'none of these' with the probability of the best. auto is the"
              + " threshold in the classifier's file, which --calibrate of train writes: it keeps"
              + " 95 %% of images of the classes.")
  private @Nullable String threshold;

  @Option(
      names = "--csv",
      description = "CSV: image, rank, class, index, probability, and the problem of a bad image.")
  private boolean csv;

  @Option(names = "--json-lines", description = "A JSON object an image, one a line.")
  private boolean jsonLines;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Write the answers there, all of them or none (default: standard output).")
  private @Nullable Path out;

  @Option(names = "--overwrite", description = "Replace the file at --out.")
  private boolean overwrite;

  @Option(
      names = "--sort-into",
      paramLabel = "DIR",
      description = "Put images into DIR/CLASS, once all are answered; DIR is new or empty.")
  private @Nullable Path sortInto;

  @Option(
      names = "--sort-by",
      paramLabel = "WAY",
      description = "copy, link or move (default: copy).")
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
    if (Stream.of(csv, jsonLines, output.isJson()).filter(asked -> asked).count() > 1) {
      throw KgCoopException.configuration("--csv, --json-lines, --json: expected one of them");
    }
    if (sortInto == null && sortBy != null) {
      throw KgCoopException.configuration("--sort-by goes with --sort-into DIR");
    }
    if (out != null) {
      String name = "predictions" + (csv ? ".csv" : jsonLines ? ".jsonl" : ".txt");
      OutputFile.check("--out", out, name, overwrite);
    }
    if (sortInto != null) {
      ImageSorter.Way unused = way();
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
    if (csv) {
      return new AnswerForm.Csv(out == null);
    }
    if (jsonLines) {
      return new AnswerForm.JsonLines();
    }
    return output.isJson() ? new AnswerForm.Json() : new AnswerForm.Lines();
  }
}
