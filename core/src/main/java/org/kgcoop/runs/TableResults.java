package org.kgcoop.runs;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.kgcoop.eval.Metrics;
import org.kgcoop.files.JsonFiles;

/**
 * The table of a protocol: {@code results.json} of its folder.
 *
 * @param rows over all data sets, in the order of the methods
 * @param dataSets the rows of each data set, where these say more
 * @param cells one a run
 * @param settings of all runs: {@code protocol}, {@code shots}, {@code seeds}, {@code methods},
 *     {@code data_sets}
 * @param computation what the same outcome needs of the machine
 * @param versions of what computed it
 * @param pending cells that have no outcome yet; none of a whole table
 */
public record TableResults(
    List<Row> rows,
    List<OfDataSet> dataSets,
    List<Cell> cells,
    JsonNode settings,
    JsonNode computation,
    JsonNode versions,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Cell> pending) {

  /** The file in the folder of a table that is not whole yet. */
  public static final String SO_FAR = "table.json";

  /** The images that settings were chosen by, as methods name them in what they have chosen. */
  private static final Map<String, String> BY =
      Map.of(
          "validation", "chosen by the labels of validation images",
          "folds", "chosen by folds of the shots, no other label looked at",
          "default", "not chosen, for want of images to choose by");

  /** The rows of a data set. */
  public record OfDataSet(String name, List<Row> rows) {
    public OfDataSet {
      name = RunJson.or(name, "unnamed");
      rows = RunJson.list(rows);
    }
  }

  /**
   * A method and what a sweep varied of it. An accuracy is the mean over seeds of the mean over
   * data sets, in percent, its deviation that of a population of seeds. Of base-to-new
   * generalization the two accuracies stand in the row itself, of other protocols in columns.
   *
   * @param setting what was varied
   * @param h of the averaged accuracies, as in the published table
   * @param distance between learned and hand-crafted class features, a mean over all runs and
   *     targets; NaN where undefined
   * @param msPerImage a mean over the runs; NaN where nothing was trained
   * @param msPerImageWithFeatures the same with what computing the features took
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Row(
      String method,
      String title,
      String prompts,
      @JsonInclude(JsonInclude.Include.ALWAYS) Map<String, JsonNode> setting,
      double base,
      double baseStd,
      @JsonProperty("new") double newAccuracy,
      double newStd,
      double h,
      List<Column> columns,
      double distance,
      @JsonInclude(JsonInclude.Include.ALWAYS) double msPerImage,
      @JsonInclude(JsonInclude.Include.ALWAYS) double msPerImageWithFeatures) {
    public Row {
      title = RunJson.or(title, RunJson.or(method, "unnamed"));
      setting = RunJson.map(setting);
      columns = RunJson.list(columns);
    }

    /**
     * A row over some cells of one method.
     *
     * @param accuracies by the names of the columns
     */
    public static Row of(List<Cell> cells, Map<String, Metrics.Spread> accuracies) {
      Cell first = cells.get(0);
      Metrics.Spread none = new Metrics.Spread(Double.NaN, Double.NaN);
      boolean baseToNew = accuracies.keySet().equals(Set.of("base", "new"));
      Metrics.Spread base = baseToNew ? accuracies.getOrDefault("base", none) : none;
      Metrics.Spread unseen = baseToNew ? accuracies.getOrDefault("new", none) : none;
      return new Row(
          first.method,
          first.title,
          first.prompts,
          first.setting,
          base.mean(),
          base.standardDeviation(),
          unseen.mean(),
          unseen.standardDeviation(),
          Metrics.harmonicMean(base.mean(), unseen.mean()),
          baseToNew
              ? List.of()
              : accuracies.entrySet().stream()
                  .map(e -> Column.of(e.getKey(), e.getValue()))
                  .toList(),
          Metrics.mean(
              cells.stream().flatMap(c -> c.targets.stream()).map(TargetResult::distance).toList()),
          Metrics.mean(cells.stream().map(Cell::msPerImage).toList()),
          Metrics.mean(cells.stream().map(Cell::msPerImageWithFeatures).toList()));
    }

    /** The accuracy of a column; NaN where there is none. */
    public Metrics.Spread column(String name) {
      List<Column> all =
          columns.isEmpty()
              ? List.of(new Column("base", base, baseStd), new Column("new", newAccuracy, newStd))
              : columns;
      return all.stream()
          .filter(column -> column.name.equals(name))
          .map(column -> new Metrics.Spread(column.accuracy, column.std))
          .findFirst()
          .orElse(new Metrics.Spread(Double.NaN, Double.NaN));
    }
  }

  /** An accuracy in percent and its deviation over seeds. */
  public record Column(String name, double accuracy, double std) {
    static Column of(String name, Metrics.Spread spread) {
      return new Column(name, spread.mean(), spread.standardDeviation());
    }
  }

  /**
   * The outcome of a run.
   *
   * @param setting what a sweep varied
   * @param dataSet that was learned from
   * @param shots training images a class; 0 for all, and where nothing was learned
   * @param seed null where it is not known
   * @param chosen settings that the run has found by itself, such as a weight
   * @param run its folder below that of the table; empty where it has none
   * @param targets in the order of the protocol
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Cell(
      String method,
      String title,
      String prompts,
      @JsonInclude(JsonInclude.Include.ALWAYS) Map<String, JsonNode> setting,
      String dataSet,
      int shots,
      @Nullable Long seed,
      @JsonInclude(JsonInclude.Include.ALWAYS) double msPerImage,
      @JsonInclude(JsonInclude.Include.ALWAYS) double msPerImageWithFeatures,
      Map<String, JsonNode> chosen,
      String run,
      List<TargetResult> targets) {
    public Cell {
      title = RunJson.or(title, RunJson.or(method, "unnamed"));
      setting = RunJson.map(setting);
      chosen = RunJson.map(chosen);
      targets = RunJson.list(targets);
    }
  }

  public TableResults {
    rows = RunJson.list(rows);
    dataSets = RunJson.list(dataSets);
    cells = RunJson.list(cells);
    settings = RunJson.node(settings);
    computation = RunJson.node(computation);
    versions = RunJson.node(versions);
    pending = RunJson.list(pending);
  }

  /**
   * Reads that of a table's folder; empty where there is none.
   *
   * @throws org.kgcoop.KgCoopException of the kind IO where it is damaged
   */
  public static Optional<TableResults> read(Path folder) {
    return RunJson.read(folder.resolve(RunResults.FILE), TableResults.class);
  }

  /**
   * Reads that of a table's folder as it stands: of one that a protocol works at, or was stopped
   * at, what there is so far.
   *
   * @throws org.kgcoop.KgCoopException of the kind IO where it is damaged
   */
  public static Optional<TableResults> readSoFar(Path folder) {
    return RunJson.read(folder.resolve(SO_FAR), TableResults.class).or(() -> read(folder));
  }

  /** Writes it into a table's folder: as its results, or as what there is so far. */
  public void write(Path folder) {
    if (!pending.isEmpty()) {
      JsonFiles.write(folder.resolve(SO_FAR), RunJson.tree(this));
      return;
    }
    JsonFiles.write(folder.resolve(RunResults.FILE), RunJson.tree(this));
    RunFolders.deleteFile(folder.resolve(SO_FAR));
  }

  /**
   * The images by which runs have chosen settings by themselves, a sentence for each method.
   *
   * @param cells of one table or of single runs
   */
  public static List<String> choices(List<Cell> cells) {
    Set<String> sentences = new LinkedHashSet<>();
    for (Cell cell : cells) {
      JsonNode by = cell.chosen.get("by");
      if (by != null) {
        String settings =
            cell.chosen.keySet().stream()
                .filter(key -> !key.equals("by"))
                .collect(Collectors.joining(", "));
        sentences.add(
            "%s of %s: %s."
                .formatted(settings, cell.title, BY.getOrDefault(by.asText(), by.asText())));
      }
    }
    return List.copyOf(sentences);
  }

  /** The command of the protocol, such as {@code base2new}; empty where it is not known. */
  public String protocol() {
    return settings.path("protocol").asText("");
  }
}
