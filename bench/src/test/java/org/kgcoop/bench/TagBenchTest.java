package org.kgcoop.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

@Tag("system")
class TagBenchTest {
  /** A sample that draws more than twenty images before the large burst. */
  private static final int SMALL = 3;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    CommandLine program = Main.commandLine(() -> false);
    program.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return program.execute(arguments);
  }

  @ParameterizedTest
  @CsvSource({
    "--rows, hard-51, expected",
    "--samples, 0, at least 1",
    "--images, 999, at least 1000 for hard-500"
  })
  void badOptionsAreRefusedBeforeTheTable(String option, String value, String reason) {
    assertThat(run("tags", option, value)).isEqualTo(2);
    assertThat(err.toString()).contains(reason);
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void aSmallRunPrintsARowPerPopulationAndIsRepeatable() {
    String[] small = {"tags", "--samples", "1", "--images", "120", "--rows", "hard-50,medium-50"};
    assertThat(run(small)).as(err.toString()).isZero();
    List<String> lines = out.toString().lines().toList();
    assertThat(lines).hasSize(4);
    assertThat(lines.subList(2, 4))
        .extracting(line -> line.split("`", -1)[1])
        .containsExactly("hard-50", "medium-50");
    assertThat(lines.subList(2, 4)).allMatch(line -> line.matches(".*\\([1-9]\\d*\\).*")); // cells
    out.getBuffer().setLength(0);
    small[small.length - 1] = "medium-50";
    assertThat(run(small)).isZero();
    assertThat(out.toString().lines().toList().get(2)).isEqualTo(lines.get(3));
  }

  /**
   * Tags that a feature shows exactly, on half of the images.
   *
   * @param right so many first images; the others are one burst, and have the opposite tags
   */
  private static TagPopulation clear(int right) {
    int images = 400;
    float[][] features = new float[images][2];
    boolean[][] tags = new boolean[images][TagPopulation.TAGS];
    int[] groups = new int[images];
    for (int i = 0; i < images; i++) {
      double angle = i % 2 + 0.001 * i;
      features[i] = new float[] {(float) Math.cos(angle), (float) Math.sin(angle)};
      Arrays.fill(tags[i], i % 2 == 0 ^ i >= right);
      groups[i] = Math.min(i, right);
    }
    float[][] texts = new float[TagPopulation.TAGS][];
    Arrays.setAll(texts, k -> new float[] {1, 0});
    return new TagPopulation(features, texts, tags, groups);
  }

  @Test
  void aPromiseHoldsOnImagesLikeTheLabeledAndFailsOnTheOpposite() {
    TagPromises like = new TagPromises(clear(400), 100, 0);
    like.add(1);
    assertThat(like.row("like")).startsWith("| `like` | 100.0 | 100.0 (30) | ");
    TagPromises opposite = new TagPromises(clear(60), 100, 0);
    opposite.add(SMALL);
    assertThat(opposite.row("opposite")).startsWith("| `opposite` | 0.0 | 0.0 (30) | ");
  }
}
