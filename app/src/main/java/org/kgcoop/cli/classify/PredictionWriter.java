package org.kgcoop.cli.classify;

import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.classify.Classification;
import org.kgcoop.classify.Classifier;
import org.kgcoop.cli.classify.AnswerForm.Answer;
import org.kgcoop.cli.console.Output;
import org.kgcoop.experiment.Progress;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.image.Images;
import org.kgcoop.image.RgbImage;

/**
 * A writer of the predictions for image files. It reports and skips unreadable images. The exit
 * code then reports invalid data, or skipped images if the user allowed them. A file is written
 * completely or not at all, so an unreadable image ends the command unless the user allowed
 * skipping.
 */
final class PredictionWriter {
  private static final int BATCH = 32;

  private final Classifier classifier;
  private final PredictionOptions options;
  private final double threshold;
  private final Output output;
  private final BooleanSupplier interrupted;
  private final AnswerForm form;
  private final @Nullable ImageSorter sorted;

  /**
   * Prepares the predictions of a classifier.
   *
   * @param threshold the minimum probability of a predicted class
   * @param interrupted true if work should stop
   */
  PredictionWriter(
      Classifier classifier,
      PredictionOptions options,
      double threshold,
      Output output,
      BooleanSupplier interrupted) {
    this.classifier = classifier;
    this.options = options;
    this.threshold = threshold;
    this.output = output;
    this.interrupted = interrupted;
    this.form = options.form(output);
    this.sorted = options.sorted();
  }

  /** Prints or writes the classes of each image, and returns the exit code. */
  int print(List<Path> files) {
    Path out = options.out();
    try {
      if (out == null) {
        print(files, output.out());
      } else {
        AtomicFile.write(
            out,
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
      output.info(sorted.arrange(folders()));
    }
    return options.skipped().end(files.size(), output);
  }

  private void print(List<Path> files, Writer out) throws IOException {
    Images images = new Images(output::warn);
    form.begin(out);
    try (Progress.Task task = output.progress().start("images", files.size())) {
      for (int from = 0; from < files.size(); from += BATCH) {
        if (interrupted.getAsBoolean()) {
          throw new KgCoopException(
              KgCoopException.Category.INTERRUPTED,
              "interrupted after %s of %s images".formatted(from, files.size()));
        }
        List<Path> part = files.subList(from, Math.min(from + BATCH, files.size()));
        print(part, images, out);
        out.flush();
        task.done(from + part.size());
      }
    }
    form.end(options.skipped().toJson(), out);
    out.flush();
  }

  private void print(List<Path> files, Images decoder, Writer out) throws IOException {
    Map<Path, String> problems = new HashMap<>();
    List<RgbImage> images = new ArrayList<>();
    for (Path file : files) {
      try {
        images.add(decoder.readUpright(file));
      } catch (KgCoopException e) {
        report(file, e);
        problems.put(file, String.valueOf(e.getMessage()));
      }
    }
    Iterator<Classification> found = classifier.classifyAll(images).iterator();
    for (Path file : files) {
      String problem = problems.get(file);
      if (problem == null) {
        print(file, found.next(), out);
      } else {
        form.problem(file, problem, out);
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
      answers = List.of(new Answer(AnswerForm.NO_INDEX, AnswerForm.NONE, AnswerForm.NONE, best));
    }
    form.answer(file, answers, out);
    if (sorted != null) {
      sorted.add(file, answers.get(0).index());
    }
  }

  private Answer answer(Classification.Candidate found) {
    return new Answer(found.index(), found.className(), label(found.index()), found.probability());
  }

  private String label(int index) {
    String name = classifier.classNames().get(index);
    boolean shared = Collections.frequency(classifier.classNames(), name) > 1;
    return shared ? name + " (class " + index + ")" : name;
  }

  /** Returns the folder names of all classes, followed by the name for no class. */
  private List<String> folders() {
    List<String> folders = new ArrayList<>(classifier.classNames());
    folders.add(AnswerForm.NONE);
    return folders;
  }
}
