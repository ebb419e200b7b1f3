package org.kgcoop.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.kgcoop.Messages;
import org.kgcoop.report.Block.Entries;
import org.kgcoop.report.Block.Entry;
import org.kgcoop.report.Block.Figures;
import org.kgcoop.report.Block.Heading;
import org.kgcoop.report.Block.Words;
import org.kgcoop.runs.RunRecord;
import org.kgcoop.runs.TableResults;
import org.kgcoop.tables.ProtocolTable.Row;
import org.kgcoop.tables.StoredRun;

/** The origin of the results: command, settings, data, versions and time. */
final class ProvenanceSection {
  private static final int MAX_RUNS = 8;
  private static final Set<String> OWN_TABLES = Set.of("methods", "data_sets");

  /**
   * The keys that the list of versions omits. The command has its own entry, and a page for others
   * must not reveal a folder of the user's machine.
   */
  private static final Set<String> COMMAND = Set.of("command", "directory");

  private static final String CLIP = "clip";

  private static final Map<String, String> LABELS =
      Map.of(
          "clip", "CLIP", "clip_fingerprint", "CLIP fingerprint", "java", "Java", "os", "system");

  private ProvenanceSection() {}

  static Section of(ReportSources inputs) {
    List<Block> blocks = new ArrayList<>();
    for (ProtocolResults table : inputs.tables()) {
      if (inputs.tables().size() > 1) {
        blocks.add(new Heading(table.name()));
      }
      addTable(blocks, table);
    }
    if (!inputs.runs().isEmpty()) {
      addRuns(blocks, inputs.runs());
    }
    return new Section("made", "How it was made", blocks);
  }

  private static void addTable(List<Block> blocks, ProtocolResults table) {
    TableResults results = table.results();
    JsonNode settings = results.settings();
    List<Entry> entries = new ArrayList<>();
    addCommand(entries, List.of(results.versions(), provenance(table.runs())));
    add(entries, CLIP, provenance(table.runs()).path(CLIP));
    addAll(entries, settings, OWN_TABLES);
    addAll(entries, results.computation(), Set.of());
    addAll(entries, results.versions(), COMMAND);
    double seconds =
        table.runs().stream().mapToDouble(StoredRun::seconds).filter(Double::isFinite).sum();
    if (seconds > 0) {
      entries.add(new Entry("training time, all runs", Formats.duration(seconds)));
    }
    if (!entries.isEmpty()) {
      blocks.add(new Entries(entries, true));
    }
    addMethods(blocks, settings.path("methods"), table.rows());
    addDataSets(blocks, settings.path("data_sets"));
  }

  /**
   * Returns the provenance of the first run. A table that does not record its own command uses it.
   */
  private static JsonNode provenance(List<StoredRun> runs) {
    return runs.stream()
        .filter(StoredRun::hasFolder)
        .findFirst()
        .map(run -> run.record().provenance())
        .orElse(MissingNode.getInstance());
  }

  private static void addCommand(List<Entry> entries, List<JsonNode> places) {
    places.stream()
        .map(place -> Formats.values(place.path("command")))
        .filter(words -> !words.isEmpty())
        .findFirst()
        .ifPresent(words -> entries.add(new Entry("command", "./kgcoop " + Messages.shell(words))));
  }

  private static void addMethods(List<Block> blocks, JsonNode methods, List<Row> rows) {
    List<String> titles = new ArrayList<>();
    List<JsonNode> own = new ArrayList<>();
    List<JsonNode> training = new ArrayList<>();
    for (JsonNode method : methods) {
      if (method.isObject()) {
        String title = title(method.path("method").path("method"), rows);
        titles.add(Formats.label(title, method.path("setting").properties()));
        own.add(method.path("method"));
        training.add(method.path("training"));
      }
    }
    ReportTable settings = grid("Settings of the methods", titles, own);
    ReportTable trainingTable = grid("Settings of training", titles, training);
    add(blocks, settings);
    if (!settings.rows().isEmpty()) {
      blocks.add(
          new Words(
              "A template named here, and words taken from it, are the default. The template of a"
                  + " data set takes its place."));
    }
    add(blocks, trainingTable);
  }

  private static void add(List<Block> blocks, ReportTable grid) {
    if (!grid.rows().isEmpty()) {
      blocks.add(new Heading(grid.label()));
      blocks.add(new Figures(grid));
    }
  }

  private static void addDataSets(List<Block> blocks, JsonNode sets) {
    List<JsonNode> known = new ArrayList<>();
    sets.forEach(set -> known.add(set));
    if (known.stream().anyMatch(JsonNode::isObject)) {
      add(
          blocks,
          ReportTable.of("Data sets", "data set", known, set -> Formats.any(set.path("name")))
              .words("template", set -> Formats.any(set.path("template")))
              .words("fingerprint", set -> Formats.shortened(Formats.any(set.path("fingerprint"))))
              .build());
    }
  }

  private static void addRuns(List<Block> blocks, List<StoredRun> runs) {
    List<StoredRun> shown = runs.subList(0, Math.min(MAX_RUNS, runs.size()));
    List<RunRecord> about = shown.stream().map(StoredRun::record).toList();
    List<String> titles = new ArrayList<>();
    for (int i = 0; i < shown.size(); i++) {
      titles.add(Formats.label(shown.get(i)) + (shown.size() > 1 ? " (run " + (i + 1) + ")" : ""));
    }
    List<Entry> entries = new ArrayList<>();
    RunRecord first = about.get(0);
    addCommand(entries, List.of(first.provenance()));
    addAll(entries, first.settings().path("computation"), Set.of());
    addAll(entries, first.provenance(), COMMAND);
    blocks.add(new Entries(entries, true));
    for (String part : List.of("data", "method", "training")) {
      add(
          blocks,
          grid(
              "Settings: " + part,
              titles,
              about.stream().map(run -> run.settings().path(part)).toList()));
    }
    add(
        blocks,
        ReportTable.of("Time", "run", shown, run -> titles.get(shown.indexOf(run)))
            .words("training", run -> Formats.duration(run.seconds()))
            .build());
    if (runs.size() > shown.size()) {
      blocks.add(
          new Words(
              "Left out: the settings of %s more runs.".formatted(runs.size() - shown.size())));
    }
  }

  private static void addAll(List<Entry> entries, JsonNode values, Set<String> except) {
    values.properties().stream()
        .filter(field -> !except.contains(field.getKey()))
        .forEach(field -> add(entries, field.getKey(), field.getValue()));
  }

  private static void add(List<Entry> entries, String key, JsonNode value) {
    if (!value.isMissingNode()) {
      entries.add(new Entry(label(key), text(key, value)));
    }
  }

  private static String text(String key, JsonNode value) {
    if (key.equals(CLIP)) {
      return fileName(value.asText());
    }
    return key.endsWith("fingerprint") ? Formats.shortened(Formats.any(value)) : Formats.any(value);
  }

  /** Returns the last name of a path, because a page must not reveal folders of the machine. */
  private static String fileName(String path) {
    return path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  }

  private static String label(String key) {
    return LABELS.getOrDefault(key, key.replace('_', ' '));
  }

  /** Returns the title of a method, because settings use the id and rows use the title. */
  private static String title(JsonNode id, List<Row> rows) {
    return rows.stream()
        .filter(row -> !id.isMissingNode() && row.method().equals(id.asText()))
        .map(Row::title)
        .findFirst()
        .orElse(Formats.or(id, "unnamed"));
  }

  /** Makes a table with one row per setting and one column per run or method. */
  private static ReportTable grid(String label, List<String> titles, List<JsonNode> settings) {
    Set<String> keys = new LinkedHashSet<>();
    settings.forEach(one -> one.fieldNames().forEachRemaining(keys::add));
    keys.remove("method");
    ReportTable.Builder<String> table =
        ReportTable.of(label, "setting", List.copyOf(keys), ProvenanceSection::label);
    for (int i = 0; i < titles.size(); i++) {
      JsonNode one = settings.get(i);
      table.words(titles.get(i), key -> text(key, one.path(key)));
    }
    return table.build();
  }
}
