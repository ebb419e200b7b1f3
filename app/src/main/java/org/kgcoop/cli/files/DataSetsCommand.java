package org.kgcoop.cli.files;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.options.DataOptions;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.ImageSurvey;
import org.kgcoop.data.open.DataSets;
import org.kgcoop.data.open.EmbeddedDataSets;
import org.kgcoop.data.published.Download;
import org.kgcoop.data.published.PublishedDataSet;
import org.kgcoop.data.published.PublishedDataSets;
import org.kgcoop.progress.Progress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The command {@code datasets}, which lists the known data sets and their files on this machine.
 */
@Command(
    name = "datasets",
    mixinStandardHelpOptions = true,
    header = "List the known data sets, and the files that are missing.",
    description = {
      "",
      "List the 15 data sets of the published tables, in the folders of CoOp's instructions"
          + " below --root, and the embedded data sets. Other commands open them by name:"
          + " --root ~/data --data oxford_pets.",
      "",
      "The option --check opens every image and lists unreadable ones. The exit code is 1 if"
          + " there are any, or if a data set that you named is incomplete.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  ./kgcoop datasets --root ~/data",
      "  ./kgcoop datasets --root ~/data --check OxfordPets EuroSAT",
      "  ./kgcoop datasets --check embedded:objects"
    })
public final class DataSetsCommand implements Callable<Integer> {
  @Parameters(
      arity = "0..*",
      paramLabel = "NAME",
      description = "Data sets to list (default: all; with --check all complete ones).")
  private List<String> names = new ArrayList<>();

  @Option(
      names = "--root",
      paramLabel = "DIR",
      description = "Set the folder that contains the published data sets.")
  private @Nullable Path root;

  @Option(names = "--check", description = "Open every image, and report unreadable ones.")
  private boolean check;

  @Mixin private Output output = new Output();

  private boolean failed;

  @Override
  public Integer call() {
    if (root != null && !Files.isDirectory(root)) {
      throw KgCoopException.configuration(root + ": there is no such folder; see --root");
    }
    List<PublishedDataSet> published = new ArrayList<>();
    List<EmbeddedDataSets.Description> embedded = new ArrayList<>();
    choose(published, embedded);
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("root", root == null ? null : root.toString());
    ArrayNode publishedJson = json.putArray("data_sets");
    published.forEach(entry -> print(entry, publishedJson.addObject()));
    ArrayNode embeddedJson = json.putArray("embedded");
    if (!embedded.isEmpty() && !published.isEmpty()) {
      output.print("");
    }
    embedded.forEach(entry -> print(entry, embeddedJson.addObject()));
    output.json(json);
    if (root == null && !published.isEmpty()) {
      output.print("");
      output.print("Give --root DIR to see which of the published ones are there.");
    }
    return failed ? KgCoopException.Category.CHECK.exitCode() : 0;
  }

  private void choose(
      List<PublishedDataSet> published, List<EmbeddedDataSets.Description> embedded) {
    if (names.isEmpty()) {
      published.addAll(PublishedDataSets.all());
      embedded.addAll(EmbeddedDataSets.all());
    }
    for (String name : names) {
      if (DataOptions.isEmbedded(name)) {
        embedded.add(
            EmbeddedDataSets.all().stream()
                .filter(set -> DataOptions.embedded(set.name()).equals(name))
                .findFirst()
                .orElseThrow(() -> unknown(name)));
      } else {
        published.add(PublishedDataSets.find(name).orElseThrow(() -> unknown(name)));
      }
    }
    if (check && root == null && !names.isEmpty() && !published.isEmpty()) {
      throw KgCoopException.configuration(
          "--check %s: expected --root, the folder that holds %s/"
              .formatted(published.get(0).name(), published.get(0).directory()));
    }
  }

  private static KgCoopException unknown(String name) {
    return KgCoopException.configuration(
        "there is no data set \"%s\"; ./kgcoop datasets lists those that are known"
            .formatted(name));
  }

  private void print(PublishedDataSet entry, ObjectNode json) {
    json.put("name", entry.name())
        .put("folder", entry.directory())
        .put("classes", entry.classes())
        .put("template", entry.template())
        .put("shift_of", entry.shiftOf());
    Path folder = root == null ? null : root.resolve(entry.directory());
    boolean there = folder != null && Files.isDirectory(folder);
    List<PublishedDataSet.Part> missing = entry.missing(folderOf(entry));
    State state = !there ? State.ABSENT : missing.isEmpty() ? State.WHOLE : State.INCOMPLETE;
    json.put("state", folder == null ? null : state.json);
    output.printf(
        "%-20s %4s classes  %-21s %s",
        entry.name(), entry.classes(), entry.directory() + "/", folder == null ? "" : state.text);
    ArrayNode missingJson = json.putArray(folder == null ? "needed" : "missing");
    Map<String, List<String>> byOrigin = new LinkedHashMap<>();
    for (PublishedDataSet.Part part : missing) {
      missingJson.addObject().put("path", part.path()).put("origin", part.origin().where());
      if (!part.isDirect()) {
        byOrigin
            .computeIfAbsent(part.origin().where(), origin -> new ArrayList<>())
            .add(part.path());
      }
    }
    byOrigin.forEach(
        (origin, paths) -> output.print("    " + String.join(", ", paths) + ": " + origin));
    printDownload(entry, json);
    if (check && folder != null) {
      Path parent = root == null ? folder : root;
      if (state == State.WHOLE) {
        open(json, entry.classes(), () -> DataSets.openPublished(parent, entry.name(), options()));
      } else if (!names.isEmpty()) {
        failed = true;
      }
    }
  }

  /** Prints the command that downloads what the published table needs, with its size. */
  private void printDownload(PublishedDataSet entry, ObjectNode json) {
    List<PublishedDataSet.Part> parts = entry.missing(folderOf(entry));
    List<Download> downloads =
        parts.stream()
            .flatMap(part -> Optional.ofNullable(part.origin().download()).stream())
            .distinct()
            .toList();
    if (!parts.isEmpty() && parts.stream().allMatch(part -> part.origin().download() != null)) {
      String download =
          "./kgcoop download %s --root %s".formatted(entry.name(), root == null ? "DIR" : root);
      long bytes = Download.allBytes(downloads.stream());
      json.put("download", download).put("download_bytes", bytes);
      output.printf("    %s (%.1f MB)", download, bytes / 1e6);
      downloads.stream()
          .map(Download::condition)
          .filter(condition -> !condition.isEmpty())
          .distinct()
          .forEach(condition -> output.print("    first " + condition));
    }
  }

  private Path folderOf(PublishedDataSet entry) {
    return (root == null ? Path.of("DIR") : root).resolve(entry.directory());
  }

  private void print(EmbeddedDataSets.Description entry, ObjectNode json) {
    String name = DataOptions.embedded(entry.name());
    json.put("name", name)
        .put("title", entry.title())
        .put("classes", entry.classes())
        .put("role", entry.role())
        .put("shift_of", entry.source());
    output.printf("%-26s %3s classes  %s", name, entry.classes(), entry.title());
    if (check) {
      open(json, entry.classes(), () -> EmbeddedDataSets.open(entry.name(), options()));
    }
  }

  private DataSetOptions options() {
    return DataSetOptions.defaults(output::warn);
  }

  /** Opens a data set and reads all its images. It reports failures and continues. */
  private void open(ObjectNode json, int classes, Supplier<DataSet> opening) {
    ArrayNode bad = json.putArray("bad");
    try {
      DataSet set = opening.get();
      Inspection.putCounts(json.putObject("images"), set, item -> true);
      if (set.classNames().size() != classes) {
        output.warn(
            "%s: %s classes, expected %s; some folders or lists are not whole"
                .formatted(set.name(), set.classNames().size(), classes));
      }
      List<String> problems;
      try (Progress.Task task =
          output.progress().start("checking " + set.name(), set.items().count())) {
        problems = ImageSurvey.of(set, output::warn, task::done).problems();
      }
      problems.forEach(bad::add);
      output.printf(
          "    %s train, %s val, %s test: %s",
          set.train().size(),
          set.val().size(),
          set.test().size(),
          problems.isEmpty() ? "all can be read" : problems.size() + " bad");
    } catch (KgCoopException e) {
      bad.add(e.getMessage());
    }
    bad.forEach(problem -> output.print("    BAD " + problem.asText()));
    failed |= !bad.isEmpty();
  }

  /** The completeness of the files of a published data set. */
  private enum State {
    ABSENT("absent", "not there"),
    INCOMPLETE("incomplete", "incomplete, missing:"),
    WHOLE("whole", "whole");

    final String json;
    final String text;

    State(String json, String text) {
      this.json = json;
      this.text = text;
    }
  }
}
