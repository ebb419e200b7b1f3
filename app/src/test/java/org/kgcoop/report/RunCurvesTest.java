package org.kgcoop.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.report.chart.XyPlot.Point;

class RunCurvesTest {
  private static final int MOST = 10_001;

  @TempDir Path folder;

  private RunCurves read(List<String> lines) throws IOException {
    return RunCurves.read(Files.write(folder.resolve("events.jsonl"), lines));
  }

  @Test
  void anEpochIsTheMeanOfItsSteps() throws IOException {
    RunCurves curves =
        read(
            List.of(
                "{\"step\": 1, \"epoch\": 1, \"batch\": 1, \"loss\": 1.0}",
                "{\"step\": 2, \"epoch\": 1, \"batch\": 2, \"loss\": 2.0}",
                "{\"step\": 2, \"epoch\": 1, \"val_accuracy\": 50.0}",
                "{\"step\": 3, \"epoch\": 2, \"batch\": 1, \"loss\": 5.0}",
                "{\"step\": 4, \"ep"));
    assertThat(curves.lastEpoch()).isEqualTo(2);
    assertThat(curves.overEpochs())
        .containsOnlyKeys("loss", "val_accuracy")
        .containsEntry("loss", List.of(new Point(1, 1.5), new Point(2, 5)))
        .containsEntry("val_accuracy", List.of(new Point(1, 50)));
    assertThat(curves.overSteps())
        .containsEntry("loss", List.of(new Point(1, 1), new Point(2, 2), new Point(3, 5)));
    assertThat(curves.withoutTheLastEpoch().overEpochs())
        .containsEntry("loss", List.of(new Point(1, 1.5)));
  }

  @Test
  void keepsStepsAtEvenDistancesAndTheLast() throws IOException {
    List<Point> points =
        read(IntStream.rangeClosed(1, 50_000)
                .mapToObj("{\"step\": %1$s, \"epoch\": 1, \"loss\": %1$s}"::formatted)
                .toList())
            .overSteps()
            .getOrDefault("loss", List.of());
    assertThat(points).hasSizeBetween(MOST / 2, MOST).endsWith(new Point(50_000, 50_000));
    assertThat(points.subList(0, points.size() - 1))
        .allMatch(point -> ((int) point.x() - 1) % 8 == 0 && point.x() == point.y());
  }

  @Test
  void aRunWithoutALogHasNoCurves() {
    assertThat(RunCurves.read(folder.resolve("gone")).isEmpty()).isTrue();
    assertThat(RunCurves.read(folder.resolve("gone")).lastEpoch()).isZero();
  }
}
