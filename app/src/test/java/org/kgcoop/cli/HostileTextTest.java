package org.kgcoop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.classifier.TrainingDataRecord;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.untrained.RandomClip;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.method.CoOp;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.tensor.Scope;

/** Tests of class names with control characters, and a name that a spreadsheet would execute. */
class HostileTextTest {
  private static final String ESCAPES = "cat\u001b[2J\nkgcoop: done\t\u009b1m\r";
  private static final String FORMULA = "=cmd|' /C calc'!A0";
  private static final List<String> NAMES = List.of(ESCAPES, FORMULA, "owl");
  private static final String TEMPLATE = "the {}\u001b]0;title\u0007.";

  @TempDir static Path shared;
  private static Path weights;
  private static Path prompt;

  @BeforeAll
  static void write() {
    weights = shared.resolve("clip");
    RandomClip.write(weights, RandomClip.TINY, 1);
    SampleDrawings.copyTo(shared.resolve("drawings"));
    prompt = shared.resolve("classifier.safetensors");
    CoOp method = new CoOp(ContextSettings.shared(2, ""));
    try (Clip clip = Clip.load(weights);
        Scope scope = Scope.open("prompt");
        TrainableModel model = method.model(clip, NAMES, 1)) {
      Map<String, StoredTensor> parameters = new LinkedHashMap<>();
      model.parameters().forEach((name, t) -> parameters.put(name, StoredTensor.of(name, t)));
      new ClassifierFile(
              method,
              NAMES,
              TEMPLATE,
              clip.fingerprint(),
              TrainingDataRecord.UNKNOWN,
              "1",
              parameters)
          .write(prompt);
    }
  }

  private static void clean(Cli.Result result) {
    assertThat(result.out() + result.err())
        .doesNotContainPattern("[\\p{Cc}&&[^\\n\\t]]")
        .doesNotContainPattern("(?m)^kgcoop: done");
  }

  @Test
  void linesShowThemAsQuestionMarks() {
    Cli.Result inspected = Cli.run("inspect", prompt);
    assertThat(inspected.exitCode()).as(inspected.err()).isZero();
    assertThat(inspected.out()).contains("cat?[2J?kgcoop: done??1m?", "the {}?]0;title?.");
    clean(inspected);

    Path image = shared.resolve("drawings/bell/0.png");
    Cli.Result seen = Cli.run("predict", prompt, image, "--clip", weights, "--top", 3);
    assertThat(seen.exitCode()).as(seen.err()).isZero();
    assertThat(seen.out().lines()).hasSize(3).allMatch(line -> line.split("\t").length == 3);
    clean(seen);
  }

  @Test
  void tablesOnATerminalShowThemAsQuestionMarks() {
    Path image = shared.resolve("drawings/bell/0.png");
    for (String form : List.of("--format=csv", "--format=jsonl", "--json")) {
      Cli.Result seen = Cli.run("predict", prompt, image, "--clip", weights, "--top", 3, form);
      assertThat(seen.exitCode()).as(seen.err()).isZero();
      assertThat(seen.out()).contains("[2J", FORMULA);
      clean(seen);
    }
  }

  @Test
  void jsonEscapesThem() throws IOException {
    Cli.Result inspected = Cli.run("inspect", prompt, "--json");
    clean(inspected);
    assertThat(new ObjectMapper().readTree(inspected.out()).path("class_names").path(0).asText())
        .isEqualTo(ESCAPES);
  }

  @Test
  void errorsStayOneLine() {
    String file = "pic\u001b[2J\nkgcoop: done.png";
    for (Cli.Result result :
        List.of(
            Cli.run("predict", prompt, shared.resolve(file), "--clip", weights),
            Cli.run("inspect", shared.resolve(file)),
            Cli.run("train", "--no\u001b[2J\nkgcoop: done"),
            Cli.run("no\u001b[2J\nkgcoop: done"))) {
      assertThat(result.exitCode()).isNotZero();
      assertThat(result.err().lines()).hasSize(1);
      clean(result);
    }
  }

  @Test
  void aSpreadsheetGetsNoFormula() throws IOException {
    Path file = shared.resolve("features.csv");
    Cli.Result exported =
        Cli.run("export", prompt, "--to", "csv", "--out", file, "--clip", weights);
    assertThat(exported.exitCode()).as(exported.err()).isZero();
    try (CsvReader<CsvRecord> reader = CsvReader.builder().ofCsvRecord(file)) {
      assertThat(reader.stream().map(line -> line.getField(0)))
          .containsExactly("class", ESCAPES, "'" + FORMULA, "owl");
    }
  }
}
