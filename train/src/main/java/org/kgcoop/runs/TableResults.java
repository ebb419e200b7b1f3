package org.kgcoop.runs;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.kgcoop.files.Json;

/**
 * The table of a protocol: {@code results.json} in its folder.
 *
 * @param cells one per run
 * @param settings the settings of all runs: {@code protocol}, {@code shots}, {@code seeds}, {@code
 *     methods}, {@code data_sets}
 * @param computation the properties of the machine that affect the result
 * @param versions the versions of the software
 * @param pending cells without a result; none in a complete table
 */
public record TableResults(
    List<TableCell> cells,
    JsonNode settings,
    JsonNode computation,
    JsonNode versions,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<TableCell> pending) {

  /** The name of the file in the folder of an incomplete table. */
  public static final String SO_FAR = "table.json";

  /** Descriptions of the images that settings were chosen on, by the word that methods record. */
  private static final Map<String, String> BY =
      Map.of(
          "validation", "chosen by the labels of validation images",
          "folds", "chosen by folds of the shots, no other label looked at",
          "validation, part",
              "chosen by the labels of validation images, with a part of the shots, which are many",
          "folds, part",
              "chosen by folds of a part of the shots, which are many; no other label looked at",
          "default", "not chosen by images: the default values");

  public TableResults {
    cells = Json.list(cells);
    settings = Json.node(settings);
    computation = Json.node(computation);
    versions = Json.node(versions);
    pending = Json.list(pending);
  }

  /**
   * Reads the table of a folder; empty if there is none.
   *
   * @throws org.kgcoop.KgCoopException of the category IO if it is damaged
   */
  public static Optional<TableResults> read(Path folder) {
    return Json.read(folder.resolve(RunResults.FILE), TableResults.class);
  }

  /**
   * Reads the table of a folder; if it is in progress or was stopped, the incomplete table.
   *
   * @throws org.kgcoop.KgCoopException of the category IO if it is damaged
   */
  public static Optional<TableResults> readSoFar(Path folder) {
    return Json.read(folder.resolve(SO_FAR), TableResults.class).or(() -> read(folder));
  }

  /** Writes the table to a folder, as results or as an incomplete table. */
  public void write(Path folder) {
    if (!pending.isEmpty()) {
      Json.write(folder.resolve(SO_FAR), this);
      return;
    }
    Json.write(folder.resolve(RunResults.FILE), this);
    RunFolders.deleteFile(folder.resolve(SO_FAR));
  }

  /**
   * Describes the images on which runs have chosen settings automatically, one sentence per method.
   * If runs of a method have chosen in several ways, each sentence names its runs.
   *
   * @param cells the cells of one table or of single runs
   */
  public static List<String> choices(List<TableCell> cells) {
    Map<String, Map<String, List<TableCell.Sample>>> samples = new LinkedHashMap<>();
    for (TableCell cell : cells) {
      Map<String, Object> chosen = cell.results().chosen();
      Object by = chosen.get("by");
      if (by != null) {
        String settings =
            chosen.keySet().stream()
                .filter(key -> !key.equals("by"))
                .collect(Collectors.joining(", "));
        samples
            .computeIfAbsent(settings + " of " + cell.title(), what -> new LinkedHashMap<>())
            .computeIfAbsent(by.toString(), way -> new ArrayList<>())
            .add(cell.sample());
      }
    }
    List<String> sentences = new ArrayList<>();
    samples.forEach(
        (what, ways) ->
            ways.forEach(
                (by, own) -> {
                  String which = ways.size() == 1 ? "" : " (" + described(own) + ")";
                  sentences.add("%s%s: %s.".formatted(what, which, BY.getOrDefault(by, by)));
                }));
    return sentences;
  }

  /** Describes samples by their data sets and numbers of shots: {@code Pets: 1, 2 shots}. */
  private static String described(List<TableCell.Sample> samples) {
    Map<String, Set<Integer>> shots = new LinkedHashMap<>();
    samples.forEach(
        sample ->
            shots.computeIfAbsent(sample.dataSet(), s -> new TreeSet<>()).add(sample.shots()));
    List<String> described = new ArrayList<>();
    shots.forEach((dataSet, counts) -> described.add(dataSet + ": " + counts(counts) + " shots"));
    return String.join("; ", described);
  }

  private static String counts(Set<Integer> shots) {
    return shots.stream()
        .map(n -> n == 0 ? "all" : String.valueOf(n))
        .collect(Collectors.joining(", "));
  }

  /**
   * Returns the names of the settings that the runs of a method have several values of, including
   * pending runs.
   */
  public Set<String> varied(String method) {
    Map<String, Long> values =
        Stream.concat(cells.stream(), pending.stream())
            .filter(cell -> cell.method().equals(method))
            .flatMap(cell -> cell.setting().entrySet().stream())
            .distinct()
            .collect(Collectors.groupingBy(Map.Entry::getKey, Collectors.counting()));
    values.values().removeIf(count -> count < 2);
    return values.keySet();
  }

  /** Returns the command of the protocol, such as {@code base2new}; empty if unknown. */
  public String protocol() {
    return settings.path("protocol").asText("");
  }
}
