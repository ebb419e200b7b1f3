package org.kgcoop.cli.files;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.console.TextTable;
import org.kgcoop.cli.options.DataOptions;
import org.kgcoop.clip.KnownWeights;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.open.DataSets;
import org.kgcoop.data.open.EmbeddedDataSets;
import org.kgcoop.data.published.Download;
import org.kgcoop.data.published.PublishedDataSet;
import org.kgcoop.data.published.PublishedDataSet.Part;

/** The list of known weights and data sets, with the files of data sets that are missing. */
final class DownloadList {
  private final Path root;
  private final Output output;
  private final ObjectNode json = JsonNodeFactory.instance.objectNode();

  /**
   * Makes an empty list.
   *
   * @param root the folder of all published data sets
   */
  DownloadList(Path root, Output output) {
    this.root = root;
    this.output = output;
  }

  /** Prints the weights of some names and some data sets, or everything if there is no name. */
  void print(List<String> names, List<PublishedDataSet> sets) {
    List<KnownWeights> weights = new ArrayList<>(KnownWeights.ALL);
    if (!names.isEmpty()) {
      weights.removeIf(each -> !names.contains(each.name()) && !names.contains(each.alias()));
    }
    print(weights);
    json.put("root", root.toString());
    ArrayNode entries = json.putArray("data_sets");
    if (!sets.isEmpty()) {
      output.print("Data sets in the folder " + root + ":");
    }
    sets.forEach(set -> print(set, entries.addObject()));
    ArrayNode embedded = json.putArray("embedded");
    if (names.isEmpty()) {
      output.print("");
      EmbeddedDataSets.all().forEach(set -> print(set, embedded.addObject()));
    }
    output.json(json);
  }

  private void print(List<KnownWeights> known) {
    ArrayNode entries = json.putArray("weights");
    if (known.isEmpty()) {
      return;
    }
    String row = "%-47s %11s %8s %6s  %-10s  %s";
    output.printf(row, "name", "image GFLOP", "accuracy", "GB", "license", "page");
    for (KnownWeights weights : known) {
      output.printf(
          row,
          weights.shortName(),
          TextTable.number("%.1f", weights.gflop().orElse(Double.NaN)),
          TextTable.number("%.1f", weights.accuracy().orElse(Double.NaN)),
          TextTable.number(weights.gigabytes()),
          weights.license(),
          weights.page());
      ObjectNode entry =
          entries
              .addObject()
              .put("name", weights.name())
              .put("alias", weights.alias())
              .put("repository", weights.repository())
              .put("gigabytes", weights.gigabytes());
      weights.gflop().ifPresent(gflop -> entry.put("gflop", gflop));
      weights.accuracy().ifPresent(accuracy -> entry.put("accuracy", accuracy));
      entry.put("license", weights.license()).put("page", weights.page());
    }
    output.print("image GFLOP: the arithmetic of one image. accuracy: zero-shot, percent, mean of");
    output.print("ten data sets. Both are of OpenCLIP's tables (commit 89fb801), which lack some.");
    output.print("Sizes are computed. Licenses can change: see the page of each model.");
    output.print("Only OpenAI's archives have a published SHA-256, which is checked.");
    output.print("");
  }

  private void print(PublishedDataSet set, ObjectNode entry) {
    entry
        .put("name", set.name())
        .put("folder", set.directory())
        .put("classes", set.classes())
        .put("template", set.template())
        .put("shift_of", set.shiftOf());
    Path folder = root.resolve(set.directory());
    List<Part> missing = set.missing(folder);
    boolean isThere = Files.isDirectory(folder);
    boolean hasParts = isThere && missing.isEmpty();
    String difference = hasParts ? difference(set) : "";
    boolean isWhole = hasParts && difference.isEmpty();
    entry.put("state", isWhole ? "whole" : isThere ? "incomplete" : "absent");
    if (!difference.isEmpty()) {
      entry.put("difference", difference);
    }
    String state =
        isWhole
            ? "whole"
            : hasParts
                ? "not as published: " + difference
                : isThere ? "incomplete, missing:" : "not there";
    output.printf(
        "%-20s %4s classes  %-21s %s", set.name(), set.classes(), set.directory() + "/", state);
    ArrayNode parts = entry.putArray("missing");
    for (Part part : missing) {
      parts.addObject().put("path", part.path()).put("origin", part.where());
    }
    missing.stream()
        .filter(part -> !part.isDirect())
        .collect(
            Collectors.groupingBy(
                PublishedDataSet.Part::where,
                LinkedHashMap::new,
                Collectors.mapping(Part::path, Collectors.joining(", "))))
        .forEach((origin, paths) -> output.print("    " + paths + ": " + origin));
    printDownload(set, missing, entry);
  }

  /** Returns how the images differ from the published ones, or an empty text. */
  private String difference(PublishedDataSet set) {
    try {
      DataSet found = DataSets.openPublished(root, set, DataSetOptions.defaults(warning -> {}));
      return set.difference(found).orElse("");
    } catch (KgCoopException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** Prints the command that downloads what the published table needs, with its size. */
  private void printDownload(PublishedDataSet set, List<Part> parts, ObjectNode entry) {
    List<Download> downloads =
        parts.stream().flatMap(part -> Stream.ofNullable(part.download())).toList();
    if (downloads.isEmpty() || downloads.size() < parts.size()) {
      return; // a part that nobody offers is needed, too
    }
    String command = "./kgcoop download %s --root %s".formatted(set.name(), root);
    long bytes = Download.bytes(downloads.stream());
    entry.put("download", command).put("download_bytes", bytes);
    output.printf("    %s (%.1f MB)", command, bytes / 1e6);
    downloads.stream()
        .map(Download::condition)
        .filter(condition -> !condition.isEmpty())
        .distinct()
        .forEach(condition -> output.print("    first " + condition));
  }

  private void print(EmbeddedDataSets.Description set, ObjectNode entry) {
    String name = DataOptions.embedded(set.name());
    output.printf("%-26s %3s classes  %s", name, set.classes(), set.title());
    entry
        .put("name", name)
        .put("title", set.title())
        .put("classes", set.classes())
        .put("role", set.role())
        .put("shift_of", set.source());
  }
}
