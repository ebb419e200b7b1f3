package org.kgcoop.runs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.eval.ProbabilityMetrics;
import org.kgcoop.files.Json;
import org.kgcoop.runs.CalibrationResult.Reliability;
import org.kgcoop.runs.TargetResult.EvaluatedSet;

/** Records of runs and tables, written and read again, and read from foreign files. */
class RunResultsTest {
  private static final double NAN = Double.NaN;

  @TempDir Path folder;

  private static TargetResult target(String name, double distance) {
    return new TargetResult(
        name,
        new EvaluatedSet("pets", "all", "a {}.", "f0", List.of("cat", "dog")),
        3,
        4,
        new TargetResult.ClassMeans(75, 70),
        new ProbabilityMetrics(75, 0.125, 0.25, 0.5, 0.75),
        distance);
  }

  private static TableCell chosen(String dataSet, int shots, String by) {
    Map<String, Object> chosen = new java.util.LinkedHashMap<>();
    chosen.put("alpha", 1.0);
    chosen.put("by", by);
    return new TableCell(
        "tip-adapter",
        "Tip-Adapter",
        "none",
        Map.of(),
        new TableCell.Sample(dataSet, shots, 1L),
        "run",
        new RunResults(chosen, null, List.of(), List.of(), null, null));
  }

  @Test
  void twoWaysOfChoosingASettingNameTheirRuns() {
    assertThat(TableResults.choices(List.of(chosen("pets", 1, "x"), chosen("pets", 2, "x"))))
        .containsExactly("alpha of Tip-Adapter: x.");
    assertThat(
            TableResults.choices(
                List.of(
                    chosen("pets", 1, "x"),
                    chosen("pets", 4, "y"),
                    chosen("pets", 2, "y"),
                    chosen("food", 0, "y"))))
        .containsExactly(
            "alpha of Tip-Adapter (pets: 1 shots): x.",
            "alpha of Tip-Adapter (pets: 2, 4 shots; food: all shots): y.");
  }

  private static List<String> keys(JsonNode object) {
    List<String> keys = new ArrayList<>();
    object.fieldNames().forEachRemaining(keys::add);
    return keys;
  }

  private void write(String file, String content) throws IOException {
    Files.writeString(folder.resolve(file), content);
  }

  @Test
  void resultsAreReadAsTheyWereWritten() {
    RunResults results =
        new RunResults(
            Map.of("weight", 4.0),
            new RunResults.Training(16, 0.5, 31.25, 0.25),
            List.of(List.of("a", "the")),
            List.of(target("base", 0.5), target("new", NAN)),
            new JointResult(60, 70, 50, Map.of("energy", 0.75), 0.5),
            new CalibrationResult(
                1.5,
                "out-of-fold",
                40,
                new Reliability(0.2, 1.25, List.of(new ProbabilityMetrics.Bin(3, 0.5, 0.25))),
                new Reliability(0.1, 0.75, List.of(new ProbabilityMetrics.Bin(3, 0.375, 0.25)))));

    ObjectNode json = Json.tree(results);
    Json.write(folder.resolve("results.json"), json);

    assertThat(RunResults.read(folder)).isEqualTo(results);
    assertThat(keys(json))
        .containsExactly("chosen", "training", "nearest_words", "targets", "joint", "calibration");
    assertThat(keys(json.path("joint")))
        .containsExactly("accuracy", "base", "new", "auroc", "openworld_auc");
    assertThat(keys(json.path("calibration")))
        .containsExactly("temperature", "by", "images", "before", "after");
    assertThat(keys(json.path("calibration").path("after"))).containsExactly("ece", "nll", "bins");
    assertThat(keys(json.path("training")))
        .containsExactly("images", "seconds", "ms_per_image", "prepare_seconds");
    assertThat(keys(json.path("targets").path(0)))
        .containsExactly(
            "name",
            "set",
            "correct",
            "total",
            "class_means",
            "probabilities",
            "distance",
            "accuracy");
    assertThat(keys(json.path("targets").path(0).path("set")))
        .containsExactly("data_set", "classes", "template", "fingerprint", "class_names");
    assertThat(keys(json.path("targets").path(1))).doesNotContain("distance");
    assertThat(json.path("targets").path(1).path("accuracy").asDouble()).isEqualTo(75);
    // 31.25 ms, and 250 ms divided by 16 images
    assertThat(results.msPerImageWithFeatures()).isEqualTo(46.875);
    assertThat(keys(Json.tree(RunResults.NONE))).containsExactly("targets");
  }

  @Test
  void predictionsOfEachImageHaveAFileOfTheirOwn() throws IOException {
    assertThat(Predictions.read(folder).targets()).isEmpty();
    write(
        "predictions.json",
        """
        {"targets": [{"name": "new", "correct": 1, "total": 2, "confusion": [[1, 0], [1, 0]],
          "images": ["a.png", "b.png"], "labels": [0, 1], "predictions": [0, 0],
          "confidences": [0.5, 0.75]}]}
        """);

    Predictions.OfTarget read = Predictions.read(folder).target("new").orElseThrow();

    assertThat(read.confusion()).isEqualTo(List.of(List.of(1L, 0L), List.of(1L, 0L)));
    assertThat(read.each())
        .containsExactly(
            new Predictions.Prediction("a.png", 0, 0, 0.5),
            new Predictions.Prediction("b.png", 1, 0, 0.75));
  }

  @Test
  void aFileWithoutTheValuesOfARunIsDamaged() throws IOException {
    for (String cell :
        List.of(
            "1",
            "{\"run\": {}}",
            "{\"run\": \"a\"}",
            "{\"sample\": {\"seed\": \"one\"}, \"results\": {}}",
            "{\"sample\": {}, \"results\": 5}")) {
      write("results.json", "{\"cells\": [" + cell + "]}");
      assertThatThrownBy(() -> TableResults.read(folder))
          .as(cell)
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("results.json: damaged in line 1");
    }
    write("results.json", "{\"other\": [{}], \"cells\": [{\"sample\": {}, \"results\": {}}]}");
    TableResults table = TableResults.read(folder).orElseThrow();
    assertThat(table.protocol()).isEmpty();
    assertThat(table.cells().get(0).sample().dataSet()).isEmpty();
    assertThat(table.cells().get(0).results()).isEqualTo(RunResults.NONE);
    write("results.json", "[1]");
    assertThatThrownBy(() -> RunResults.read(folder))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("results.json: not a JSON object");
    write("results.json", "{\"targets\": [{\"name\":\n");
    assertThatThrownBy(() -> RunResults.read(folder))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("results.json: damaged in line 2");
  }

  @Test
  void aCellHasBriefResults() {
    RunResults results =
        RunResults.NONE.with(
            List.of(target("base", 0.5), target("test", 1), target("new", NAN)), null);
    TableCell run =
        new TableCell(
            "coop",
            "CoOp",
            "textual",
            Map.of(),
            new TableCell.Sample("pets", 4, 1L),
            "pets/coop/seed1",
            results.brief(List.of("base", "new"), false));

    assertThat(run.results().targets())
        .extracting(TargetResult::name)
        .containsExactly("base", "new");
    assertThat(keys(Json.tree(run).path("results").path("targets").path(0)))
        .containsExactly(
            "name", "set", "correct", "total", "probabilities", "distance", "accuracy");
    assertThat(keys(Json.tree(run).path("results").path("targets").path(0).path("set")))
        .containsExactly("data_set", "classes");
    assertThat(run.results().value("ece:new")).isEqualTo(0.125);
    assertThat(run.results().value("joint")).isNaN();
  }
}
