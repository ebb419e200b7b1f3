package org.kgcoop.cli.runs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.cli.Cli;
import org.kgcoop.tables.StoredRuns;

class RunsCommandTest {
  @TempDir Path folder;

  @BeforeEach
  void writeRuns() {
    List<String> command =
        List.of(
            "base2new",
            "--data",
            "set/pets",
            "--data",
            "food",
            "--seeds=1,2",
            "--json",
            "--out",
            "t");
    for (long seed = 1; seed <= 2; seed++) {
      StoredRuns.run("coop", "pets", seed)
          .target("base", 100, 400)
          .target("new", 200, 400)
          .command(folder, command)
          .clip("/models/ViT-B-16.pt")
          .write(folder.resolve("t/pets/coop/seed" + seed));
      StoredRuns.run("kgcoop", "pets", seed)
          .target("base", 101, 400)
          .target("new", 300, 400)
          .write(folder.resolve("t/pets/kgcoop/seed" + seed));
    }
  }

  private Cli.Result runs(Object... words) {
    Object[] all = new Object[words.length + 3];
    all[0] = "runs";
    System.arraycopy(words, 0, all, 1, words.length);
    all[words.length + 1] = "--runs";
    all[words.length + 2] = folder;
    return Cli.run(all);
  }

  @Test
  void listsRunsWithoutASubcommand() {
    Cli.Result result = runs();

    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out())
        .contains("t/pets/coop/seed1", "base 25.00, new 50.00", "33.33", "complete");
    assertThat(runs("list").out()).isEqualTo(result.out());
    assertThat(runs("list", "--set", "method=kgcoop", "--set", "seed=2").out().lines()).hasSize(2);
    assertThat(runs("list", "--set", "method=prograd").out()).contains("no such run");
    assertThat(runs("list", "--set", "method=kgcoop", "--set", "method=coop").out())
        .isEqualTo(result.out());
    assertThat(runs("list", "--set", "method").errorLine()).contains("expected KEY=VALUE");
  }

  @Test
  void marksSignificantDifferences() throws IOException {
    JsonNode json = new ObjectMapper().readTree(runs("table", "--json").out());

    assertThat(json.path("rows")).hasSize(2);
    for (JsonNode difference : json.path("differences")) {
      // A difference of one image in 400 is not significant. A difference of 100 images is.
      assertThat(difference.path("stands").asBoolean())
          .as(difference.toString())
          .isEqualTo(!difference.path("column").asText().equals("base"));
    }
    assertThat(runs("table", folder.resolve("t"), "--format", "latex").out())
        .contains("\\begin{tabular}{lrrrr}", "\\textbf{75.00 $\\pm$ 0.00");
    assertThat(runs("table", "--format", "markdown").out()).contains("| method | base | new | H |");
    assertThat(runs("table", "--format", "csv").out().lines())
        .hasSize(7)
        .noneMatch(line -> line.endsWith("?"));
  }

  @Test
  void rejectsBadInput() {
    assertThat(runs("table", "--format", "word").errorLine()).contains("expected text, markdown");
    assertThat(runs("show", "none").errorLine()).contains("not a run folder");
    assertThat(runs("show", folder.resolve("t")).errorLine()).contains("not a run folder");
    assertThat(Cli.run("runs", "--runs", folder.resolve("no")).exitCode()).isEqualTo(2);
  }

  @Test
  void aRunIsShown() {
    assertThat(runs("show", "t/pets/coop/seed1").out())
        .contains("method.method: coop", "base (pets, base classes): 25.00 %, 100 of 400")
        .contains("CLIP: /models/ViT-B-16.pt");
  }

  @Test
  void theColumnsOfATableCanBeChosenAndAnUnknownNameListsThem() {
    Cli.Result result = runs("table", "--columns", "h,base", "--no-intervals", "--format=csv");

    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out().lines().skip(1).map(line -> line.replaceFirst(".*,4,(.*?),.*", "$1")))
        .containsExactly("H", "base", "H", "base");
    Cli.Result unknown = runs("table", "--columns", "base,accuracy");
    assertThat(unknown.exitCode()).isEqualTo(2);
    assertThat(unknown.errorLine())
        .contains("--columns accuracy: no such column; this table has base, new, H, joint, ")
        .contains("ece, ece:base, ece:new, ");
  }
}
