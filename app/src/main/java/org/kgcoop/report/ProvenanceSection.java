package org.kgcoop.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.kgcoop.Messages;
import org.kgcoop.report.Section.Entry;
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

  /** A path from the root, the home or a parent folder, as a word, after = or in a list. */
  private static final Pattern PATH =
      Pattern.compile("(?<![^=,])(?:~?/|\\.\\.[/\\\\]|[A-Za-z]:[/\\\\]|\\\\\\\\)[^=,]+");

  private static final Map<String, String> LABELS =
      Map.of(
          "clip", "CLIP", "clip_fingerprint", "CLIP fingerprint", "java", "Java", "os", "system");

  private ProvenanceSection() {}

  static Section of(ReportSources inputs) {
    Section section = new Section("made", "How it was made");
    for (ProtocolResults table : inputs.tables()) {
      if (inputs.tables().size() > 1) {
        section.heading(table.name());
      }
      addTable(section, table);
    }
    if (!inputs.runs().isEmpty()) {
      addRuns(section, inputs.runs());
    }
    return section;
  }

  private static void addTable(Section section, ProtocolResults table) {
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
    section.entries(true, entries.toArray(Entry[]::new));
    addMethods(section, settings.path("methods"), table.rows());
    addDataSets(section, settings.path("data_sets"));
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
        .map(words -> words.stream().map(ProvenanceSection::withoutFolders).toList())
        .ifPresent(words -> entries.add(new Entry("command", "./kgcoop " + Messages.shell(words))));
  }

  private static void addMethods(Section section, JsonNode methods, List<Row> rows) {
    Map<String, JsonNode> own = new LinkedHashMap<>();
    Map<String, JsonNode> training = new LinkedHashMap<>();
    for (JsonNode method : methods) {
      if (method.isObject()) {
        String id = Formats.or(method.path("method").path("method"), "unnamed");
        String label = Formats.label(title(id, rows), method.path("setting").properties());
        own.put(label, method.path("method"));
        training.put(label, method.path("training"));
      }
    }
    if (add(section, settings("Settings of the methods", own))) {
      section.words(
          "A template named here, and words taken from it, are the default. The template of a"
              + " data set takes its place.");
    }
    add(section, settings("Settings of training", training));
  }

  /** Adds a table with its heading, unless it is empty. */
  @CanIgnoreReturnValue
  private static boolean add(Section section, ReportTable<?> table) {
    if (table.names.isEmpty()) {
      return false;
    }
    section.heading(table.label);
    section.table(table);
    return true;
  }

  private static void addDataSets(Section section, JsonNode sets) {
    List<JsonNode> known = new ArrayList<>();
    sets.forEach(known::add);
    if (known.stream().anyMatch(JsonNode::isObject)) {
      add(
          section,
          new ReportTable<>("Data sets", "data set", known, set -> Formats.any(set.path("name")))
              .words("template", set -> text("template", set.path("template")))
              .words("fingerprint", set -> text("fingerprint", set.path("fingerprint"))));
    }
  }

  private static void addRuns(Section section, List<StoredRun> runs) {
    List<StoredRun> shown = runs.subList(0, Math.min(MAX_RUNS, runs.size()));
    Map<String, StoredRun> titled = new LinkedHashMap<>();
    for (StoredRun run : shown) {
      String number = shown.size() > 1 ? " (run " + (titled.size() + 1) + ")" : "";
      titled.put(Formats.label(run) + number, run);
    }
    List<Entry> entries = new ArrayList<>();
    RunRecord first = shown.get(0).record();
    addCommand(entries, List.of(first.provenance()));
    addAll(entries, first.settings().path("computation"), Set.of());
    addAll(entries, first.provenance(), COMMAND);
    section.entries(true, entries.toArray(Entry[]::new));
    for (String part : List.of("data", "method", "training")) {
      Map<String, JsonNode> settings = new LinkedHashMap<>();
      titled.forEach((title, run) -> settings.put(title, run.record().settings().path(part)));
      add(section, settings("Settings: " + part, settings));
    }
    add(
        section,
        new ReportTable<>("Time", "run", List.copyOf(titled.entrySet()), Map.Entry::getKey)
            .words("training", run -> Formats.duration(run.getValue().seconds())));
    section.leftOut(runs.size() - shown.size(), "the settings of %s more runs.");
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
    String text = Formats.any(value);
    return key.endsWith("fingerprint") ? Formats.shortened(text) : withoutFolders(text);
  }

  /** Returns a word in which absolute paths, and those of other folders, have only their name. */
  static String withoutFolders(String word) {
    return PATH.matcher(word)
        .replaceAll(
            path -> Matcher.quoteReplacement(fileName(path.group().replaceFirst("[/\\\\]+$", ""))));
  }

  /** Returns the last name of a path, because a page must not reveal folders of the machine. */
  private static String fileName(String path) {
    return path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  }

  private static String label(String key) {
    return LABELS.getOrDefault(key, key.replace('_', ' '));
  }

  /** Returns the title of a method, because settings use the id and rows use the title. */
  private static String title(String id, List<Row> rows) {
    return rows.stream()
        .filter(row -> row.method().equals(id))
        .map(Row::title)
        .findFirst()
        .orElse(id);
  }

  /** Makes a table with one row per setting and one column per run or method. */
  private static ReportTable<String> settings(String label, Map<String, JsonNode> columns) {
    Set<String> keys = new LinkedHashSet<>();
    columns.values().forEach(one -> one.fieldNames().forEachRemaining(keys::add));
    keys.remove("method");
    ReportTable<String> table =
        new ReportTable<>(label, "setting", List.copyOf(keys), ProvenanceSection::label);
    columns.forEach((title, one) -> table.words(title, key -> text(key, one.path(key))));
    return table;
  }
}
