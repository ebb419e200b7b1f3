package org.kgcoop.cli.classify;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Flushable;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.kgcoop.api.ClassGroups;
import org.kgcoop.api.Classification;
import org.kgcoop.api.Classifier;
import org.kgcoop.cli.classify.AnswerForm.Answer;
import org.kgcoop.cli.classify.AnswerForm.Prediction;
import org.kgcoop.cli.classify.PredictionOptions.Threshold;
import org.kgcoop.cli.console.Output;
import org.kgcoop.clip.Clip;
import org.kgcoop.features.FeatureCache.Problem;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.io.TableFormat;

/**
 * A writer of the predictions for image files. It reports and skips unreadable images. The exit
 * code then reports invalid data, or skipped images if the user allowed them. A file is written
 * completely or not at all, so an unreadable image ends the command unless the user allowed
 * skipping.
 */
final class PredictionWriter {
  private final Classifier classifier;
  private final @Nullable String fingerprint;
  private final Clip clip;
  private final ImageFeatures features;
  private final PredictionOptions options;
  private final Threshold threshold;
  private final @Nullable ClassGroups groups;
  private final Output output;

  /** The names of all classes and groups. */
  private final List<String> folders;

  /** The names of more than one class. */
  private final Set<String> sharedNames;

  /**
   * Prepares the predictions of a classifier.
   *
   * @param fingerprint the fingerprint of the classifier file; null for a zero-shot classifier
   * @param features the source of the features, of the image encoder of the classifier
   */
  PredictionWriter(
      Classifier classifier,
      @Nullable String fingerprint,
      Clip clip,
      ImageFeatures features,
      PredictionOptions options,
      Threshold threshold,
      Output output) {
    this.classifier = classifier;
    this.fingerprint = fingerprint;
    this.clip = clip;
    this.features = features;
    this.options = options;
    this.threshold = threshold;
    this.groups = options.groups();
    this.output = output;
    List<String> classNames = classifier.classNames();
    List<List<String>> levels = levels(classNames, groups);
    this.folders = levels.stream().map(each -> each.get(each.size() - 1)).toList();
    options.sorting().begin(levels, features.interrupted(), output);
    Set<String> names = new HashSet<>();
    sharedNames = classNames.stream().filter(name -> !names.add(name)).collect(Collectors.toSet());
  }

  /** Prints or writes the classes of each image, and returns the exit code. */
  int print(List<Path> files) {
    Path named = options.out();
    try {
      if (named == null) {
        print(files, output.out());
      } else {
        write(files, AtomicFile.destination(named));
        output.info("written: " + named);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // standard output throws no exceptions
    }
    options
        .sorting()
        .end(AnswerForm.NONE, classifier.method(), fingerprint, clip.fingerprint())
        .forEach(output::info);
    return options.sorting().exitCode(options.skipped().end(files.size(), output));
  }

  private void write(List<Path> files, Path out) {
    if (output.format() == Output.Format.PARQUET) {
      List<TableFormat.Column> columns = AnswerForm.Table.columns(groups);
      TableFormat.of("parquet")
          .write(out, columns, row -> print(files, new AnswerForm.Table(row, columns), () -> {}));
    } else {
      AtomicFile.write(out, stream -> print(files, new OutputStreamWriter(stream, UTF_8)));
    }
  }

  private void print(List<Path> files, Writer out) throws IOException {
    print(files, options.form(output, out), out);
  }

  private void print(List<Path> files, AnswerForm form, Flushable out) throws IOException {
    features.groups(
        files,
        this::report,
        group -> {
          printGroup(group, form);
          out.flush();
        });
    form.end(options.skipped().skipped());
    out.flush();
  }

  private void printGroup(List<ImageFeatures.Image> group, AnswerForm form) throws IOException {
    Iterator<Classification> answers =
        classifier
            .ofFeatures(
                group.stream()
                    .map(ImageFeatures.Image::feature)
                    .filter(Objects::nonNull)
                    .toArray(float[][]::new))
            .iterator();
    for (ImageFeatures.Image image : group) {
      if (image.problem() == null) {
        print(image.file(), answers.next(), form);
      } else {
        form.problem(image.file(), String.valueOf(image.problem().getMessage()));
      }
    }
  }

  private void report(Problem problem) {
    if (options.isWhole()) {
      options.skipped().add(problem, output);
    } else {
      options.skipped().passOver(problem, output);
    }
  }

  private void print(Path file, Classification found, AnswerForm form) throws IOException {
    float best = found.best().probability();
    List<Answer> answers =
        found.top(options.top()).stream()
            .filter(each -> !threshold.omits() || threshold.isReachedBy(each.probability()))
            .map(this::answer)
            .toList();
    if (answers.isEmpty()) {
      answers = List.of(new Answer(AnswerForm.NONE, AnswerForm.NO_INDEX, best, AnswerForm.NONE));
    }
    double least = threshold.probability();
    Prediction prediction =
        new Prediction(
            file.toString(),
            least > 0 ? least : null,
            least > 0 ? threshold.isReachedBy(best) : null,
            answers,
            groups == null ? null : groups.best(found.probabilities(), least));
    form.answer(prediction);
    options.sorting().add(file, folder(prediction));
  }

  private Answer answer(Classification.Candidate found) {
    return new Answer(found.className(), found.index(), found.probability(), label(found.index()));
  }

  private String label(int index) {
    String name = classifier.classNames().get(index);
    return sharedNames.contains(name) ? name + " (class " + index + ")" : name;
  }

  /** Returns the position of the answer in {@link #folders}, or -1 for no class. */
  private int folder(Prediction prediction) {
    return prediction
        .group()
        .map(group -> folders.indexOf(group.name()))
        .orElse(prediction.classes().get(0).index());
  }

  /** Returns the levels of each class and group of {@link #folders}, the largest group first. */
  private static List<List<String>> levels(List<String> classNames, @Nullable ClassGroups groups) {
    if (groups == null) {
      return classNames.stream().map(List::of).toList();
    }
    List<List<String>> all = new ArrayList<>();
    Map<String, List<String>> ofGroups = new LinkedHashMap<>();
    int levels = groups.levels().size();
    for (int c = 0; c < classNames.size(); c++) {
      List<String> path = new ArrayList<>();
      for (int level = levels - 1; level >= 0; level--) {
        path.add(groups.groupOf(c, level));
        ofGroups.put(groups.groupOf(c, level), List.copyOf(path));
      }
      path.add(classNames.get(c));
      all.add(path);
    }
    for (int level = 0; level < levels; level++) {
      groups.names(level).forEach(name -> all.add(Objects.requireNonNull(ofGroups.get(name))));
    }
    return all;
  }
}
