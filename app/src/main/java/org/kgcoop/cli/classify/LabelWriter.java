package org.kgcoop.cli.classify;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.cli.console.Output;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.files.Folders;
import org.kgcoop.label.LabeledImage;
import org.kgcoop.label.Labeling;
import org.kgcoop.label.Written;
import org.kgcoop.report.LabelSummary;
import org.kgcoop.report.ReportPage;
import org.kgcoop.runs.LabelJournal;
import org.kgcoop.serve.label.LabelSentences;
import org.kgcoop.serve.label.ResultsWriter;

/**
 * Writes the results of a labeling session: the list of labels, a classifier with its report, and
 * folders with the images.
 */
final class LabelWriter implements ResultsWriter {
  private final Clip clip;
  private final Output output;
  private final double minutes;
  private final @Nullable Path sortInto;
  private final ImageSorter.Way way;
  private final boolean writesKeywords;
  private volatile @Nullable KeywordWriter keywords;
  private volatile boolean isTraining;
  private volatile boolean isStopped;

  /**
   * Creates a writer.
   *
   * @param minutes the time limit of the training
   * @param sortInto an empty folder for the sorted images; null to leave the images where they are
   * @param writesKeywords true to write the classes as keywords, at the end
   */
  LabelWriter(
      Clip clip,
      Output output,
      double minutes,
      @Nullable Path sortInto,
      ImageSorter.Way way,
      boolean writesKeywords) {
    this.clip = clip;
    this.output = output;
    this.minutes = minutes;
    this.sortInto = sortInto;
    this.way = way;
    this.writesKeywords = writesKeywords;
  }

  @Override
  public Results write(Labeling labeling, boolean isLast, Consumer<String> progress) {
    List<String> lines = new ArrayList<>();
    Path session = labeling.session();
    Written written = written(labeling, progress);
    List<LabeledImage> results = written.results();
    LabelSentences sentences = new LabelSentences(labeling.status(), labeling.accuracy());
    lines.add("labels: " + written.labels());
    Optional<Path> report = written.classifier().map(unused -> session.resolve("report.html"));
    if (report.isPresent()) {
      ReportPage.write(
          session, data(labeling, results), summary(labeling, results, sentences), report.get());
      lines.add("classifier: " + written.classifier().get());
      lines.add("report: " + report.get());
      if (written.compared() > 0) {
        lines.add(
            "The classifier gives the class of labels.csv to %s of %s that you did not label."
                .formatted(
                    written.agreeing(), Messages.count(written.compared(), "image", "images")));
      }
    } else {
      lines.add("classifier: not trained, because " + written.problem());
    }
    if (isLast) {
      KeywordWriter writer =
          writesKeywords
              ? new KeywordWriter(labeling.classes().stream().map(List::of).toList(), output)
              : null;
      if (sortInto != null) {
        progress.accept("sorting the images");
        lines.add(sorted(sortInto, labeling, results, writer));
      } else if (writer != null) {
        progress.accept("writing the keywords");
        for (LabeledImage each : results) {
          writer.add(labeling.folder().resolve(each.image()), index(labeling, each));
        }
        writer.writeAll(() -> false);
      }
      if (writer != null) {
        lines.add(writer.summary());
        keywords = writer;
      }
      labeling.finish();
    }
    lines.add(
        "labeled by you: %s of %s"
            .formatted(
                sentences.status().labeled(),
                Messages.count(sentences.status().images(), "image", "images")));
    lines.addAll(sentences.end());
    if (output.isJson()) {
      ObjectNode json = JsonNodeFactory.instance.objectNode();
      lines.forEach(json.putArray("results")::add);
      output.out().println(Output.text(json, false));
    } else {
      lines.forEach(output::print);
    }
    String next = report.isPresent() ? "./kgcoop predict %s new.jpg".formatted(session) : "";
    return new Results(lines, report, next);
  }

  /** Writes the list and the classifier. After {@link #stop}, there is no classifier. */
  private Written written(Labeling labeling, Consumer<String> progress) {
    try {
      return labeling.write(
          labeling.session(),
          minutes,
          step -> {
            isTraining = step.startsWith("training");
            progress.accept(step);
          });
    } catch (KgCoopException e) {
      if (!isStopped || e.category() != KgCoopException.Category.INTERRUPTED) {
        throw e;
      }
      isStopped = false;
      return new Written(
          labeling.results(),
          labeling.session().resolve("labels.csv"),
          Optional.empty(),
          "you stopped the training",
          0,
          0);
    } finally {
      isTraining = false;
      isStopped = false;
    }
  }

  @Override
  public void stop() {
    isStopped = isTraining;
  }

  /** Returns true while a training is being stopped. */
  boolean isStopped() {
    return isStopped;
  }

  @Override
  public double minutes() {
    return minutes;
  }

  /** Returns the labeled images, which the report may show. */
  private static DataSet data(Labeling labeling, List<LabeledImage> results) {
    List<String> names = labeling.classes();
    List<Item> items =
        results.stream()
            .filter(each -> names.contains(each.name()))
            .map(
                each ->
                    new Item(
                        each.key(),
                        labeling.folder().resolve(each.image()),
                        names.indexOf(each.name()),
                        each.name()))
            .toList();
    return new DataSet(Folders.name(labeling.folder()), names, items, List.of(), List.of(), null);
  }

  /** Returns the exit code of the command. */
  int exitCode(int otherwise) {
    return KeywordWriter.exitCode(keywords, otherwise);
  }

  /** Returns the index of the class of an image, -1 for none of them. */
  private static int index(Labeling labeling, LabeledImage image) {
    return labeling.classes().indexOf(image.name());
  }

  private String sorted(
      Path into, Labeling labeling, List<LabeledImage> results, @Nullable KeywordWriter writer) {
    ImageSorter sorter = new ImageSorter(into, way, () -> false);
    sorter.setKeywords(writer);
    List<String> names = new ArrayList<>(labeling.classes());
    for (LabeledImage each : results) {
      sorter.add(labeling.folder().resolve(each.image()), index(labeling, each));
    }
    names.add(Labeling.NONE_FOLDER);
    String summary = sorter.arrange(names, "label", null, clip.fingerprint());
    Path journal = labeling.session().resolve(LabelJournal.FILE);
    AtomicFile.write(into.resolve(LabelJournal.FILE), to -> Files.copy(journal, to));
    return summary;
  }

  /** Returns what the report says about the session. */
  private static LabelSummary summary(
      Labeling labeling, List<LabeledImage> results, LabelSentences sentences) {
    Map<String, int[]> counts = new LinkedHashMap<>(); // by a person, by the program
    labeling.classes().forEach(name -> counts.put(name, new int[2]));
    counts.put(Labeling.NONE, new int[2]);
    for (LabeledImage each : results) {
      int[] count = counts.getOrDefault(each.name(), new int[2]);
      count[each.source() == LabeledImage.Source.HEAD ? 1 : 0]++;
    }
    List<LabelSummary.ClassRow> rows = new ArrayList<>();
    counts.forEach(
        (name, count) ->
            rows.add(
                new LabelSummary.ClassRow(
                    name.equals(Labeling.NONE) ? Labeling.NONE_FOLDER : name, count[0], count[1])));
    return new LabelSummary(
        sentences.end(),
        rows,
        sentences.status().skipped(),
        sentences.status().unreadable().stream().map(Path::toString).toList());
  }
}
