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
 * The table of a protocol: {@code results.json} in its folder.
 *
 * @param rows the rows over all data sets, in the order of the methods
 * @param dataSets the rows per data set, if there are several
 * @param cells one per run
 * @param settings the settings of all runs: {@code protocol}, {@code shots}, {@code seeds}, {@code
 *     methods}, {@code data_sets}
 * @param computation the properties of the machine that affect the result
 * @param versions the versions of the software
 * @param pending cells without a result; none in a complete table
 */
public record TableResults(
    List<Row> rows,
    List<OfDataSet> dataSets,
    List<Cell> cells,
    JsonNode settings,
    JsonNode computation,
    JsonNode versions,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Cell> pending) {

  /** The name of the file in the folder of an incomplete table. */
  public static final String SO_FAR = "table.json";

  /** Descriptions of the images that settings were chosen on, by the word that methods record. */
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
   * A method and the swept setting. An accuracy is the mean over seeds of the mean over data sets,
   * in percent. Its deviation is the population standard deviation over seeds. In base-to-new
   * generalization, the row itself contains the two accuracies; in other protocols, columns do.
   *
   * @param setting the swept setting
   * @param h H of the averaged accuracies, as in the published table
   * @param distance the distance between trained and template class features, averaged over all
   *     runs and targets; NaN if undefined
   * @param msPerImage the mean over the runs; NaN if nothing was trained
   * @param msPerImageWithFeatures the same, including the time for computing the features
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
     * Creates a row from cells of one method.
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

    /** Returns the accuracy in a column; NaN if there is none. */
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
   * The result of a run.
   *
   * @param setting the swept setting
   * @param dataSet the training data set
   * @param shots the number of training images per class; 0 for all, or if nothing was trained
   * @param seed null if unknown
   * @param chosen settings that the run has chosen automatically, such as a weight
   * @param run its folder below that of the table; empty if it has none
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
   * Reads the table of a folder; empty if there is none.
   *
   * @throws org.kgcoop.KgCoopException of the category IO if it is damaged
   */
  public static Optional<TableResults> read(Path folder) {
    return RunJson.read(folder.resolve(RunResults.FILE), TableResults.class);
  }

  /**
   * Reads the table of a folder; if it is in progress or was stopped, the incomplete table.
   *
   * @throws org.kgcoop.KgCoopException of the category IO if it is damaged
   */
  public static Optional<TableResults> readSoFar(Path folder) {
    return RunJson.read(folder.resolve(SO_FAR), TableResults.class).or(() -> read(folder));
  }

  /** Writes the table to a folder, as results or as an incomplete table. */
  public void write(Path folder) {
    if (!pending.isEmpty()) {
      JsonFiles.write(folder.resolve(SO_FAR), RunJson.tree(this));
      return;
    }
    JsonFiles.write(folder.resolve(RunResults.FILE), RunJson.tree(this));
    RunFolders.deleteFile(folder.resolve(SO_FAR));
  }

  /**
   * Describes the images on which runs have chosen settings automatically, one sentence per method.
   *
   * @param cells the cells of one table or of single runs
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

  /** Returns the command of the protocol, such as {@code base2new}; empty if unknown. */
  public String protocol() {
    return settings.path("protocol").asText("");
  }
}
