package org.kgcoop.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.eval.Metrics;
import org.kgcoop.runs.TableResults;
import org.kgcoop.tables.ProtocolTable;

/** Tests of the numbers that a report computes. */
class DistanceSectionTest {
  @TempDir Path folder;

  @Test
  void correlationEqualsAPlainLoop() {
    Random random = new Random(1);
    double[] x = random.doubles(40).toArray();
    double[] y = new double[40];
    for (int i = 0; i < y.length; i++) {
      y[i] = 3 * x[i] + random.nextGaussian();
    }
    // r = (n Sxy - Sx Sy) / sqrt((n Sxx - Sx^2) (n Syy - Sy^2))
    double sx = 0;
    double sy = 0;
    double sxx = 0;
    double syy = 0;
    double sxy = 0;
    for (int i = 0; i < y.length; i++) {
      sx += x[i];
      sy += y[i];
      sxx += x[i] * x[i];
      syy += y[i] * y[i];
      sxy += x[i] * y[i];
    }
    double expected = (40 * sxy - sx * sy) / Math.sqrt((40 * sxx - sx * sx) * (40 * syy - sy * sy));

    assertThat(Metrics.correlation(list(x), list(y))).isCloseTo(expected, within(1e-12));
  }

  private static List<Double> list(double[] values) {
    return java.util.Arrays.stream(values).boxed().toList();
  }

  @Test
  void aLineCorrelatesFullyAndAConstantNotAtAll() {
    List<Double> x = List.of(1.0, 2.0, 4.0);
    assertThat(Metrics.correlation(x, List.of(-2.0, -4.0, -8.0))).isCloseTo(-1, within(1e-12));
    assertThat(Metrics.correlation(x, List.of(5.0, 5.0, 5.0))).isNaN();
    assertThat(Metrics.correlation(List.of(1.0, 2.0), List.of(1.0, 2.0))).isNaN();
  }

  @Test
  void lossIsRelativeToZeroShotOfTheSameDataSet() throws IOException {
    ObjectNode results = JsonNodeFactory.instance.objectNode();
    cell(results, "clip", "a", 80, Double.NaN);
    cell(results, "coop", "a", 60, 0.25);
    cell(results, "coop", "b", 60, 0.5);

    StoredResults.write(folder, results);
    List<DistanceSection.Loss> losses =
        DistanceSection.losses(ProtocolTable.runs(TableResults.read(folder).orElseThrow(), folder));

    // (80 - 60) / 80 = 25 %. The zero-shot accuracy on data set b is unknown.
    assertThat(losses).containsExactly(new DistanceSection.Loss("coop", 0.25, 25));
  }

  private static void cell(
      ObjectNode results, String method, String set, int correct, double distance) {
    ObjectNode cell = results.withArray("/cells").addObject();
    StoredResults.sample(cell.put("method", method).put("title", method), set, 8, 1);
    StoredResults.targets(cell)
        .addObject()
        .put("name", "new")
        .put("correct", correct)
        .put("total", 100)
        .put("distance", distance)
        .putObject("set");
  }
}
