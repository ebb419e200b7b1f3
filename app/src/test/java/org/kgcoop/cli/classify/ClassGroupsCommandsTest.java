package org.kgcoop.cli.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.api.Classification;
import org.kgcoop.api.Classifier;
import org.kgcoop.cli.Cli;
import org.kgcoop.cli.JsonPage;
import org.kgcoop.cli.embed.ManyDrawings;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.untrained.RandomClip;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;
import org.kgcoop.data.layout.PhotoKeywords;
import org.kgcoop.data.open.EmbeddedDataSets;

/** Tests of {@code --groups}. */
class ClassGroupsCommandsTest {
  private static final List<String> NAMES = List.of("bell", "book", "clock", "cloud");
  private static final String[] GROUP_OF = {"things", "paper", "things", "sky"};
  private static final String TEMPLATE = "an icon of a {}.";

  @TempDir Path folder;
  private Path weights;
  private Path images;
  private Path csv;

  @BeforeEach
  void write() throws IOException {
    weights = folder.resolve("clip");
    RandomClip.write(weights, RandomClip.TINY, 1);
    images = folder.resolve("images");
    ManyDrawings.write(images, 12);
    csv = folder.resolve("groups.csv");
    Files.writeString(
        csv, "class,group,field\nbell,things,a\nbook,paper,b\nclock,things,a\ncloud,sky,a\n");
  }

  private Cli.Result predict(Object... words) {
    Object[] fixed = {"predict", images, "--classes", String.join(",", NAMES), "-q"};
    Object[] more = {"--template", TEMPLATE, "--clip", weights};
    return Cli.run(Stream.of(fixed, more, words).flatMap(Arrays::stream).toArray());
  }

  /** Returns the answers by the names of the files. */
  private Map<String, Classification> answers() throws IOException {
    Map<String, Classification> answers = new TreeMap<>();
    try (Clip clip = Clip.load(weights);
        Classifier classifier = Classifier.zeroShot(clip, NAMES, TEMPLATE);
        Stream<Path> files = Files.list(images)) {
      files.forEach(file -> answers.put(file.toString(), classifier.classify(file)));
    }
    return answers;
  }

  /** Returns a threshold between the best classes and the sums of the first group. */
  private static double threshold(Map<String, Classification> answers) {
    return answers.values().stream()
        .mapToDouble(each -> (each.best().probability() + things(each)) / 2)
        .filter(p -> answers.values().stream().anyMatch(a -> a.best().probability() < p))
        .filter(p -> answers.values().stream().anyMatch(isGroup(p)))
        .findFirst()
        .orElseThrow();
  }

  private static float things(Classification answer) {
    return (float) ((double) answer.probabilities()[0] + answer.probabilities()[2]);
  }

  private static Predicate<Classification> isGroup(double threshold) {
    return each -> each.best().probability() < threshold && things(each) >= (float) threshold;
  }

  @Test
  void theAnswerIsTheGroupIfNoClassReachesTheThreshold() throws IOException {
    Map<String, Classification> answers = answers();
    double threshold = threshold(answers);
    Path sorted = folder.resolve("sorted");

    Cli.Result text = predict("--groups", csv, "--threshold", threshold, "--sort-into", sorted);

    assertThat(text.exitCode()).as(text.err()).isZero();
    assertThat(answers.values()).anyMatch(isGroup(threshold));
    for (String line : text.out().lines().toList()) {
      String[] cells = line.split("\t");
      Classification answer = answers.get(cells[0]);
      if (isGroup(threshold).test(answer)) {
        assertThat(cells).hasSize(4);
        assertThat(cells[1]).isEqualTo("things");
        assertThat(Float.parseFloat(cells[2])).isCloseTo(things(answer), within(6e-5f));
        assertThat(cells[3]).isEqualTo("group");
        assertThat(sorted.resolve("things").resolve(Path.of(cells[0]).getFileName())).exists();
      } else if (answer.best().probability() >= (float) threshold) {
        assertThat(cells[1]).isEqualTo(answer.best().className());
        assertThat(sorted.resolve(cells[1]).resolve(Path.of(cells[0]).getFileName())).exists();
      }
    }
  }

  @Test
  void aKeywordIsTheAnswerWithTheGroupsAboveIt() throws IOException {
    Map<String, Classification> answers = answers();
    double threshold = threshold(answers);

    Cli.Result result = predict("--groups", csv, "--threshold", threshold, "--keywords");

    assertThat(result.exitCode()).as(result.err()).isZero();
    for (Map.Entry<String, Classification> each : answers.entrySet()) {
      Path sidecar = PhotoKeywords.sidecar(Path.of(each.getKey()));
      if (isGroup(threshold).test(each.getValue())) {
        assertThat(sidecar).content().contains(">a|things<", ">things<").doesNotContain("|bell");
      } else if (each.getValue().best().className().equals("bell")
          && each.getValue().best().probability() >= (float) threshold) {
        assertThat(sidecar).content().contains(">a|things|bell<", ">bell<");
      }
    }
  }

  @Test
  void tablesHaveTheAnswerAndTheGroupsNextToTheUnchangedClasses() throws IOException {
    Map<String, Classification> answers = answers();
    double threshold = threshold(answers);
    Object[] csvWords = {"--threshold", threshold, "--format", "csv"};

    List<String> plain = predict(csvWords).out().lines().toList();
    Cli.Result grouped = predict("--groups", csv, "--threshold", threshold, "--format", "csv");
    Cli.Result json = predict("--groups", csv, "--threshold", threshold, "--json");

    List<String> lines = grouped.out().lines().toList();
    assertThat(lines).hasSameSizeAs(plain);
    assertThat(lines.get(0)).endsWith(",answer,group,group_probability,field,field_probability");
    JsonNode all = new ObjectMapper().readTree(json.out());
    JsonPage.check("predict --json", all);
    for (int i = 0; i < plain.size(); i++) {
      assertThat(lines.get(i)).startsWith(plain.get(i) + ",");
    }
    for (int i = 1; i < lines.size(); i++) {
      String[] cells = lines.get(i).split(",");
      Classification answer = answers.get(cells[0]);
      if (isGroup(threshold).test(answer)) {
        assertThat(cells[7]).isEqualTo("things");
        assertThat(cells[2]).isEqualTo("none of these");
      }
      JsonNode best = all.path("images").path(i - 1).path("groups");
      assertThat(best).hasSize(2);
      assertThat(best.path(0).path("level").asText()).isEqualTo("group");
      assertThat(best.path(0).path("name").asText()).isEqualTo(cells[8]);
      assertThat(best.path(0).path("probability").floatValue())
          .isEqualTo(Float.parseFloat(cells[9]));
      assertThat(best.path(1).path("name").asText()).isEqualTo(cells[10]);
      assertThat(best.path(0).path("accepted").asBoolean())
          .isEqualTo(Float.parseFloat(cells[9]) >= (float) threshold);
    }
  }

  @Test
  void aLevelWithTheNameOfAColumnIsRefusedBeforeAnyImageIsRead() throws IOException {
    Files.writeString(csv, "class,image\nbell,x\nbook,x\nclock,x\ncloud,x\n");
    Cli.Result result = predict("--groups", csv, "--format", "csv");
    assertThat(result.exitCode()).isEqualTo(3);
    assertThat(result.out()).isEmpty();
    assertThat(result.errorLine()).contains("two columns image", "rename this level in the file");
  }

  @Test
  void theAccuracyOfALevelEqualsAPlainLoop() throws IOException {
    DataSet objects = EmbeddedDataSets.open("objects", DataSetOptions.defaults(warning -> {}));
    List<String> names = objects.classNames();
    assertThat(names).hasSizeGreaterThan(30);
    List<String> lines = new ArrayList<>(List.of("class,six,two"));
    for (int c = 0; c < names.size(); c++) {
      lines.add("%s,six %s,two %s".formatted(names.get(c), c % 6, c % 2));
    }
    Files.write(csv, lines);
    int[] correct = new int[2];
    try (Clip clip = Clip.load(weights);
        Classifier classifier = Classifier.zeroShot(clip, names, TEMPLATE)) {
      List<Classification> answers =
          classifier.classifyAll(objects.test().stream().map(Item::file).toList());
      for (int i = 0; i < answers.size(); i++) {
        float[] p = answers.get(i).probabilities();
        for (int level = 0; level < 2; level++) {
          int groups = level == 0 ? 6 : 2;
          double[] sums = new double[groups];
          for (int c = 0; c < p.length; c++) {
            sums[c % groups] += p[c];
          }
          int best = 0;
          for (int g = 1; g < groups; g++) {
            best = sums[g] > sums[best] ? g : best;
          }
          correct[level] += best == objects.test().get(i).label() % groups ? 1 : 0;
        }
      }
    }

    ObjectNode plain = eval("embedded:objects");
    ObjectNode grouped = eval("embedded:objects", "--groups", csv);
    JsonNode levels = grouped.remove("levels");

    assertThat(grouped).isEqualTo(plain); // the classes, their probabilities and all metrics
    assertThat(levels).hasSize(2);
    for (int level = 0; level < 2; level++) {
      JsonNode found = levels.path(level);
      assertThat(found.path("name").asText()).isEqualTo(level == 0 ? "six" : "two");
      assertThat(found.path("groups").asInt()).isEqualTo(level == 0 ? 6 : 2);
      assertThat(found.path("correct").asInt()).isEqualTo(correct[level]);
      assertThat(found.path("accuracy").asDouble())
          .isEqualTo(100.0 * correct[level] / objects.test().size());
    }
    assertThat(correct[0]).isBetween(1, objects.test().size() - 1);
  }

  private ObjectNode eval(Object... words) throws IOException {
    Object[] fixed = {
      "eval", "--json", "-q", "--clip", weights, "--feature-cache", "none", "--data"
    };
    Cli.Result result = Cli.run(Stream.of(fixed, words).flatMap(Arrays::stream).toArray());
    assertThat(result.exitCode()).as(result.err()).isZero();
    return (ObjectNode) new ObjectMapper().readTree(result.out());
  }

  @Test
  void aPartOfTheClassesUsesTheFileOfAll() throws IOException {
    DataSet objects = EmbeddedDataSets.open("objects", DataSetOptions.defaults(warning -> {}));
    List<String> lines = new ArrayList<>(List.of("class,group"));
    objects.classNames().forEach(name -> lines.add(name + ",of " + name));
    Files.write(csv, lines);

    ObjectNode part = eval("embedded:objects", "--class-split", "new", "--groups", csv);

    JsonNode level = part.path("levels").path(0);
    assertThat(level.path("groups").asInt()).isEqualTo(objects.classNames().size() / 2);
    assertThat(level.path("correct")).isEqualTo(part.path("correct")); // one class per group
  }
}
