package org.kgcoop.cli.files;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.options.DataOptions;
import org.kgcoop.clip.ReleasedWeights;
import org.kgcoop.data.open.EmbeddedDataSets;
import org.kgcoop.data.published.Download;
import org.kgcoop.data.published.PublishedDataSet;

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

  /** Returns the list as JSON. */
  ObjectNode json() {
    return json;
  }

  void printWeights(List<ReleasedWeights.Known> known) {
    ArrayNode entries = json.putArray("weights");
    for (ReleasedWeights.Known weights : known) {
      output.printf(
          "%-48s about %5.2f GB  %-10s  %s",
          weights.name(), weights.gigabytes(), weights.licence(), weights.page());
      entries
          .addObject()
          .put("name", weights.name())
          .put("repository", weights.repository())
          .put("gigabytes", weights.gigabytes())
          .put("licence", weights.licence())
          .put("page", weights.page());
    }
    if (!known.isEmpty()) {
      output.print("Licenses can change; see the page of each model.");
      output.print("Only OpenAI's archives have a published SHA-256, which is checked.");
      output.print("");
    }
  }

  void printDataSets(List<PublishedDataSet> sets) {
    json.put("root", root.toString());
    ArrayNode entries = json.putArray("data_sets");
    if (!sets.isEmpty()) {
      output.print("Data sets in the folder " + root + ":");
    }
    sets.forEach(set -> print(set, entries.addObject()));
  }

  private void print(PublishedDataSet set, ObjectNode entry) {
    entry
        .put("name", set.name())
        .put("folder", set.directory())
        .put("classes", set.classes())
        .put("template", set.template())
        .put("shift_of", set.shiftOf());
    Path folder = root.resolve(set.directory());
    List<PublishedDataSet.Part> missing = set.missing(folder);
    boolean isThere = Files.isDirectory(folder);
    boolean isWhole = isThere && missing.isEmpty();
    PublishedDataSet.Part split = set.files().split();
    boolean lacksSplit = split != null && !set.hasSplit(folder);
    entry.put("state", isWhole ? "whole" : isThere ? "incomplete" : "absent");
    entry.put("split_made_here", isWhole && lacksSplit);
    output.printf(
        "%-20s %4s classes  %-21s %s%s",
        set.name(),
        set.classes(),
        set.directory() + "/",
        isWhole ? "whole" : isThere ? "incomplete, missing:" : "not there",
        isWhole && split != null && lacksSplit
            ? ", no " + split.path() + ": the split is made here"
            : "");
    ArrayNode missingEntries = entry.putArray("missing");
    missing.forEach(part -> put(part, missingEntries.addObject()));
    missing.stream()
        .filter(part -> !part.isDirect())
        .collect(
            Collectors.groupingBy(
                part -> part.origin().where(),
                LinkedHashMap::new,
                Collectors.mapping(PublishedDataSet.Part::path, Collectors.joining(", "))))
        .forEach((origin, paths) -> output.print("    " + paths + ": " + origin));
    if (split != null && lacksSplit) {
      put(split, entry.putObject("optional"));
    }
    printDownload(set, set.missingForTables(folder), entry);
  }

  private static void put(PublishedDataSet.Part part, ObjectNode entry) {
    entry.put("path", part.path()).put("origin", part.origin().where());
  }

  /** Prints the command that downloads what the published table needs, with its size. */
  private void printDownload(
      PublishedDataSet set, List<PublishedDataSet.Part> parts, ObjectNode entry) {
    List<Download> downloads =
        parts.stream()
            .flatMap(part -> Optional.ofNullable(part.origin().download()).stream())
            .toList();
    if (downloads.isEmpty() || downloads.size() < parts.size()) {
      return; // a part that nobody offers is needed, too
    }
    String command = "./kgcoop download %s --root %s".formatted(set.name(), root);
    long bytes = Download.allBytes(downloads.stream());
    entry.put("download", command).put("download_bytes", bytes);
    output.printf("    %s (%.1f MB)", command, bytes / 1e6);
    downloads.stream()
        .map(Download::condition)
        .filter(condition -> !condition.isEmpty())
        .distinct()
        .forEach(condition -> output.print("    first " + condition));
  }

  void printEmbedded(List<EmbeddedDataSets.Description> sets) {
    ArrayNode entries = json.putArray("embedded");
    if (!sets.isEmpty()) {
      output.print("");
    }
    for (EmbeddedDataSets.Description set : sets) {
      String name = DataOptions.embedded(set.name());
      output.printf("%-26s %3s classes  %s", name, set.classes(), set.title());
      entries
          .addObject()
          .put("name", name)
          .put("title", set.title())
          .put("classes", set.classes())
          .put("role", set.role())
          .put("shift_of", set.source());
    }
  }
}
