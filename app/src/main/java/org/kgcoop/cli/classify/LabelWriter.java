package org.kgcoop.cli.classify;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.kgcoop.Messages;
import org.kgcoop.cli.console.Output;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.files.Folders;
import org.kgcoop.label.LabelStatus;
import org.kgcoop.label.LabeledImage;
import org.kgcoop.label.Labeling;
import org.kgcoop.report.ReportPage;
import org.kgcoop.runs.LabelJournal;
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

  /**
   * Creates a writer.
   *
   * @param minutes the time limit of the training
   * @param sortInto an empty folder for the sorted images; null to leave the images where they are
   */
  LabelWriter(
      Clip clip, Output output, double minutes, @Nullable Path sortInto, ImageSorter.Way way) {
    this.clip = clip;
    this.output = output;
    this.minutes = minutes;
    this.sortInto = sortInto;
    this.way = way;
  }

  @Override
  public List<String> write(Labeling labeling, boolean isLast, Consumer<String> progress) {
    List<String> lines = new ArrayList<>();
    Path session = labeling.session();
    Labeling.Written written = labeling.write(session, minutes, progress);
    List<LabeledImage> results = written.results();
    lines.add("labels: " + written.labels());
    if (written.classifier().isPresent()) {
      Path report = session.resolve("report.html");
      ReportPage.write(session, data(labeling, results), report);
      lines.add("classifier: " + written.classifier().get());
      lines.add("report: " + report);
    } else {
      lines.add("classifier: not trained, because " + written.problem());
    }
    if (isLast) {
      if (sortInto != null) {
        progress.accept("sorting the images");
        lines.add(sorted(sortInto, labeling, results));
      }
      labeling.finish();
    }
    lines.addAll(accuracy(labeling.status()));
    if (output.isJson()) {
      ObjectNode json = JsonNodeFactory.instance.objectNode();
      lines.forEach(json.putArray("results")::add);
      output.out().println(Output.text(json, false));
    } else {
      lines.forEach(output::print);
    }
    return lines;
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

  private String sorted(Path into, Labeling labeling, List<LabeledImage> results) {
    ImageSorter sorter = new ImageSorter(into, way, () -> false);
    List<String> names = new ArrayList<>(labeling.classes());
    for (LabeledImage each : results) {
      sorter.add(labeling.folder().resolve(each.image()), names.indexOf(each.name()));
    }
    names.add(Labeling.NONE_FOLDER);
    String summary = sorter.arrange(names, "label", null, clip.fingerprint());
    Path journal = labeling.session().resolve(LabelJournal.FILE);
    AtomicFile.write(into.resolve(LabelJournal.FILE), to -> Files.copy(journal, to));
    return summary;
  }

  private static List<String> accuracy(LabelStatus status) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "labeled by you: %s of %s"
            .formatted(status.labeled(), Messages.count(status.images(), "image", "images")));
    lines.add(
        status
            .folder()
            .map(
                share ->
                    String.format(
                        Locale.ROOT,
                        "At least %.0f %% of the folder is right (estimate %.0f %%; 95 %% interval:"
                            + " %.0f to %.0f), from %d random images",
                        Math.floor(100 * share.low()),
                        100 * share.estimate(),
                        Math.floor(100 * share.low()),
                        Math.ceil(100 * share.high()),
                        Math.max(share.images(), status.audited())))
            .orElse("Accuracy: not measured"));
    status
        .newImages()
        .ifPresent(
            share ->
                lines.add(
                    String.format(
                        Locale.ROOT,
                        "Of 100 new images like these, expect %.0f right (95 %%: %.0f to %.0f)",
                        100 * share.estimate(),
                        Math.floor(100 * share.low()),
                        Math.ceil(100 * share.high()))));
    if (!status.agreement().isEmpty()) {
      lines.add(status.agreement());
    }
    return lines;
  }
}
