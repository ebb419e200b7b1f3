package org.kgcoop.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.kgcoop.eval.Metrics;
import org.kgcoop.prompt.Method;

/**
 * The table of base-to-new generalisation. Its rows average over data sets the averages over seeds;
 * their H comes from the averaged base and new accuracies, as in the published table.
 *
 * @param cells one a method, data set and seed
 */
public record BaseToNewTable(List<Cell> cells) {

  /**
   * One measurement.
   *
   * @param base accuracy in percent
   * @param unseen accuracy on the new classes in percent
   * @param time of training
   */
  public record Cell(
      String method,
      String title,
      String prompts,
      String dataSet,
      long seed,
      double base,
      double unseen,
      Time time,
      JsonNode results) {

    /**
     * A cell from the results of a run.
     *
     * @param results with {@code base}, {@code new} and, where something was trained, {@code
     *     training}
     */
    static Cell of(Method method, String dataSet, long seed, JsonNode results) {
      return new Cell(
          method.id(),
          method.title(),
          method.prompts(),
          dataSet,
          seed,
          percent(results.path("base")),
          percent(results.path("new")),
          Time.of(results.path("training")),
          results);
    }

    private static double percent(JsonNode counts) {
      return 100.0 * counts.path("correct").asLong() / counts.path("total").asLong();
    }

    double harmonicMean() {
      return Metrics.harmonicMean(base, unseen);
    }
  }

  /**
   * A row: means over data sets and seeds, deviations over seeds.
   *
   * @param time mean over the runs
   */
  public record Row(
      String method,
      String title,
      String prompts,
      Metrics.Spread base,
      Metrics.Spread unseen,
      double harmonicMean,
      Time time) {}

  /**
   * Milliseconds that a picture takes in every epoch; NaN where nothing was trained.
   *
   * @param training from its feature
   * @param withFeatures what computing its features took divided among the epochs, as if the bank
   *     had been empty
   */
  public record Time(double training, double withFeatures) {
    static Time of(JsonNode training) {
      double pictures = Math.max(1, training.path("pictures").asDouble());
      double alone = training.path("ms_per_image").asDouble(Double.NaN);
      return new Time(alone, alone + 1000 * training.path("prepare_seconds").asDouble() / pictures);
    }

    static Time mean(List<Time> times) {
      return new Time(mean(times, Time::training), mean(times, Time::withFeatures));
    }

    private static double mean(List<Time> times, ToDoubleFunction<Time> value) {
      return times.stream()
          .mapToDouble(value)
          .filter(t -> !Double.isNaN(t))
          .average()
          .orElse(Double.NaN);
    }
  }

  public BaseToNewTable {
    cells = List.copyOf(cells);
  }

  /** A row a method, over all data sets. */
  public List<Row> rows() {
    return rows(cells);
  }

  /** A row a method, for one data set. */
  public List<Row> rows(String dataSet) {
    return rows(cells.stream().filter(c -> c.dataSet().equals(dataSet)).toList());
  }

  public List<String> dataSets() {
    return distinct(cells, Cell::dataSet);
  }

  private static List<Row> rows(List<Cell> cells) {
    List<Row> rows = new ArrayList<>();
    for (String method : distinct(cells, Cell::method)) {
      List<Cell> own = cells.stream().filter(c -> c.method().equals(method)).toList();
      Metrics.Spread base = overSeeds(own, Cell::base);
      Metrics.Spread unseen = overSeeds(own, Cell::unseen);
      rows.add(
          new Row(
              method,
              own.get(0).title(),
              own.get(0).prompts(),
              base,
              unseen,
              Metrics.harmonicMean(base.mean(), unseen.mean()),
              Time.mean(own.stream().map(Cell::time).toList())));
    }
    return rows;
  }

  /** For each seed the mean over the data sets, then mean and deviation of these. */
  private static Metrics.Spread overSeeds(List<Cell> cells, ToDoubleFunction<Cell> value) {
    List<Double> means = new ArrayList<>();
    for (long seed : cells.stream().map(Cell::seed).distinct().toList()) {
      means.add(
          cells.stream().filter(c -> c.seed() == seed).mapToDouble(value).average().orElse(0));
    }
    return Metrics.spread(means);
  }

  private static List<String> distinct(List<Cell> cells, Function<Cell, String> key) {
    return List.copyOf(new LinkedHashSet<>(cells.stream().map(key).toList()));
  }

  /** {@code rows}, and the same per data set and per seed. Accuracies in percent. */
  public ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode all = json.putArray("rows");
    rows().forEach(row -> add(all, row));
    ArrayNode sets = json.putArray("data_sets");
    for (String dataSet : dataSets()) {
      ObjectNode set = sets.addObject().put("name", dataSet);
      ArrayNode setRows = set.putArray("rows");
      for (Row row : rows(dataSet)) {
        ArrayNode seeds = add(setRows, row).putArray("seeds");
        Predicate<Cell> own = c -> c.dataSet().equals(dataSet) && c.method().equals(row.method());
        cells.stream().filter(own).forEach(cell -> add(seeds, cell));
      }
    }
    return json;
  }

  @CanIgnoreReturnValue
  private static ObjectNode add(ArrayNode rows, Row row) {
    ObjectNode json =
        rows.addObject()
            .put("method", row.method())
            .put("title", row.title())
            .put("prompts", row.prompts())
            .put("base", row.base().mean())
            .put("base_std", row.base().standardDeviation())
            .put("new", row.unseen().mean())
            .put("new_std", row.unseen().standardDeviation())
            .put("h", row.harmonicMean());
    return putTime(json, row.time());
  }

  private static void add(ArrayNode seeds, Cell cell) {
    ObjectNode json =
        seeds
            .addObject()
            .put("seed", cell.seed())
            .put("base", cell.base())
            .put("new", cell.unseen())
            .put("h", cell.harmonicMean());
    putTime(json, cell.time());
    for (String half : List.of("base", "new")) {
      json.put("correct_" + half, cell.results().path(half).path("correct").asLong());
      json.put("total_" + half, cell.results().path(half).path("total").asLong());
    }
  }

  @CanIgnoreReturnValue
  private static ObjectNode putTime(ObjectNode json, Time time) {
    putMs(json, "ms_per_image", time.training());
    putMs(json, "ms_per_image_with_features", time.withFeatures());
    return json;
  }

  private static void putMs(ObjectNode json, String name, double ms) {
    ObjectNode unused = Double.isNaN(ms) ? json.putNull(name) : json.put(name, ms);
  }
}
