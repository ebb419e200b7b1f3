package org.kgcoop.tables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.eval.Bootstrap;
import org.kgcoop.eval.Interval;

class RunTableTest {
  private static final Bootstrap BOOTSTRAP = new Bootstrap(2000, 1);

  @TempDir Path folder;

  private final List<StoredRun> runs = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();

  private void add(StoredRuns run) {
    String name = "run" + runs.size();
    runs.add(StoredRun.read(run.write(folder.resolve(name)), name));
  }

  private RunTable table() {
    return RunTable.of(runs, BOOTSTRAP, warnings::add);
  }

  private TableWriter writer(boolean intervals) {
    RunTable table = table();
    return new TableWriter(table, table.accuracies(), intervals);
  }

  private List<String> notes() {
    return TableNotes.of(table(), table().accuracies());
  }

  private static RunTable.Estimate figure(RunTable table, int row, String column) {
    return Objects.requireNonNull(table.estimate(table.rows().get(row), column));
  }

  /** Returns the difference between a row and the first row. */
  private static RunTable.Difference difference(RunTable table, int row) {
    List<TableRow> rows = table.rows();
    return Objects.requireNonNull(table.difference(rows.get(row), rows.get(0), "test"));
  }

  @Test
  void aFigureIsTheMeanOverSeedsOfTheMeanOverDataSets() {
    add(StoredRuns.run("coop", "pets", 1).target("test", 50, 100));
    add(StoredRuns.run("coop", "pets", 2).target("test", 60, 100));
    add(StoredRuns.run("coop", "food", 1).target("test", 90, 100));
    add(StoredRuns.run("coop", "food", 2).target("test", 96, 100));

    RunTable.Estimate figure = figure(table(), 0, "test");

    // Seed 1 has (50 + 90) / 2 = 70, and seed 2 has (60 + 96) / 2 = 78. The mean is 74. The
    // deviation divides by n, so it is 4.
    assertThat(figure.mean()).isCloseTo(74, within(1e-9));
    assertThat(figure.deviation()).isCloseTo(4, within(1e-9));
    assertThat(figure.seeds()).isEqualTo(2);
    assertThat(figure.dataSets()).isEqualTo(2);
    Interval interval = Objects.requireNonNull(figure.interval());
    assertThat(interval.low()).isLessThan(74);
    assertThat(interval.high()).isGreaterThan(74);
  }

  @Test
  void hIsThatOfTheAverages() {
    add(StoredRuns.run("coop", "pets", 1).target("base", 80, 100).target("new", 20, 100));
    add(StoredRuns.run("coop", "pets", 2).target("base", 40, 100).target("new", 60, 100));

    RunTable table = table();

    assertThat(table.accuracies()).containsExactly("base", "new", "H");
    // 2 x 60 x 40 / 100 = 48. The H of each seed, 32 and 48, gives the deviation.
    assertThat(figure(table, 0, "H").mean()).isCloseTo(48, within(1e-9));
    assertThat(figure(table, 0, "H").deviation()).isCloseTo(8, within(1e-9));
  }

  @Test
  void acrossDataSetsTheAverageLeavesOutTheOneThatWasTrainedOn() {
    add(
        StoredRuns.run("coop", "objects", 1)
            .target("objects", 90, 100)
            .target("pets", 50, 100)
            .target("food", 70, 100));

    RunTable table = table();

    assertThat(table.accuracies()).containsExactly("objects", "pets", "food", "average");
    assertThat(figure(table, 0, "average").mean()).isCloseTo(60, within(1e-9));
  }

  @Test
  void leavesOutIncompleteSeedsAndMarksTheMean() {
    for (long seed = 1; seed <= 3; seed++) {
      add(StoredRuns.run("coop", "pets", seed).target("test", 50, 100));
      add(StoredRuns.run("kgcoop", "pets", seed).target("test", 50, 100));
      add(StoredRuns.run("kgcoop", "food", seed).target("test", 90, 100));
      if (seed < 3) {
        add(StoredRuns.run("coop", "food", seed).target("test", 90, 100));
      }
    }

    RunTable table = table();

    // If the third seed counted with its only value 50, the mean would be (70 + 70 + 50) / 3.
    RunTable.Estimate coop = figure(table, 0, "test");
    assertThat(coop.mean()).isCloseTo(70, within(1e-9));
    assertThat(coop.deviation()).isCloseTo(0, within(1e-9));
    assertThat(coop.seeds()).isEqualTo(2);
    assertThat(coop.complete()).isFalse();
    Interval interval = Objects.requireNonNull(coop.interval());
    assertThat((interval.low() + interval.high()) / 2).isCloseTo(70, within(2.0));
    assertThat(figure(table, 1, "test").complete()).isTrue();
    assertThat(figure(table, 1, "test").seeds()).isEqualTo(3);
    String text = new TableWriter(table, table.accuracies(), true).write(TableWriter.Format.TEXT);
    assertThat(text.lines().filter(line -> line.startsWith("CoOp"))).allMatch(l -> l.contains("†"));
    assertThat(text.lines().filter(line -> line.startsWith("KgCoOp ")))
        .noneMatch(l -> l.contains("†"));
    assertThat(text).contains("† incomplete");
  }

  @Test
  void aTableAsPapersPrintItHasNoIntervalsAndMarksTheBest() {
    for (long seed = 1; seed <= 2; seed++) {
      add(StoredRuns.run("coop", "pets", seed).target("test", 50, 100));
      add(StoredRuns.run("kgcoop", "pets", seed).target("test", 51, 100));
    }
    TableWriter writer = writer(false);
    assertThat(writer.write(TableWriter.Format.LATEX))
        .contains("& \\textbf{51.00 $\\pm$ 0.00} &", "& 50.00 $\\pm$ 0.00 &")
        .doesNotContain("[", "difference", "bootstrap");
    assertThat(writer.write(TableWriter.Format.MARKDOWN)).contains("| **51.00 ± 0.00** |");
    assertThat(writer.write(TableWriter.Format.TEXT)).contains("51.00 ± 0.00 *");
  }

  @Test
  void latexEscapesNames() {
    String name = "a_b\\c{d}$e^f~g%h&i#j";
    add(StoredRuns.run("coop", "pets", 1).target(name, 50, 100));
    String latex = writer(false).write(TableWriter.Format.LATEX);
    assertThat(latex)
        .contains(
            "a\\_b\\textbackslash{}c\\{d\\}\\$e\\textasciicircum{}f\\textasciitilde{}g\\%h\\&i\\#j")
        .contains("\\textbf{50.00}");
  }

  @Test
  void aRowWithFewerDataSetsThanOthersIsMarkedAndOneWithoutAWholeSeedHasNoFigure() {
    add(StoredRuns.run("coop", "pets", 1).target("test", 50, 100));
    add(StoredRuns.run("kgcoop", "pets", 1).target("test", 50, 100));
    add(StoredRuns.run("kgcoop", "food", 1).target("test", 90, 100));
    add(StoredRuns.run("cocoop", "pets", 1).target("test", 50, 100));
    add(StoredRuns.run("cocoop", "food", 2).target("test", 90, 100));

    RunTable table = table();

    assertThat(table.rows().stream().map(TableRow::method))
        .containsExactly("coop", "cocoop", "kgcoop");
    assertThat(figure(table, 0, "test").complete()).isFalse();
    assertThat(figure(table, 0, "test").mean()).isEqualTo(50);
    assertThat(table.estimate(table.rows().get(1), "test")).isNull();
    assertThat(figure(table, 2, "test").complete()).isTrue();
    assertThat(TableNotes.of(table, table.accuracies()))
        .singleElement()
        .asString()
        .startsWith("† incomplete");
  }

  @Test
  void namesWhatSeedsShareAndWhatASearchSees() {
    add(StoredRuns.run("coop", "pets", 1).target("test", 1, 2));
    assertThat(notes()).isEmpty();
    add(
        StoredRuns.run("kgcoop", "pets", 1)
            .setting("training", "augment", "cache:8")
            .target("test", 1, 2));
    assertThat(notes()).singleElement().asString().contains("same augmented views");
    add(StoredRuns.run("gda", "pets", 1).setting("method", "weight", "auto").target("test", 1, 2));
    assertThat(notes()).hasSize(1);
    add(
        StoredRuns.run("kgcoop", "pets", 2)
            .setting("method", "weight", "auto")
            .target("test", 1, 2));
    assertThat(notes()).hasSize(2).last().asString().contains("weight=auto", "labels");
  }

  @Test
  void rowsAreMethodsWithWhatWasVaried() {
    for (int weight : new int[] {16, 4}) {
      for (long seed = 1; seed <= 2; seed++) {
        add(StoredRuns.run("kgcoop", "pets", seed).method("weight", weight).target("test", 1, 2));
      }
    }
    add(StoredRuns.run("coop", "pets", 1).target("test", 1, 2));

    assertThat(table().rows().stream().map(TableRow::label))
        .containsExactly("CoOp", "KgCoOp weight=4", "KgCoOp weight=16");
  }

  @Test
  void shotsTellRowsApart() {
    add(StoredRuns.run("coop", "pets", 1).shots(1).target("test", 1, 2));
    add(StoredRuns.run("coop", "pets", 1).shots(16).target("test", 1, 2));

    assertThat(table().rows().stream().map(TableRow::label))
        .containsExactly("CoOp, 1 shot", "CoOp, 16 shots");
  }

  @Test
  void marksALargeSteadyDifference() {
    for (long seed = 1; seed <= 3; seed++) {
      add(StoredRuns.run("coop", "pets", seed).target("test", 100, 400));
      add(StoredRuns.run("kgcoop", "pets", seed).target("test", 200, 400));
    }
    RunTable table = table();
    TableRow kgcoop = table.rows().get(1);

    RunTable.Difference difference = difference(table, 1);

    assertThat(difference.value()).isCloseTo(25, within(1e-9));
    assertThat(difference.isSignificant()).isTrue();
    assertThat(table.best("test")).isEqualTo(kgcoop);
  }

  @Test
  void doesNotMarkADifferenceOfOneImage() {
    add(StoredRuns.run("coop", "pets", 1).target("test", 20, 40));
    add(StoredRuns.run("kgcoop", "pets", 1).target("test", 21, 40));
    RunTable table = table();

    RunTable.Difference difference = difference(table, 1);

    assertThat(difference.interval()).isNotNull();
    assertThat(difference.isSignificant()).isFalse();
    assertThat(table.best("test")).isNull();
  }

  /** The interval of one seed covers only the choice of images, not of the seed. */
  @Test
  void oneSeedMarksNothing() {
    add(StoredRuns.run("coop", "pets", 1).target("test", 100, 400));
    add(StoredRuns.run("kgcoop", "pets", 1).target("test", 200, 400));
    RunTable table = table();

    assertThat(Objects.requireNonNull(difference(table, 1).interval()).excludesZero()).isTrue();
    assertThat(difference(table, 1).isSignificant()).isFalse();
    assertThat(table.best("test")).isNull();
    assertThat(writer(true).write(TableWriter.Format.TEXT).lines())
        .noneMatch(line -> line.startsWith("KgCoOp") && line.contains("*"))
        .anyMatch(line -> line.contains("one seed has no *"));
  }

  @Test
  void methodsThatDoNotDependOnASeedAreMarked() {
    run("clip", "pets", 0);
    run("ensemble", "pets", 40);

    assertThat(difference(table(), 1).isSignificant()).isTrue();
  }

  @Test
  void imagesArePairedByNameWhateverTheirOrder() {
    add(StoredRuns.run("coop", "pets", 1).target("test", 10, 40));
    add(StoredRuns.run("kgcoop", "pets", 1).target("test", 10, 40).reversed());
    RunTable table = table();

    RunTable.Difference difference = difference(table, 1);

    assertThat(difference.interval()).isEqualTo(new Interval(0, 0));
  }

  @Test
  void withoutImagesThereIsAFigureAndNoInterval() {
    add(StoredRuns.run("coop", "pets", 1).countsOnly("test", 20, 40));
    add(StoredRuns.run("kgcoop", "pets", 1).target("test", 40, 40));
    RunTable table = table();

    assertThat(figure(table, 0, "test").mean()).isEqualTo(50);
    assertThat(figure(table, 0, "test").interval()).isNull();
    RunTable.Difference difference = difference(table, 1);
    assertThat(difference.value()).isEqualTo(50);
    assertThat(difference.interval()).isNull();
    assertThat(difference.isSignificant()).isFalse();
  }

  @Test
  void rowsOfOtherSeedsOrDataSetsAreNotCompared() {
    add(StoredRuns.run("coop", "pets", 1).target("test", 10, 40));
    add(StoredRuns.run("kgcoop", "pets", 2).target("test", 40, 40));
    add(StoredRuns.run("cocoop", "food", 1).target("test", 40, 40));
    RunTable table = table();
    List<TableRow> rows = table.rows();

    for (int other = 1; other < 3; other++) {
      assertThat(table.difference(rows.get(other), rows.get(0), "test")).isNull();
    }
    assertThat(table.best("test")).isNull();
    assertThat(new TableWriter(table, table.accuracies(), true).write(TableWriter.Format.MARKDOWN))
        .contains("| KgCoOp - CoOp | - | 0 of 1 |");
  }

  @Test
  void aDifferenceUsesTheRunsThatBothRowsHave() {
    for (long seed = 1; seed <= 2; seed++) {
      add(StoredRuns.run("coop", "pets", seed).target("test", 10, 40));
      add(StoredRuns.run("kgcoop", "pets", seed).target("test", 20, 40));
      add(StoredRuns.run("kgcoop", "food", seed).target("test", 40, 40));
    }
    add(StoredRuns.run("kgcoop", "pets", 3).target("test", 40, 40));
    add(StoredRuns.run("coop", "food", 4).target("test", 0, 40));
    RunTable table = table();
    List<TableRow> rows = table.rows();

    RunTable.Difference difference =
        Objects.requireNonNull(table.difference(rows.get(1), rows.get(0), "test"));

    // Pets with seeds 1 and 2: 50 - 25. Over all runs, no seed of coop would be complete.
    assertThat(difference.value()).isCloseTo(25, within(1e-9));
    assertThat(difference.pairs()).isEqualTo(2);
    assertThat(difference.isSignificant()).isTrue();
    TableWriter writer = new TableWriter(table, table.accuracies(), true);
    assertThat(writer.write(TableWriter.Format.MARKDOWN))
        .containsPattern("\\| KgCoOp - CoOp \\| .*\\+25.00.* \\| 2 of 5 \\|")
        .contains("pairs: runs on the same data set with the same seed");
    assertThat(writer.json().path("differences").path(0).path("pairs").asInt()).isEqualTo(2);
  }

  @Test
  void aRunWithoutASeedIsComparedWithAllSeeds() {
    run("clip", "pets", 20);
    add(StoredRuns.run("coop", "pets", 1).target("test", 30, 40));
    add(StoredRuns.run("coop", "pets", 2).target("test", 40, 40));
    RunTable table = table();

    RunTable.Difference difference = difference(table, 1);

    assertThat(difference.value()).isCloseTo(87.5 - 50, within(1e-9));
    assertThat(difference.pairs()).isEqualTo(2);
  }

  private void run(String method, String dataSet, int right) {
    add(StoredRuns.run(method, dataSet, 0).withoutSeed().target("test", right, 40));
  }

  @Test
  void anInterruptedSweepIsNamedByItsPlan() throws IOException {
    for (String dataSet : List.of("pets", "food")) {
      StoredRuns.run("kgcoop", dataSet, 1)
          .method("weight", 0)
          .target("test", 27, 40)
          .write(folder.resolve("table/" + dataSet + "/kgcoop/weight=0/seed1"));
    }
    Path table = folder.resolve("table/table.json");
    String cell =
        """
        {"method": "kgcoop", "setting": {"weight": %s}, "sample": {"data_set": "pets"},
         "results": {}}
        """;
    Files.writeString(
        table,
        "{\"settings\": {\"protocol\": \"base2new\"}, \"cells\": [%s], \"pending\": [%s]}"
            .formatted(cell.formatted("0"), cell.formatted("8")));

    assertThat(labels()).containsExactly("KgCoOp weight=0");

    // Without the plan, a run in progress shows that there are several values.
    Files.delete(table);
    assertThat(labels()).containsExactly("KgCoOp");
    StoredRuns.run("kgcoop", "pets", 1)
        .method("weight", 8)
        .running()
        .write(folder.resolve("table/pets/kgcoop/weight=8/seed1"));
    assertThat(labels()).containsExactly("KgCoOp weight=0");
  }

  private List<String> labels() {
    List<StoredRun> found = RunsBelow.read(folder, Map.of(), warnings::add);
    return RunTable.of(found, BOOTSTRAP, warnings::add).rows().stream()
        .map(TableRow::label)
        .toList();
  }

  @Test
  void countsTheNewerOfEqualRuns() {
    add(StoredRuns.run("coop", "pets", 1).target("test", 10, 40));
    add(StoredRuns.run("coop", "pets", 1).target("test", 20, 40));

    assertThat(figure(table(), 0, "test").seeds()).isEqualTo(1);
    assertThat(warnings)
        .singleElement()
        .asString()
        .contains("run1 and run0 have the same settings");
  }

  @Test
  void leavesOutAndNamesIncompleteRuns() {
    add(StoredRuns.run("coop", "pets", 1).target("test", 10, 40));
    add(StoredRuns.run("coop", "pets", 2).running());

    assertThat(figure(table(), 0, "test").seeds()).isEqualTo(1);
    assertThat(warnings).containsExactly("1 of 2 runs are not complete and left out");
    runs.remove(0);
    assertThatThrownBy(this::table).isInstanceOf(KgCoopException.class);
  }

  @Test
  void runsOfTwoProtocolsAreNotRepetitionsOfEachOther() {
    add(
        StoredRuns.run("coop", "pets", 1)
            .command(folder, List.of("base2new"))
            .target("base", 80, 100)
            .target("new", 20, 100));
    add(
        StoredRuns.run("coop", "pets", 1)
            .command(folder, List.of("fewshot"))
            .target("test", 50, 100));

    RunTable table = table();

    assertThat(table.rows().stream().map(TableRow::label))
        .containsExactly("CoOp, base2new", "CoOp, fewshot");
    assertThat(figure(table, 0, "base").mean()).isCloseTo(80, within(1e-9));
    assertThat(figure(table, 1, "test").mean()).isCloseTo(50, within(1e-9));
    assertThat(table.estimate(table.rows().get(0), "test")).isNull();
    assertThat(warnings).isEmpty();
  }

  @Test
  void measuresAreColumnsThatCanBeChosen() {
    for (int seed = 1; seed <= 2; seed++) {
      add(
          StoredRuns.run("coop", "pets", seed)
              .target("base", 80, 100)
              .target("new", 20, 100)
              .ece("base", 0.1 * seed)
              .ece("new", 0.3)
              .joint(60, 10 * seed));
    }
    RunTable table = table();
    assertThat(table.accuracies()).containsExactly("base", "new", "H");
    assertThat(table.available())
        .contains("joint_h", "openworld_auc", "ece", "ece:new", "nll:base");

    List<String> columns = List.of("joint_h", "ece", "ece:base");

    // The joint H is computed from the averages: 2 x 60 x 15 / 75.
    assertThat(figure(table, 0, "joint_h").mean()).isCloseTo(24, within(1e-9));
    // Seed 1: (0.1 + 0.3) / 2, seed 2: (0.2 + 0.3) / 2.
    assertThat(figure(table, 0, "ece").mean()).isCloseTo(0.225, within(1e-9));
    assertThat(figure(table, 0, "ece").deviation()).isCloseTo(0.025, within(1e-9));
    assertThat(figure(table, 0, "ece:base").mean()).isCloseTo(0.15, within(1e-9));
    assertThat(figure(table, 0, "ece").interval()).isNull();
    assertThat(new TableWriter(table, columns, true).write(TableWriter.Format.TEXT))
        .contains("24.00", "0.2250 ± 0.0250");
    assertThat(TableNotes.of(table, columns)).isEmpty();
  }

  @Test
  void marksTheLowestCalibrationError() {
    add(StoredRuns.run("coop", "pets", 1).target("test", 1, 2).ece("test", 0.25));
    add(StoredRuns.run("kgcoop", "pets", 1).target("test", 1, 2).ece("test", 0.125));

    String text =
        new TableWriter(table(), List.of("ece"), false).write(TableWriter.Format.MARKDOWN);

    assertThat(text).contains("| **0.1250** |", "| 0.2500 |");
  }

  @Test
  void explainsARowWithoutAJointList() {
    add(
        StoredRuns.run("coop", "pets", 1)
            .target("base", 80, 100)
            .target("new", 20, 100)
            .joint(60, 30));
    add(StoredRuns.run("kgcoop", "pets", 1).target("test", 1, 2));
    add(StoredRuns.run("lp++", "pets", 1).target("test", 1, 2));

    assertThat(notes()).noneMatch(note -> note.contains("joint"));
    assertThat(TableNotes.of(table(), List.of("joint", "joint_h")))
        .containsExactlyInAnyOrder(
            "no joint list for KgCoOp: not measured; base2new measures it.",
            "no joint list for LP++: a linear probe cannot be used on new classes.");
  }
}
