package org.kgcoop.cli.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.api.train.Adaptation;
import org.kgcoop.api.train.Training;
import org.kgcoop.api.train.TrainingListener;
import org.kgcoop.cli.Cli;
import org.kgcoop.cli.SampleDrawings;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.clip.untrained.RandomClip;

/** Comparisons of training in a Java program with training by the command. */
@Tag("equality")
class TrainingFromJavaTest {
  private static final Pattern OF_THE_COMMAND = Pattern.compile(".*app.target.(test-)?classes.*");

  @TempDir Path folder;

  /** The embedded CLIP learns with the settings that the documentation shows. */
  @Test
  @Tag("system")
  void theExampleOfTheReadmeLeavesTheBytesOfTheCommand() throws Exception {
    Path data = folder.resolve("drawings");
    SampleDrawings.copyTo(data, 3);
    Path ofJava = folder.resolve("java");

    String said = run(compiled(), EmbeddedClip.folder(), data, ofJava);
    Cli.Result command =
        Cli.run(
            "train",
            "--data",
            data,
            "--method",
            "kgcoop",
            "--set",
            "weight=4",
            "--epochs",
            "10",
            "--shots",
            "4",
            "--out",
            folder.resolve("command"));

    assertThat(command.exitCode()).as(command.err()).isZero();
    String accuracy = command.out().substring(0, command.out().indexOf(" on "));
    assertThat(said.lines()).last().isEqualTo(accuracy);
    assertThat(said.lines()).first().asString().matches("1 \\d+\\.\\d{3}");
    for (String file : new String[] {"classifier.safetensors", "predictions.json"}) {
      assertThat(ofJava.resolve(file))
          .hasSameBinaryContentAs(folder.resolve("command").resolve(file));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"clap", "tip-adapter-f"})
  void otherMethodsToo(String method) {
    RandomClip.write(folder.resolve("clip"), RandomClip.TINY, 1);
    Cli.Result command =
        Cli.run(
            (Object[])
                ("train --clip %1$s/clip --data embedded:documents --method %2$s --shots 2 --epochs"
                        + " 2 --lr 0.01 --augment test --calibrate --seed 3 --feature-cache %1$s/bank --out %1$s/command")
                    .formatted(folder, method)
                    .split(" "));
    assertThat(command.exitCode()).as(command.err()).isZero();

    try (Clip clip = Clip.load(folder.resolve("clip"))) {
      Training.ofEmbedded(clip, "documents")
          .method(method)
          .training("epochs", 2)
          .training("lr", 0.01)
          .training("augment", "test")
          .calibrated()
          .shots(2)
          .seed(3)
          .cache(folder.resolve("cache"))
          .into(folder.resolve("java"));
    }

    assertThat(folder.resolve("java/classifier.safetensors"))
        .hasSameBinaryContentAs(folder.resolve("command/classifier.safetensors"));
  }

  @Test
  void methodsWithoutStepsTakeNoTrainingSettings() {
    RandomClip.write(folder.resolve("clip"), RandomClip.TINY, 1);
    Path data = folder.resolve("drawings");
    SampleDrawings.copyTo(data, 3);
    Object[] words = {
      "train",
      "--clip",
      folder.resolve("clip"),
      "--data",
      data,
      "--method",
      "proker",
      "--shots",
      2,
      "--feature-cache",
      "none",
      "--out",
      folder.resolve("command")
    };
    Object[] wrong = Arrays.copyOf(words, words.length + 2);
    wrong[words.length] = "--epochs";
    wrong[words.length + 1] = 2;
    Cli.Result refused = Cli.run(wrong);
    assertThat(refused.errorLine()).contains("epochs: proker is not trained in steps");
    Cli.Result command = Cli.run(words);
    assertThat(command.exitCode()).as(command.err()).isZero();

    try (Clip clip = Clip.load(folder.resolve("clip"))) {
      Training training = Training.of(clip, data).method("proker").shots(2);
      training.into(folder.resolve("java"));
      assertThatThrownBy(() -> training.training("epochs", 2).into(folder.resolve("none")))
          .hasMessageContaining("epochs: proker is not trained in steps");
    }
    assertThat(folder.resolve("java/classifier.safetensors"))
        .hasSameBinaryContentAs(folder.resolve("command/classifier.safetensors"));
  }

  @Test
  @Tag("system")
  void anAdaptationOfTheSamePlanLeavesTheBytesOfTheCommand() throws IOException {
    RandomClip.write(folder.resolve("clip"), RandomClip.TINY, 1);
    Path drawings = folder.resolve("drawings");
    SampleDrawings.copyTo(drawings, 4);
    Path plan = Files.createDirectories(folder.resolve("plan"));
    Files.writeString(
        plan.resolve("adapt.json"),
        """
        {"plan": {"methods": ["clip", "proker", "kgcoop"]}, "labels": {"origin": "unstated"},
         "images": {"copies": {}}, "result": {}}
        """);
    Cli.Result command =
        Cli.run(
            "adapt",
            drawings,
            "--clip",
            folder.resolve("clip"),
            "--plan",
            plan,
            "--unseen",
            "bridge",
            "--shots",
            3,
            "--seed",
            2,
            "--labels",
            "random",
            "--feature-cache",
            "none",
            "--json",
            "--out",
            folder.resolve("command"));
    assertThat(command.exitCode()).as(command.err()).isZero();
    JsonNode record = new ObjectMapper().readTree(command.out());

    List<String> messages = new ArrayList<>();
    boolean[] stop = {true};
    try (Clip clip = Clip.load(folder.resolve("clip"))) {
      Adaptation adaptation =
          Adaptation.of(clip, drawings)
              .plan(plan)
              .unseen("bridge")
              .shots(3)
              .seed(2)
              .labels("random")
              .cache(folder.resolve("cache"))
              .listener(recorded(messages))
              .cancelledBy(() -> stop[0]);
      assertThatExceptionOfType(KgCoopException.class)
          .isThrownBy(() -> adaptation.into(folder.resolve("java")))
          .satisfies(e -> assertThat(e.category()).isEqualTo(KgCoopException.Category.INTERRUPTED));
      stop[0] = false;
      Adaptation.Outcome outcome = adaptation.into(folder.resolve("java"));
      Adaptation.Accuracy expected = outcome.expected().orElseThrow();
      JsonNode ofCommand = record.path("result").path("expected");
      assertThat(outcome.method()).isEqualTo(record.path("choice").path("method").asText());
      assertThat(expected.percent()).isEqualTo(ofCommand.path("accuracy").asDouble());
      assertThat(expected.low()).isEqualTo(ofCommand.path("low").asDouble());
      assertThat(expected.high()).isEqualTo(ofCommand.path("high").asDouble());
      assertThat(adaptation.into(folder.resolve("java"))).isEqualTo(outcome);
      assertThat(messages).anyMatch(line -> line.endsWith(": done before"));
      assertThatThrownBy(() -> adaptation.labels("clear ones"))
          .hasMessage("labels: expected random or chosen, got 'clear ones'");
    }
    assertThat(folder.resolve("java/classifier.safetensors"))
        .hasSameBinaryContentAs(folder.resolve("command/classifier.safetensors"));
  }

  private static TrainingListener recorded(List<String> messages) {
    return new TrainingListener() {
      @Override
      public void step(Step step) {}

      @Override
      public void message(String line) {
        messages.add(line);
      }
    };
  }

  /** Compiles the example in a project that has only the library. */
  private Path compiled() throws IOException {
    String example = Files.readString(Path.of("../docs/examples/train/PetTraining.java"));
    Path project = Files.createDirectory(folder.resolve("example"));
    Path source = project.resolve("PetTraining.java");
    Files.writeString(source, example.substring(example.indexOf("import ")));
    String library =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(path -> !OF_THE_COMMAND.matcher(path).matches())
            .collect(Collectors.joining(File.pathSeparator));
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    int exitCode =
        ToolProvider.getSystemJavaCompiler()
            .run(null, errors, errors, "-proc:none", "-cp", library, source.toString());
    assertThat(errors.toString(StandardCharsets.UTF_8)).isEmpty();
    assertThat(exitCode).isZero();
    return project;
  }

  private static String run(Path classes, Path... arguments) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream before = System.out;
    try (URLClassLoader project = new URLClassLoader(new URL[] {classes.toUri().toURL()});
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
      System.setOut(out);
      project
          .loadClass("PetTraining")
          .getMethod("main", String[].class)
          .invoke(null, (Object) Stream.of(arguments).map(Path::toString).toArray(String[]::new));
    } finally {
      System.setOut(before);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
