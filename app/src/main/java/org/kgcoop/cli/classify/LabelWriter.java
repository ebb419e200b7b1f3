package org.kgcoop.cli.classify;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.adapt.AdaptRequest;
import org.kgcoop.adapt.Adaptation;
import org.kgcoop.adapt.LabelSource;
import org.kgcoop.cli.console.Invocation;
import org.kgcoop.cli.console.Output;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.FewShot;
import org.kgcoop.data.Item;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.FolderTree;
import org.kgcoop.files.Folders;
import org.kgcoop.files.UserFolders;
import org.kgcoop.image.Images;
import org.kgcoop.label.Labeling;
import org.kgcoop.report.ReportPage;
import org.kgcoop.runs.AdaptRecord.Labels;
import org.kgcoop.runs.LabelJournal;
import org.kgcoop.serve.label.LabelResults;

/**
 * Writes the results of a labeling session: the list of labels, a classifier with its report, and
 * folders with the images.
 */
final class LabelWriter implements LabelResults {
  static final String LIST = "labels.csv";

  private static final String TRAINING = ".training";

  private final Clip clip;
  private final Invocation invocation;
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
      Clip clip,
      Invocation invocation,
      Output output,
      double minutes,
      @Nullable Path sortInto,
      ImageSorter.Way way) {
    this.clip = clip;
    this.invocation = invocation;
    this.output = output;
    this.minutes = minutes;
    this.sortInto = sortInto;
    this.way = way;
  }

  @Override
  public List<String> write(Labeling labeling, boolean isLast, Consumer<String> progress) {
    if (labeling.classes().size() < 2) {
      throw KgCoopException.configuration(
          labeling.session() + ": expected two classes; name them with --classes");
    }
    List<String> lines = new ArrayList<>();
    progress.accept("writing labels.csv");
    List<Labeling.Result> results = labeling.results();
    Path list = labeling.session().resolve(LIST);
    AtomicFile.write(list, to -> csv(to, results));
    lines.add("labels: " + list);
    progress.accept("training a classifier");
    lines.addAll(classifier(labeling, results));
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

  private static void csv(OutputStream to, List<Labeling.Result> results) throws IOException {
    try (CsvWriter writer =
        CsvWriter.builder().build(new OutputStreamWriter(to, StandardCharsets.UTF_8))) {
      writer.writeRecord("image", "class", "source", "probability");
      for (Labeling.Result each : results) {
        writer.writeRecord(
            key(each),
            each.name(),
            each.source().name().toLowerCase(Locale.ROOT),
            String.format(Locale.ROOT, "%.4f", each.probability()));
      }
    }
  }

  private static String key(Labeling.Result result) {
    return result.image().toString().replace('\\', '/');
  }

  private String sorted(Path into, Labeling labeling, List<Labeling.Result> results) {
    ImageSorter sorter = new ImageSorter(into, way);
    List<String> names = new ArrayList<>(labeling.classes());
    for (Labeling.Result each : results) {
      sorter.add(labeling.folder().resolve(each.image()), names.indexOf(each.name()));
    }
    names.add(Labeling.NONE_FOLDER);
    sorter.record(names, "label", null, clip.fingerprint());
    String summary = sorter.arrange(names);
    Path journal = labeling.session().resolve(LabelJournal.FILE);
    AtomicFile.write(into.resolve(LabelJournal.FILE), to -> Files.copy(journal, to));
    return summary;
  }

  // ---- the classifier

  /** Trains with the labels of the person, as {@code adapt} does, in a folder of its own. */
  private List<String> classifier(Labeling labeling, List<Labeling.Result> results) {
    Path session = labeling.session();
    Path training = session.resolve(TRAINING);
    try {
      DataSet data = data(labeling, results);
      Set<String> audit = new LinkedHashSet<>();
      List<Path> none = new ArrayList<>();
      for (Labeling.Result each : results) {
        if (each.source() == Labeling.Source.AUDIT && !each.name().isEmpty()) {
          audit.add(key(each));
        }
        if (each.source() != Labeling.Source.HEAD && each.name().isEmpty()) {
          none.add(labeling.folder().resolve(each.image()));
        }
      }
      AdaptRequest request =
          new AdaptRequest(data, List.of(), FewShot.ALL, minutes, 1)
              .with(true, none)
              .with(
                  new LabelSource(
                      new Labels(
                          Labels.Origin.CHOSEN,
                          session.resolve(LabelJournal.FILE).toString(),
                          audit.size(),
                          0),
                      audit));
      delete(training);
      FeatureCache cache =
          FeatureCache.optional(
              new ViewEncoder(clip, new Images(output::warn)),
              UserFolders.cache("features"),
              output::warn);
      Adaptation.run(invocation.context(clip, cache, output.progress(), output), request, training);
      ReportPage.write(training, data, training.resolve("report.html"));
      publish(training, session);
    } catch (KgCoopException e) {
      delete(training);
      if (e.category() == KgCoopException.Category.INTERRUPTED) {
        throw e;
      }
      return List.of("classifier: not trained, because " + e.getMessage());
    }
    return List.of(
        "classifier: " + session.resolve("classifier.safetensors"),
        "report: " + session.resolve("report.html"));
  }

  /** Returns the images that the person labeled, and the examples. */
  private static DataSet data(Labeling labeling, List<Labeling.Result> results) {
    Set<String> used = new LinkedHashSet<>();
    results.stream()
        .filter(each -> each.source() != Labeling.Source.HEAD)
        .forEach(each -> used.add(each.name()));
    labeling.examples().forEach(each -> used.add(each.name()));
    List<String> names = labeling.classes().stream().filter(used::contains).toList();
    if (names.size() < 2) {
      throw KgCoopException.configuration(
          "images of at least two classes are needed, and you labeled images of " + names.size());
    }
    List<Item> items = new ArrayList<>();
    for (Labeling.Result each : results) {
      int label = names.indexOf(each.name());
      if (each.source() != Labeling.Source.HEAD && label >= 0) {
        items.add(new Item(key(each), labeling.folder().resolve(each.image()), label, each.name()));
      }
    }
    for (Labeling.Example each : labeling.examples()) {
      int label = names.indexOf(each.name());
      if (label >= 0) {
        String key = "labeled/" + each.name() + "/" + Folders.name(each.file());
        items.add(new Item(key, each.file(), label, each.name()));
      }
    }
    return new DataSet(Folders.name(labeling.folder()), names, items, List.of(), List.of(), null);
  }

  /** Replaces the files of an earlier training. */
  private static void publish(Path training, Path session) {
    try (Stream<Path> files = Files.list(training)) {
      for (Path file : files.toList()) {
        Path to = session.resolve(Folders.name(file));
        if (Files.isDirectory(to)) {
          FolderTree.delete(to);
        }
        Files.move(file, to, StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw KgCoopException.io(session + ": cannot be written: " + FileErrors.reason(e), e);
    }
    delete(training);
  }

  private static void delete(Path folder) {
    try {
      if (Files.exists(folder)) {
        FolderTree.delete(folder);
      }
    } catch (IOException e) {
      throw KgCoopException.io(folder + ": cannot be deleted: " + FileErrors.reason(e), e);
    }
  }

  // ---- the accuracy

  private static List<String> accuracy(Labeling.Status status) {
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
