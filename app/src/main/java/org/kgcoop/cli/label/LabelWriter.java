package org.kgcoop.cli.label;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.sorting.SortingOptions;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.files.Folders;
import org.kgcoop.journal.LabelJournal;
import org.kgcoop.label.LabeledImage;
import org.kgcoop.label.Labeling;
import org.kgcoop.label.Status;
import org.kgcoop.label.Written;
import org.kgcoop.report.AdaptSentences;
import org.kgcoop.report.LabelSummary;
import org.kgcoop.report.LabelSummary.Doubt;
import org.kgcoop.report.ReportPage;
import org.kgcoop.runs.AdaptRecord;
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
  private final SortingOptions sorting;
  private volatile boolean isTraining;
  private volatile boolean isStopped;

  /**
   * Creates a writer.
   *
   * @param minutes the time limit of the training
   * @param sorting what happens to the images at the end
   */
  LabelWriter(Clip clip, Output output, double minutes, SortingOptions sorting) {
    this.clip = clip;
    this.output = output;
    this.minutes = minutes;
    this.sorting = sorting;
  }

  @Override
  public Results write(Labeling labeling, boolean isLast, Consumer<String> progress) {
    Path session = labeling.session();
    Written written = written(labeling, progress);
    List<LabeledImage> results = written.results();
    LabelSentences sentences = new LabelSentences(labeling.status(), labeling.accuracy());
    List<String> lines = new ArrayList<>(List.of("labels: " + written.labels()));
    Optional<Path> report = written.classifier().map(unused -> session.resolve("report.html"));
    if (report.isPresent()) {
      AdaptRecord record = AdaptRecord.read(session).orElseThrow();
      List<String> classifier = classifier(record, written);
      LabelSummary summary = summary(labeling, results, sentences, record, classifier);
      ReportPage.write(session, data(labeling, results), summary, report.get());
      lines.add("classifier: " + written.classifier().get());
      lines.add("report: " + report.get());
      lines.addAll(classifier);
    } else {
      lines.add("classifier: not trained, because " + written.problem());
    }
    if (isLast) {
      if (sorting.isGiven()) {
        progress.accept(sorting.folder() == null ? "writing the keywords" : "sorting the images");
        lines.addAll(sorted(labeling, results));
      }
      labeling.finish();
    }
    Status status = sentences.status();
    String images = Messages.count(status.images(), "image", "images");
    lines.add("labeled by you: %s of %s".formatted(status.labeled(), images));
    lines.addAll(sentences.end());
    lines.forEach(output::print);
    output.jsonLine(Map.of("results", lines));
    String next = report.isPresent() ? "./kgcoop predict %s new.jpg".formatted(session) : "";
    return new Results(lines, report, next);
  }

  /** Returns what is said about the classifier: on the page, in the terminal and in the report. */
  private static List<String> classifier(AdaptRecord record, Written written) {
    AdaptSentences sentences = new AdaptSentences(record);
    List<String> lines = new ArrayList<>();
    if (written.compared() > 0) {
      String count = Messages.count(written.compared(), "image", "images");
      lines.add(
          "The classifier gives the class of labels.csv to %s of %s that you did not label."
              .formatted(written.agreeing(), count));
    }
    sentences.newImages().ifPresent(lines::add);
    sentences.similar().ifPresent(lines::add);
    return lines;
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
      Path labels = labeling.session().resolve("labels.csv");
      String problem = "you stopped the training";
      return new Written(labeling.results(), labels, Optional.empty(), problem, 0, 0);
    } finally {
      isTraining = false;
      isStopped = false;
    }
  }

  @Override
  public String sorting() {
    return sorting.announcement();
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
    List<Item> items = new ArrayList<>();
    for (LabeledImage each : results) {
      int label = names.indexOf(each.name());
      if (label >= 0) {
        items.add(new Item(each.key(), file(labeling, each), label, each.name()));
      }
    }
    return new DataSet(Folders.name(labeling.folder()), names, items, List.of(), List.of(), null);
  }

  private static Path file(Labeling labeling, LabeledImage image) {
    return labeling.folder().resolve(image.image());
  }

  private List<String> sorted(Labeling labeling, List<LabeledImage> results) {
    List<String> classes = labeling.classes();
    sorting.begin(classes.stream().map(List::of).toList(), () -> false, output);
    results.forEach(each -> sorting.add(file(labeling, each), classes.indexOf(each.name())));
    List<String> lines = sorting.end(Labeling.NONE_FOLDER, "label", null, clip.fingerprint());
    Path into = sorting.folder();
    if (into != null) {
      Path journal = labeling.session().resolve(LabelJournal.FILE);
      AtomicFile.write(into.resolve(LabelJournal.FILE), to -> Files.copy(journal, to));
    }
    return lines;
  }

  /** Returns what the report says about the session. */
  private static LabelSummary summary(
      Labeling labeling,
      List<LabeledImage> results,
      LabelSentences sentences,
      AdaptRecord record,
      List<String> classifier) {
    Map<String, int[]> counts = new LinkedHashMap<>(); // by a person, by the program
    labeling.classes().forEach(name -> counts.put(name, new int[2]));
    counts.put(Labeling.NONE, new int[2]);
    for (LabeledImage each : results) {
      int[] count = counts.getOrDefault(each.name(), new int[2]);
      count[each.source() == LabeledImage.Source.HEAD ? 1 : 0]++;
    }
    List<LabelSummary.ClassRow> rows = new ArrayList<>();
    counts.forEach(
        (name, count) -> {
          if (!name.equals(Labeling.NONE) || count[0] + count[1] > 0) {
            rows.add(new LabelSummary.ClassRow(shown(name), count[0], count[1]));
          }
        });
    Status status = sentences.status();
    return new LabelSummary(
        Folders.name(Folders.real(labeling.folder())),
        results.size(),
        sentences.end(),
        classifier,
        rows,
        answers(record, labeling, results),
        proposals(labeling, results),
        status.skipped(),
        status.unreadable().stream().map(Path::toString).toList());
  }

  private static String shown(String name) {
    return name.equals(Labeling.NONE) ? Labeling.NONE_FOLDER : name;
  }

  /** Returns the labels of the person that the classifier doubts, in the folder. */
  private static List<Doubt> answers(
      AdaptRecord record, Labeling labeling, List<LabeledImage> results) {
    Map<String, Path> files =
        results.stream().collect(Collectors.toMap(LabeledImage::key, each -> file(labeling, each)));
    return record.result().suspects().stream()
        .filter(each -> files.containsKey(each.image()))
        .map(
            each ->
                new Doubt(
                    Objects.requireNonNull(files.get(each.image())),
                    each.image(),
                    "%s: %s, perhaps %s".formatted(each.image(), each.given(), each.likely())))
        .toList();
  }

  /** Returns the labels of the program, the least probable ones first. */
  private static List<Doubt> proposals(Labeling labeling, List<LabeledImage> results) {
    return results.stream()
        .filter(each -> each.source() == LabeledImage.Source.HEAD)
        .sorted(Comparator.comparingDouble(LabeledImage::probability))
        .map(
            each ->
                new Doubt(
                    file(labeling, each),
                    each.key(),
                    "%s: %s, %s\u00a0%%"
                        .formatted(
                            each.key(), shown(each.name()), Math.round(100 * each.probability()))))
        .toList();
  }
}
