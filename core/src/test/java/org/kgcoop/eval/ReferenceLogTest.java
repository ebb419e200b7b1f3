package org.kgcoop.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;

class ReferenceLogTest {
  @TempDir Path folder;

  private Path log(String name, String... lines) throws IOException {
    Path file = folder.resolve(name).resolve("log.txt");
    Files.createDirectories(file.resolveSibling("."));
    return Files.write(file, List.of(lines));
  }

  @Test
  void theLastResultAfterTrainingCounts() throws IOException {
    Path file =
        log(
            "a/seed1",
            "epoch [1/2] loss 0.3",
            "* accuracy: 50.0%",
            "Finish training",
            "=> result",
            "* total: 100",
            "* correct: 81",
            "* accuracy: 81.0%",
            "* error: 19.0%",
            "* macro_f1: 80.5%");
    assertThat(ReferenceLog.read(file).orElseThrow().metrics())
        .isEqualTo(Map.of("accuracy", 81.0, "error", 19.0, "macro_f1", 80.5));
  }

  @Test
  void olderLogsAndTestOnlyRunsAreKnownToo() throws IOException {
    Path older = log("old/seed1", "* accuracy: 1.00%", "Finished training", "* accuracy: 70.25%");
    Path tested = log("test/seed1", "* accuracy: 1.0%", "=> result", "* accuracy: 60.5%");
    assertThat(ReferenceLog.read(older).orElseThrow().metrics()).containsEntry("accuracy", 70.25);
    assertThat(ReferenceLog.read(tested).orElseThrow().metrics()).containsEntry("accuracy", 60.5);
  }

  @Test
  void resultsOnValDuringATrainingThatWasCutOffAreNotFinal() throws IOException {
    String[] training = {
      "epoch [1/50][5/5]\ttime 0.1",
      "Evaluate on the *val* set",
      "=> result",
      "* accuracy: 91.0%",
      "epoch [2/50] batch [5/5] time 0.1",
      "=> result",
      "* accuracy: 92.0%"
    };
    assertThat(ReferenceLog.read(log("cut/seed1", training))).isEmpty();

    List<String> whole = new ArrayList<>(List.of(training));
    whole.addAll(List.of("Finish training", "=> result", "* accuracy: 83.0%"));
    assertThat(ReferenceLog.read(log("whole/seed1", whole.toArray(String[]::new))))
        .hasValueSatisfying(log -> assertThat(log.metrics()).isEqualTo(Map.of("accuracy", 83.0)));
  }

  @Test
  void seedsOfAnExperimentBelongTogether() throws IOException {
    log("b/seed2", "Finish training", "* accuracy: 84.0%");
    log("b/seed1", "Finish training", "* accuracy: 80.0%");
    log("a/seed1", "Finish training", "* accuracy: 10.0%");
    Path cut = log("a/seed2", "epoch 1", "* accuracy: 99.0%");
    List<Path> unfinished = new ArrayList<>();

    List<ReferenceLog.Experiment> found = ReferenceLog.below(folder, unfinished);

    assertThat(found).hasSize(2);
    assertThat(found.get(0).values()).isEqualTo(Map.of("accuracy", List.of(10.0)));
    assertThat(found.get(1).folder()).isEqualTo(folder.resolve("b"));
    assertThat(found.get(1).values()).isEqualTo(Map.of("accuracy", List.of(80.0, 84.0)));
    assertThat(unfinished).containsExactly(cut);
    Metrics.Spread spread = Metrics.spread(List.of(80.0, 84.0));
    // Mean 82, deviations 2 and 2: 2; 1.96 * 2 / sqrt(2).
    assertThat(spread.mean()).isEqualTo(82);
    assertThat(spread.standardDeviation()).isEqualTo(2);
    assertThat(Metrics.interval95(List.of(80.0, 84.0))).isCloseTo(2.7719, within(1e-4));
  }

  @Test
  void aMissingFolderOrInvalidNumberIsRejected() throws IOException {
    assertThatThrownBy(() -> ReferenceLog.below(folder.resolve("none"), new ArrayList<>()))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("no such folder");
    Path file = log("x/seed1", "Finish training", "* accuracy: 1.2.3%");
    assertThatThrownBy(() -> ReferenceLog.read(file))
        .hasMessageContaining("'1.2.3' is not a number");
  }
}
