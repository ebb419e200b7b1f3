package org.kgcoop.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.api.Classifier;
import org.kgcoop.classifier.EmbeddedPrompt;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.docs.MarkdownPage;
import org.kgcoop.image.Images;
import org.kgcoop.serve.http.ServerSettings;
import org.kgcoop.serve.http.ServerSettings.Limits;
import org.kgcoop.serve.model.ModelRegistry;

/** Runs the program for HTTP of the page about Python. */
class PythonExampleTest {
  private static final Path PAGE = Path.of("docs/how-to/use-from-python.md");

  @TempDir Path folder;

  @Test
  void theProgramOfThePageClassifiesAndReportsErrors() throws Exception {
    assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/python3")),
        "python3 is not installed on this machine");
    ServerSettings settings =
        new ServerSettings(
            "127.0.0.1",
            0,
            null,
            new Limits(8, Duration.ofSeconds(60), 1 << 20, 0, Images.DEFAULT_MAX_PIXELS));
    try (Clip clip = Clip.load(EmbeddedClip.folder());
        ModelRegistry models =
            new ModelRegistry(
                Map.of(
                    "places",
                    Classifier.of(
                        EmbeddedPrompt.read().orElseThrow(),
                        clip,
                        List.of("anchor", "tree", "umbrella"))));
        ClassifierServer server =
            new ClassifierServer(clip, models, EmbeddedClip.TEMPLATE, settings, line -> {}, null)) {
      String address = "http://localhost:" + server.port();
      Path program = folder.resolve("program.py");
      Files.writeString(program, program().replace("http://localhost:8080", address));

      Path drawing = MarkdownPage.TOP.resolve("docs/drawing.png");
      assertThat(run(program, drawing)).contains(drawing + " umbrella 0.5");
      assertThat(run(program, program)).contains("ValueError", "image");
    }
  }

  private static String program() throws IOException {
    MarkdownPage page = MarkdownPage.read(PAGE);
    int start = page.lines().indexOf("```python") + 1;
    return IntStream.range(start, page.lines().size())
        .takeWhile(line -> page.code().get(line))
        .mapToObj(page.lines()::get)
        .takeWhile(line -> !line.equals("```"))
        .collect(Collectors.joining("\n"));
  }

  private String run(Path program, Path image) throws IOException, InterruptedException {
    Path output = folder.resolve("output.txt");
    Process process =
        new ProcessBuilder("/usr/bin/python3", program.toString(), image.toString())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    return Files.readString(output);
  }
}
