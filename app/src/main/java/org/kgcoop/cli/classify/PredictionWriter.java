package org.kgcoop.cli.classify;

import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.api.Classification;
import org.kgcoop.api.Classifier;
import org.kgcoop.cli.classify.AnswerForm.Answer;
import org.kgcoop.cli.console.Output;
import org.kgcoop.files.AtomicFile;

/**
 * A writer of the predictions for image files. It reports and skips unreadable images. The exit
 * code then reports invalid data, or skipped images if the user allowed them. A file is written
 * completely or not at all, so an unreadable image ends the command unless the user allowed
 * skipping.
 */
final class PredictionWriter {
  private final Classifier classifier;
  private final ClassifierSource source;
  private final ImageFeatures features;
  private final PredictionOptions options;
  private final double threshold;
  private final Output output;
  private final AnswerForm form;
  private final @Nullable ImageSorter sorted;

  /** The names of more than one class. */
  private final Set<String> sharedNames;

  /**
   * Prepares the predictions of a classifier.
   *
   * @param source the origin of the classifier
   * @param features the source of the features, of the image encoder of the classifier
   * @param threshold the minimum probability of a predicted class
   */
  PredictionWriter(
      Classifier classifier,
      ClassifierSource source,
      ImageFeatures features,
      PredictionOptions options,
      double threshold,
      Output output) {
    this.classifier = classifier;
    this.source = source;
    this.features = features;
    this.options = options;
    this.threshold = threshold;
    this.output = output;
    this.form = options.form(output);
    this.sorted = options.sorted(features.interrupted());
    Set<String> names = new HashSet<>();
    this.sharedNames =
        classifier.classNames().stream()
            .filter(name -> !names.add(name))
            .collect(Collectors.toSet());
  }

  /** Prints or writes the classes of each image, and returns the exit code. */
  int print(List<Path> files) {
    Path out = options.out();
    try {
      if (out == null) {
        print(files, output.out());
      } else {
        AtomicFile.write(
            AtomicFile.destination(out),
            stream -> {
              Writer text = new OutputStreamWriter(stream, StandardCharsets.UTF_8);
              print(files, text);
              text.flush();
            });
        output.info("written: " + out);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // standard output throws no exceptions
    }
    if (sorted != null) {
      output.info(
          sorted.arrange(
              folders(), classifier.method(), source.fingerprint(), source.clip().fingerprint()));
    }
    return options.skipped().end(files.size(), output);
  }

  private void print(List<Path> files, Writer out) throws IOException {
    form.begin(out);
    features.groups(
        files,
        output.progress(),
        problem -> report(problem.file(), problem.reason()),
        group -> {
          printGroup(group, out);
          out.flush();
        });
    form.end(options.skipped().skipped(), out);
    out.flush();
  }

  private void printGroup(List<ImageFeatures.Image> group, Writer out) throws IOException {
    float[][] features =
        group.stream()
            .map(ImageFeatures.Image::feature)
            .filter(Objects::nonNull)
            .toArray(float[][]::new);
    Iterator<Classification> answers = classifier.ofFeatures(features).iterator();
    for (ImageFeatures.Image image : group) {
      if (image.problem() == null) {
        print(image.file(), answers.next(), out);
      } else {
        form.problem(image.file(), String.valueOf(image.problem().getMessage()), out);
      }
    }
  }

  private void report(Path file, KgCoopException problem) {
    if (options.isWhole()) {
      options.skipped().add(file, problem, output);
    } else {
      options.skipped().passOver(file, problem, output);
    }
  }

  private void print(Path file, Classification found, Writer out) throws IOException {
    List<Answer> answers =
        found.top(options.top()).stream()
            .filter(each -> each.probability() >= (float) threshold)
            .map(this::answer)
            .toList();
    if (answers.isEmpty()) {
      float best = found.best().probability();
      answers = List.of(new Answer(AnswerForm.NONE, AnswerForm.NO_INDEX, best, AnswerForm.NONE));
    }
    form.answer(file, answers, out);
    if (sorted != null) {
      sorted.add(file, answers.get(0).index());
    }
  }

  private Answer answer(Classification.Candidate found) {
    return new Answer(found.className(), found.index(), found.probability(), label(found.index()));
  }

  private String label(int index) {
    String name = classifier.classNames().get(index);
    return sharedNames.contains(name) ? name + " (class " + index + ")" : name;
  }

  /** Returns the folder names of all classes, followed by the name for no class. */
  private List<String> folders() {
    List<String> folders = new ArrayList<>(classifier.classNames());
    folders.add(AnswerForm.NONE);
    return folders;
  }
}
