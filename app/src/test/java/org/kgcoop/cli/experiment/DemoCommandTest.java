package org.kgcoop.cli.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.kgcoop.cli.Cli;
import org.kgcoop.cli.experiment.DemoCommand.Extent;
import org.kgcoop.runs.RunResults;
import org.kgcoop.runs.TableCell;
import org.kgcoop.runs.TargetResult;
import org.kgcoop.tables.ProtocolTable;
import org.kgcoop.tables.StoredRun;
import org.kgcoop.train.TrainingSettings;

class DemoCommandTest {
  private static TrainingSettings training(String method, Extent extent) {
    return extent.spec(method).recipe().steps();
  }

  /** Returns a run to test the sentences of the summary. */
  private static TableCell row(String method, double base, double unseen) {
    return new TableCell(
        method,
        method,
        "",
        Map.of(),
        new TableCell.Sample("places", 8, 1L),
        "",
        RunResults.NONE.with(List.of(target("base", base), target("new", unseen)), null));
  }

  private static TargetResult target(String name, double accuracy) {
    return new TargetResult(
        name,
        new TargetResult.EvaluatedSet("places", name, "", "", List.of()),
        Math.round(100 * accuracy),
        10_000,
        null,
        null,
        Double.NaN);
  }

  private static List<String> sentences(TableCell... cells) {
    return DemoSummary.sentences(
        new ProtocolTable(
            "base2new", Stream.of(cells).map(cell -> StoredRun.of(cell, Path.of(""))).toList()));
  }

  @Test
  void allMethodsHaveEquallyManySteps() {
    TrainingSettings coOp = training("coop", Extent.DEFAULT);
    for (String method : List.of("prograd", "kgcoop")) {
      assertThat(training(method, Extent.DEFAULT)).isEqualTo(coOp);
    }
    TrainingSettings coCoOp = training("cocoop", Extent.DEFAULT);
    assertThat(coCoOp.batchSize()).isEqualTo(1);
    // The smallest embedded data set has 96 images.
    double steps = coOp.schedule().epochs() * Math.floor(96.0 / coOp.batchSize());
    assertThat(coCoOp.schedule().epochs() * 96 / steps).isBetween(0.9, 1.1);
  }

  @Test
  void rejectsQuickAndAllTogether() {
    Cli.Result result = Cli.run("demo", "--quick", "--all");

    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.err()).contains("--quick and --all: give one of them");
  }

  @Test
  void namesGainLossAndShareKept() {
    TableCell clip = row("clip", 60, 70);

    assertThat(sentences(clip, row("coop", 75.26, 66), row("kgcoop", 73, 68.84)))
        .containsExactly(
            "Against zero-shot CLIP, CoOp gained 15.3 on base classes and lost 4.0 on new ones.",
            "KgCoOp gained 13.0 on base classes and lost 1.2 on new ones: it kept 2.8 of the 4.0"
                + " points that CoOp lost there.");
    assertThat(sentences(clip, row("coop", 75, 66), row("kgcoop", 59, 71)).get(1))
        .isEqualTo(
            "KgCoOp lost 1.0 on base classes and gained 1.0 on new ones: it kept all of the 4.0"
                + " points that CoOp lost there.");
    assertThat(sentences(clip, row("coop", 75, 66), row("kgcoop", 75, 65)).get(1))
        .endsWith("it kept none of the 4.0 points that CoOp lost there.");
  }

  @Test
  void keepsNothingIfNothingWasLost() {
    assertThat(sentences(row("clip", 60, 70), row("coop", 75, 71), row("kgcoop", 75, 72)))
        .containsExactly(
            "Against zero-shot CLIP, CoOp gained 15.0 on base classes and gained 1.0 on new ones.",
            "KgCoOp gained 15.0 on base classes and gained 2.0 on new ones.");
    assertThat(sentences(row("clip", 60, 70), row("coop", 75, 71))).isEmpty();
  }
}
