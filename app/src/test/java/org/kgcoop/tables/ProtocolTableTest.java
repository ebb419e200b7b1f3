package org.kgcoop.tables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.kgcoop.eval.Metrics.Spread;
import org.kgcoop.eval.ProbabilityMetrics;
import org.kgcoop.files.Json;
import org.kgcoop.runs.JointResult;
import org.kgcoop.runs.RunResults;
import org.kgcoop.runs.TableCell;
import org.kgcoop.runs.TargetResult;

class ProtocolTableTest {
  private final List<StoredRun> runs = new ArrayList<>();

  /** Returns the result of a number of correct images among 100. */
  private static TargetResult target(String name, int correct, double ece) {
    return new TargetResult(
        name,
        new TargetResult.EvaluatedSet("", "all", "", "", List.of()),
        correct,
        100,
        null,
        new ProbabilityMetrics(0, ece, ece, ece, ece),
        Double.NaN);
  }

  private void add(String method, String dataSet, int shots, long seed, TargetResult... targets) {
    add(method, Map.of(), dataSet, shots, seed, null, targets);
  }

  private void add(
      String method,
      Map<String, Object> setting,
      String dataSet,
      int shots,
      long seed,
      @Nullable JointResult joint,
      TargetResult... targets) {
    RunResults.Training training = new RunResults.Training(10, 1, 4 * seed, 0.01);
    RunResults results =
        new RunResults(Map.of(), training, List.of(), List.of(targets), joint, null);
    TableCell.Sample sample = new TableCell.Sample(dataSet, shots, seed);
    runs.add(
        StoredRun.of(
            new TableCell(method, method, "textual", setting, sample, "", results), Path.of("")));
  }

  private static void assertSpread(Spread spread, double mean, double deviation) {
    assertThat(spread.mean()).isCloseTo(mean, within(1e-9));
    assertThat(spread.standardDeviation()).isCloseTo(deviation, within(1e-9));
  }

  @Test
  void averagesOverDataSetsAndThenOverSeeds() {
    add("coop", "pets", 4, 1, target("base", 60, 0.1), target("new", 20, 0.3));
    add("coop", "pets", 4, 2, target("base", 70, 0.1), target("new", 40, 0.3));
    add("coop", "food", 4, 1, target("base", 80, 0.5), target("new", 40, 0.7));
    add("coop", "food", 4, 2, target("base", 94, 0.5), target("new", 60, 0.7));
    ProtocolTable table = new ProtocolTable("base2new", runs);

    ProtocolTable.Row row = table.rows().get(0);
    // Seed 1: 70 and 30. Seed 2: 82 and 50.
    assertSpread(row.column("base"), 76, 6);
    assertSpread(row.column("new"), 40, 10);
    // H of the averages; its deviation is that of the H of each seed.
    double h1 = 2.0 * 70 * 30 / 100;
    double h2 = 2.0 * 82 * 50 / 132;
    assertSpread(row.column("H"), 2.0 * 76 * 40 / 116, Math.abs(h1 - h2) / 2);
    assertThat(row.mean("ece")).isCloseTo(0.4, within(1e-9));
    assertThat(row.mean("ece:new")).isCloseTo(0.5, within(1e-9));
    assertThat(row.mean("joint_h")).isNaN();
    // 4 and 8 ms, and 10 ms for 10 images.
    assertThat(row.msPerImage()).isEqualTo(6);
    assertThat(row.msPerImageWithFeatures()).isEqualTo(7);
    assertThat(table.dataSets()).containsExactly("pets", "food");
    assertSpread(table.of("food").rows().get(0).column("base"), 87, 7);
    assertThat(table.accuracies()).containsExactly("base", "new", "H");
    assertThat(table.header("ece:new")).isEqualTo("ECE, new");
  }

  @Test
  void takesTheHarmonicMeanOfTheAveragesOfAJointList() {
    TargetResult[] targets = {target("base", 1, 0), target("new", 1, 0)};
    add("coop", Map.of(), "a", 4, 1, new JointResult(0, 60, 20, Map.of(), 0), targets);
    add("coop", Map.of(), "b", 4, 1, new JointResult(0, 80, 40, Map.of(), 0), targets);

    ProtocolTable.Row row = new ProtocolTable("base2new", runs).rows().get(0);

    assertThat(row.mean("joint_base")).isEqualTo(70);
    assertThat(row.mean("joint_h")).isCloseTo(2.0 * 70 * 30 / 100, within(1e-9));
  }

  @Test
  void fewShotLearningHasOneColumnPerNumberOfShots() {
    for (String dataSet : List.of("pets", "food")) {
      for (int shots : List.of(1, 16)) {
        add("coop", dataSet, shots, 1, target("test", 40 + shots, 0.01 * shots));
        add("coop", dataSet, shots, 2, target("test", 44 + shots, 0.01 * shots));
      }
    }
    ProtocolTable table = new ProtocolTable("fewshot", runs);

    assertThat(table.accuracies()).containsExactly("1", "16");
    ProtocolTable.Row row = table.rows().get(0);
    assertSpread(row.column("1"), 43, 2);
    assertSpread(row.column("16"), 58, 2);
    assertThat(row.mean("ece:16")).isCloseTo(0.16, within(1e-9));
    assertThat(row.msPerImage()).isEqualTo(6);
    assertThat(table.header("16")).isEqualTo("16 shots");
    assertThat(table.header("ece:1")).isEqualTo("ECE, 1 shot");
    assertThat(ProtocolTable.columns("fewshot", List.of("1", "16")))
        .startsWith("1", "16", "ece", "ece:1", "ece:16")
        .doesNotContain("joint", "average");
  }

  @Test
  void transferHasTheAverageOfTheOtherDataSets() {
    add(
        "coop",
        "pets",
        4,
        1,
        target("pets", 90, 0.1),
        target("food", 40, 0.2),
        target("sky", 60, 0.4));
    ProtocolTable table = new ProtocolTable("cross", runs);

    ProtocolTable.Row row = table.rows().get(0);
    assertThat(table.accuracies()).containsExactly("pets", "food", "sky", "average");
    assertThat(row.mean("average")).isEqualTo(50);
    assertThat(row.mean("nll:average")).isCloseTo(0.3, within(1e-9));
    assertThat(table.dataSets()).isEmpty();
    assertThat(ProtocolTable.columns("cross", table.accuracies().subList(0, 3)))
        .contains("ece:pets", "nll:average", "distance");
  }

  @Test
  void aSweepHasOneRowPerSetting() {
    for (int weight : List.of(8, 0)) {
      Map<String, Object> setting = Map.of("weight", weight);
      add("kgcoop", setting, "pets", 4, 1, null, target("base", weight, 0), target("new", 1, 0));
    }
    add("clip", "pets", 4, 1, target("base", 5, 0), target("new", 1, 0));

    ProtocolTable table = new ProtocolTable("base2new", runs);

    assertThat(table.rows()).extracting(row -> row.mean("base")).containsExactly(8.0, 0.0, 5.0);
    JsonNode row = Json.tree(Map.of("rows", table.rows())).path("rows").path(0);
    assertThat(row.path("setting").path("weight").asInt()).isEqualTo(8);
    assertThat(row.path("figures").path("base").path("mean").asDouble()).isEqualTo(8);
  }
}
