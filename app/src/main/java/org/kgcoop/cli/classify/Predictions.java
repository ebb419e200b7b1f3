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
import org.kgcoop.KgCoopException;
import org.kgcoop.api.ClassGroups;
import org.kgcoop.api.Classification;
import org.kgcoop.api.Classifier;
import org.kgcoop.classifier.TagFile;
import org.kgcoop.cli.classify.AnswerForm.Answer;
import org.kgcoop.cli.classify.AnswerForm.Prediction;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.console.Output.Format;
import org.kgcoop.cli.embed.ImageFeatures;
import org.kgcoop.cli.options.OutputFile;
import org.kgcoop.cli.options.Rare;
import org.kgcoop.cli.options.UnreadableImages;
import org.kgcoop.cli.sorting.SortingOptions;
import org.kgcoop.clip.Clip;
import org.kgcoop.eval.Calibration;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.formats.TableFormat;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The predictions for image files: their options, and how they are written. Unreadable images are
 * reported and skipped. The exit code then reports invalid data, or skipped images if the user
 * allowed them. A file is written completely or not at all, so an unreadable image ends the command
 * unless the user allowed skipping.
 */
final class Predictions {
  private static final String AUTO = "auto";

  /** The options that have no meaning for tags. */
  private static final List<String> OF_CLASSES =
      List.of(
          "--top",
          "--threshold",
          "--groups",
          "--sort-into",
          "--sort-by",
          "--classes",
          "--template",
          "--data-set");

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
              + " the classes. If no class is left, the answer is 'none of these'. Default: show"
              + " all classes, and mark images below the threshold of the file.")
  private @Nullable String threshold;

  @Rare
  @Option(
      names = "--all-tags",
      description = "Show also the tags that an image does not get (classifier of tags).")
  private boolean allTags;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FILE",
      description =
          "Write the answers to a file. It is written completely or not at all (default: standard"
              + " output).")
  private @Nullable Path out;

  @Mixin private OutputFile written = new OutputFile();
  @Mixin private SortingOptions sorting = new SortingOptions();
  @Mixin private UnreadableImages skipped = new UnreadableImages();
  @Mixin private GroupsOption groupsOption = new GroupsOption();

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  private @Nullable ClassGroups groups;

  /** The lowest probability that is not below the threshold, or 0 for none. */
  private double least;

  /**
   * Rejects invalid options before a model is loaded.
   *
   * @param whose the name of the classifier in error messages
   * @param calibration the calibration of the classifier for the requested classes
   * @throws KgCoopException if an option is invalid, or requests a threshold that the classifier
   *     does not have
   */
  void check(List<String> classNames, String whose, @Nullable Calibration calibration) {
    groups = groupsOption.of(classNames);
    if (top < 1) {
      throw KgCoopException.configuration("--top: expected at least 1, got " + top);
    }
    sorting.checkNames(levels(classNames).stream().map(each -> each.get(each.size() - 1)).toList());
    if (allTags) {
      throw KgCoopException.configuration("--all-tags goes with a classifier of tags");
    }
    checkOutput();
    sorting.check();
    Calibration.Rejection rejection = calibration == null ? null : calibration.rejection();
    if (threshold != null && !threshold.equals(AUTO)) {
      least = number(threshold);
    } else if (rejection != null) {
      least = rejection.threshold();
    } else if (threshold != null) {
      throw KgCoopException.configuration(
          "--threshold auto: %s has no threshold for these classes; give a probability, such as 0.5,"
                  .formatted(whose)
              + " or its own classes, or train with --calibrate");
    }
  }

  /**
   * Rejects options that do not go with a classifier of tags, before a model is loaded.
   *
   * @param names the names of the tags
   */
  void checkTags(List<String> names) {
    for (String option : OF_CLASSES) {
      if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
        throw KgCoopException.configuration(
            option + " is for one class per image, and an image can have several tags");
      }
    }
    sorting.checkNames(names);
    sorting.check();
    checkOutput();
  }

  private void checkOutput() {
    Format format = Output.of(spec).format();
    if (format == Format.PARQUET && out == null) {
      throw KgCoopException.configuration("--format parquet: expected --out FILE.parquet");
    }
    if (out != null) {
      written.check("--out", out, "predictions." + (format == Format.TEXT ? "txt" : format.id()));
    }
  }

  /** Prints or writes the tags of each image, as {@link #print}. */
  int printTags(
      Classifier classifier, TagFile file, Clip clip, ImageFeatures features, List<Path> files) {
    Output output = Output.of(spec);
    TagPredictions tags =
        new TagPredictions(classifier, file, allTags, out != null, skipped, sorting, output);
    try {
      tags.write(features, files, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // standard output throws no exceptions
    }
    sorting
        .end(AnswerForm.NONE, classifier.method(), file.fingerprint(), clip.fingerprint())
        .forEach(output::info);
    return sorting.exitCode(skipped.end(files.size(), output));
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

  /**
   * Prints or writes the classes of each image, and returns the exit code.
   *
   * @param fingerprint the fingerprint of the classifier file; null for a zero-shot classifier
   * @param features the source of the features, of the image encoder of the classifier
   */
  int print(
      Classifier classifier,
      @Nullable String fingerprint,
      Clip clip,
      ImageFeatures features,
      List<Path> files) {
    Output output = Output.of(spec);
    Images images = new Images(classifier, features, files, output);
    try {
      if (out == null) {
        images.print(output.out());
      } else {
        images.write(AtomicFile.destination(out));
        output.info("written: " + out);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // standard output throws no exceptions
    }
    sorting
        .end(AnswerForm.NONE, classifier.method(), fingerprint, clip.fingerprint())
        .forEach(output::info);
    return sorting.exitCode(skipped.end(files.size(), output));
  }

  private boolean isReached(float probability) {
    return probability >= (float) least; // both rounded to the same type
  }

  /** The images of a call, and the classes of the classifier. */
  private final class Images {
    private final Classifier classifier;
    private final ImageFeatures features;
    private final List<Path> files;
    private final Output output;

    /** The names of all classes and groups. */
    private final List<String> folders;

    /** The names of more than one class. */
    private final Set<String> sharedNames;

    Images(Classifier classifier, ImageFeatures features, List<Path> files, Output output) {
      this.classifier = classifier;
      this.features = features;
      this.files = files;
      this.output = output;
      List<List<String>> levels = levels(classifier.classNames());
      folders = levels.stream().map(each -> each.get(each.size() - 1)).toList();
      sorting.begin(levels, features::isInterrupted, output);
      Set<String> names = new HashSet<>();
      sharedNames =
          classifier.classNames().stream()
              .filter(name -> !names.add(name))
              .collect(Collectors.toSet());
    }

    void write(Path file) {
      if (output.format() == Format.PARQUET) {
        List<TableFormat.Column> columns = AnswerForm.Table.columns(groups);
        TableFormat.of("parquet")
            .write(file, columns, row -> print(new AnswerForm.Table(row, columns), () -> {}));
      } else {
        AtomicFile.write(file, stream -> print(new OutputStreamWriter(stream, UTF_8)));
      }
    }

    void print(Writer to) throws IOException {
      AnswerForm form =
          switch (output.format()) {
            case CSV -> AnswerForm.Table.csv(to, out == null, AnswerForm.Table.columns(groups));
            case JSONL -> new AnswerForm.JsonLines(to);
            case JSON -> new AnswerForm.JsonObject(to);
            default -> new AnswerForm.Lines(to);
          };
      print(form, to);
    }

    private void print(AnswerForm form, Flushable to) throws IOException {
      features.groups(
          files,
          this::report,
          group -> {
            print(group, form);
            to.flush();
          });
      form.end(skipped.skipped());
      to.flush();
    }

    private void print(List<ImageFeatures.Image> group, AnswerForm form) throws IOException {
      float[][] found =
          group.stream()
              .map(ImageFeatures.Image::feature)
              .filter(Objects::nonNull)
              .toArray(float[][]::new);
      Iterator<Classification> answers = classifier.ofFeatures(found).iterator();
      for (ImageFeatures.Image image : group) {
        if (image.problem() == null) {
          Prediction prediction = prediction(image.file(), answers.next());
          form.answer(prediction);
          sorting.add(image.file(), folder(prediction));
        } else {
          form.problem(image.file(), String.valueOf(image.problem().getMessage()));
        }
      }
    }

    /** Ends the command if written files must be complete, which they are without the image. */
    private void report(Path file, KgCoopException reason) {
      if (out != null || sorting.isGiven()) {
        skipped.add(file, reason, output);
      } else {
        skipped.passOver(file, reason, output);
      }
    }

    private Prediction prediction(Path file, Classification found) {
      float best = found.best().probability();
      List<Answer> answers =
          found.top(top).stream()
              .filter(each -> threshold == null || isReached(each.probability()))
              .map(this::answer)
              .toList();
      if (answers.isEmpty()) {
        answers = List.of(new Answer(AnswerForm.NONE, AnswerForm.NO_INDEX, best, AnswerForm.NONE));
      }
      return new Prediction(
          file.toString(),
          least > 0 ? least : null,
          least > 0 ? isReached(best) : null,
          answers,
          groups == null ? null : groups(groups, found));
    }

    /** Returns the groups, by the threshold of the user or by that of the classifier. */
    private List<ClassGroups.Group> groups(ClassGroups of, Classification found) {
      return threshold == null || threshold.equals(AUTO)
          ? found.groups(of)
          : of.best(found.probabilities(), least);
    }

    private Answer answer(Classification.Candidate found) {
      String name = found.className();
      int index = found.index();
      String label = sharedNames.contains(name) ? name + " (class " + index + ")" : name;
      return new Answer(name, index, found.probability(), label);
    }

    /** Returns the position of the answer in {@link #folders}, or -1 for no class. */
    private int folder(Prediction prediction) {
      return prediction
          .group()
          .map(group -> folders.indexOf(group.name()))
          .orElse(prediction.classes().get(0).index());
    }
  }

  /** Returns the levels of each class and group, the largest group first. */
  private List<List<String>> levels(List<String> classNames) {
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
