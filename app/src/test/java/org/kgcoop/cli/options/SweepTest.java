package org.kgcoop.cli.options;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.cli.Cli;
import org.kgcoop.cli.SampleDrawings;
import org.kgcoop.clip.RandomClip;

/** Tests of tables with several values of one setting. */
class SweepTest {
  @TempDir static Path shared;

  @TempDir Path folder;

  @BeforeAll
  static void writeInput() {
    RandomClip.write(shared.resolve("clip"), RandomClip.TINY, 1);
    SampleDrawings.copyTo(shared.resolve("drawings"));
  }

  private Cli.Result table(Object... more) {
    Object[] arguments = {
      "base2new",
      "--quiet",
      "--clip",
      shared.resolve("clip"),
      "--data",
      shared.resolve("drawings"),
      "--seeds",
      "1",
      "--shots",
      2,
      "--augment",
      "test",
      "--feature-cache",
      shared.resolve("cache"),
      "--batch-size",
      2,
      "--lr",
      0.05,
      "--out",
      folder
    };
    return Cli.run(Stream.concat(Arrays.stream(arguments), Arrays.stream(more)).toArray());
  }

  private JsonNode json(String file) throws IOException {
    return new ObjectMapper().readTree(folder.resolve(file).toFile());
  }

  private static List<String> settings(JsonNode rows) {
    List<String> settings = new ArrayList<>();
    rows.forEach(row -> settings.add(row.path("method").asText() + row.path("setting")));
    return settings;
  }

  @Test
  void aTableHasJointHAndTheCalibrationErrorUnlessColumnsAreChosen() throws IOException {
    Cli.Result unknown = table("--methods=clip", "--columns=base,nlll");
    assertThat(unknown.exitCode()).isEqualTo(2);
    assertThat(unknown.errorLine())
        .contains("--columns nlll: no such column; this table has base, new, H, joint, ")
        .endsWith("distance:base, distance:new, ms_per_image, ms_per_image_with_features");
    assertThat(folder).isEmptyDirectory();

    Cli.Result usual = table("--methods=clip");
    Cli.Result chosen = table("--methods=clip", "--columns=NLL,openworld_auc");

    assertThat(usual.exitCode()).as(usual.err()).isZero();
    assertThat(usual.out())
        .containsPattern("method +prompts +base +new +H +joint H +ECE +ms/image");
    assertThat(chosen.out().lines().map(String::strip))
        .anyMatch(line -> line.matches("method +prompts +NLL +OpenworldAUC"));
    JsonNode row =
        new ObjectMapper().readTree(table("--methods=clip", "--json").out()).path("rows").path(0);
    assertThat(chosen.out())
        .contains(
            String.format(
                Locale.ROOT, "%.4f", row.path("figures").path("nll").path("mean").asDouble()));
    JsonNode joint = json("results.json").path("cells").path(0).path("results").path("joint");
    assertThat(joint.path("auroc").path("energy").asDouble()).isBetween(0.0, 1.0);
  }

  @Test
  void aWeightMakesARowEachOfKgCoOpAlone() throws IOException {
    Cli.Result result =
        table("--methods", "clip,coop,kgcoop", "--epochs", 2, "--sweep", "weight=0,4.5");
    assertThat(result.exitCode()).as(result.err()).isZero();
    JsonNode results = json("results.json");
    List<String> expected =
        List.of("clip{}", "coop{}", "kgcoop{\"weight\":0}", "kgcoop{\"weight\":4.5}");
    assertThat(settings(results.path("cells"))).isEqualTo(expected);
    String run = results.path("cells").path(3).path("run").asText();
    assertThat(run).isEqualTo("drawings/kgcoop/weight=4.5/seed1");
    assertThat(json(run + "/run.json").path("settings").path("method").path("weight").asDouble())
        .isEqualTo(4.5);
    assertThat(result.out()).contains("setting").contains("weight=4.5").contains("distance");
    // Without the knowledge term, KgCoOp is identical to CoOp.
    assertThat(results.path("cells").path(2).findValues("distance"))
        .isNotEmpty()
        .isEqualTo(results.path("cells").path(1).findValues("distance"));
  }

  @Test
  void aSettingOfTheTrainingMakesRowsOfWhatIsTrained() throws IOException {
    Cli.Result result =
        table("--methods", "clip,coop", "--sweep", "epochs=1,3", "--sweep", "batch-size=2,4");
    assertThat(result.exitCode()).as(result.err()).isEqualTo(2);
    assertThat(result.errorLine()).contains("--sweep batch_size: it is also set");
    result = table("--methods", "clip,coop", "--sweep", "epochs=1,3", "--sweep", "momentum=0,0.5");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(settings(json("results.json").path("cells")))
        .containsExactly(
            "clip{}",
            "coop{\"epochs\":1,\"momentum\":0}",
            "coop{\"epochs\":1,\"momentum\":0.5}",
            "coop{\"epochs\":3,\"momentum\":0}",
            "coop{\"epochs\":3,\"momentum\":0.5}");
    JsonNode training =
        json("drawings/coop/epochs=3,momentum=0.5/seed1/run.json")
            .path("settings")
            .path("training");
    assertThat(training.path("epochs").asInt()).isEqualTo(3);
    // Other settings keep their values.
    assertThat(training.path("lr").asDouble()).isEqualTo(0.05);
    assertThat(training.path("batch_size").asInt()).isEqualTo(2);
    assertThat(training.path("augment").asText()).isEqualTo("test");
  }

  @Test
  void aSettingOfOneMethodMayHaveAMethodWithADash() {
    // The known setting gets as far as its value.
    assertThat(
            table("--methods", "tip-adapter", "--sweep", "tip-adapter.search-step=1").errorLine())
        .contains("--sweep: setting search_step: expected");
  }

  @Test
  void rejectsWrongSweeps() {
    assertThat(table("--methods", "clip", "--sweep", "weight=1,2").errorLine())
        .contains("--sweep weight: no setting of clip; known are templates");
    assertThat(table("--methods", "kgcoop", "--sweep", "weight").errorLine())
        .contains("expected KEY=V1,V2");
    assertThat(table("--methods", "kgcoop", "--sweep", "weight=1,x").errorLine())
        .contains("weight: expected a number");
    assertThat(
            table("--methods", "kgcoop", "--set", "weight=2", "--sweep", "weight=1,2").errorLine())
        .contains("--sweep weight: it is also set without the sweep");
    assertThat(table("--methods", "coop", "--sweep", "momentum=0,x").errorLine())
        .contains("--sweep:")
        .contains("momentum");
    assertThat(table("--methods", "coop", "--set", "weight=auto").errorLine())
        .contains("--set weight: no setting of coop; known are ");
    assertThat(table("--methods", "probe").errorLine())
        .contains("Linear probe")
        .contains("cannot be used on new classes");
  }

  @Test
  void settingsOfTwoNumbersHaveABarBetweenThem() {
    for (String key : List.of("crop_scale", "search_scale", "search_step")) {
      assertThat(SettingOptions.value("tip-adapter", key, "7|0.5")).isEqualTo(List.of(7, 0.5));
    }
    assertThat(SettingOptions.value("tip-adapter", "scale", "model")).isEqualTo("model");
  }
}
