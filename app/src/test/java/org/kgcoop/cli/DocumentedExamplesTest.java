package org.kgcoop.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kgcoop.clip.untrained.RandomClip;
import org.kgcoop.docs.MarkdownPage;
import org.kgcoop.download.FileServer;

/**
 * Runs the examples of the documents and of the help with their own words, in a folder that
 * contains what they name ({@link ExampleFolder}).
 *
 * <p>To save time, the embedded data sets have six classes, and the test adds options of {@link
 * #EFFORT} that an example does not give itself. The nightly test does neither. Both leave the
 * commands of {@link #PARSED_ONLY} to {@link DocumentedCommandsTest}, which parses all commands.
 */
@Tag("nightly") // two minutes; DocumentedCommandsTest parses the same examples
@Timeout(value = 1, unit = TimeUnit.HOURS) // ChildProcess limits the work of an example
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the examples show POSIX paths")
class DocumentedExamplesTest {
  private static final List<String> PROTOCOL_EFFORT =
      List.of("--epochs", "1", "--augment", "test", "--seeds", "1", "--methods", "clip,kgcoop");

  /** Added options by command, as pairs of name and value. */
  private static final Map<String, List<String>> EFFORT =
      Map.of(
          "adapt", List.of("--minutes", "0.02"),
          "train", List.of("--epochs", "1", "--augment", "test"),
          "base2new", PROTOCOL_EFFORT,
          "fewshot", PROTOCOL_EFFORT,
          "cross", PROTOCOL_EFFORT,
          "domain", PROTOCOL_EFFORT);

  /** The added options of {@code --published}, which allows no other epochs and views. */
  private static final List<String> PUBLISHED_EFFORT = List.of("--methods", "clip");

  /** Methods of examples that have no training steps to shorten. */
  private static final Set<String> UNTRAINED = Set.of("proker", "gap");

  /** Beginnings of commands that only the nightly test runs. */
  private static final List<String> SLOW = List.of("demo"); // two minutes

  /** Beginnings of commands that no test can run, each with the reason. */
  private static final Map<String, String> PARSED_ONLY =
      Map.ofEntries(
          Map.entry(
              "base2new --clip ViT-B/16 --root data --per-set", "needs the data of the paper"),
          Map.entry("domain --clip ViT-B/16 --root data", "needs the data of the paper"),
          Map.entry("runs table runs/paper", "needs the data of the paper"),
          Map.entry("bench", "a program of another module"),
          Map.entry("cluster", "a program of another module"),
          Map.entry("label", "waits for a person; LabelCommandTest and LabelPageBrowserTest label"),
          Map.entry("base2new --methods", "takes an hour"),
          Map.entry("demo --all", "takes half an hour"),
          Map.entry(
              "adapt photos/ --tags --labels-from keywords",
              "needs photos with keywords of a person; TagsTest has some"),
          Map.entry("fewshot --shots 1,2,4,8 --seeds 1,2,3,4,5", "takes hours"),
          Map.entry(
              "download",
              "needs the network; ReleasedWeightsTest and DownloaderTest have a server"),
          Map.entry(
              "eval --data embedded:objects --groups",
              "needs a line for each of 36 classes; ClassGroupsCommandsTest measures levels"),
          Map.entry("train --data data/imagenet", "writes to a disk of a cluster"));

  private static final Path COMMANDS = Path.of("docs/reference/commands.md");
  private static final Path TUTORIAL = Path.of("docs/tutorial.md");
  private static final Path SERVE = Path.of("docs/how-to/serve.md");

  @TempDir static Path folder;

  private static Path template;
  private static @Nullable Examples running;
  private static List<MarkdownPage.Call> started = List.of();

  /** TutorialTest runs the tutorial, and compares its output too. */
  private static List<MarkdownPage.Call> calls() throws IOException {
    return MarkdownPage.all().stream()
        .filter(page -> !page.file().equals(TUTORIAL))
        .flatMap(page -> page.calls().stream())
        .toList();
  }

  private static boolean begins(MarkdownPage.Call call, Set<String> beginnings) {
    String command = String.join(" ", call.words()) + " ";
    return beginnings.stream().anyMatch(beginning -> command.startsWith(beginning + " "));
  }

  private static boolean endsItself(MarkdownPage.Call call) {
    return !call.words().get(0).equals("serve");
  }

  private static List<MarkdownPage.Call> run(boolean all) throws IOException {
    return calls().stream()
        .filter(call -> !isParsedOnly(call) && endsItself(call))
        .filter(call -> all || !begins(call, Set.copyOf(SLOW)))
        .toList();
  }

  /** A download without a name only lists names. */
  private static boolean isParsedOnly(MarkdownPage.Call call) {
    return begins(call, PARSED_ONLY.keySet()) && !call.words().contains("--list");
  }

  /** Leaves out the examples of the help, and those that an earlier page has too. */
  static List<MarkdownPage.Call> quickExamples() throws IOException {
    Set<List<String>> seen = new HashSet<>();
    return run(false).stream()
        .filter(call -> !call.file().equals(COMMANDS))
        .filter(call -> seen.add(call.words()))
        .toList();
  }

  static List<MarkdownPage.Call> allExamples() throws IOException {
    return run(true);
  }

  /** Examples of the help belong to their command, other examples to their page. */
  private static String page(MarkdownPage.Call call) {
    return call.file() + (call.file().equals(COMMANDS) ? "#" + call.heading() : "");
  }

  private static Example withEffort(MarkdownPage.Call call) {
    List<String> words = new ArrayList<>(call.words());
    if (!Collections.disjoint(words, UNTRAINED) || words.contains("--tags-file")) {
      return new Example(page(call), words);
    }
    List<String> effort =
        words.contains("--published")
            ? PUBLISHED_EFFORT
            : EFFORT.getOrDefault(words.get(0), List.of());
    for (int i = 0; i < effort.size() && !words.contains("--plan"); i += 2) {
      boolean swept = words.stream().anyMatch(("" + effort.get(i).substring(2) + "=")::startsWith);
      if (!words.contains(effort.get(i)) && !swept) {
        words.addAll(1, effort.subList(i, i + 2));
      }
    }
    return new Example(page(call), words);
  }

  @BeforeAll
  static void writeFolder() throws IOException, InterruptedException {
    template = folder.resolve("template");
    ExampleFolder.writeSmallDataSets(folder.resolve("classes"));
    ExampleFolder.write(
        template, DocumentedCommandsTest.block("yaml"), folder.resolve("preparation"));
  }

  @AfterAll
  static void stop() throws InterruptedException {
    if (running != null) {
      running.close();
    }
  }

  /** Returns the result of an example; the first call starts all of them. */
  private static Examples.Result result(
      MarkdownPage.Call call,
      List<MarkdownPage.Call> calls,
      List<Example> examples,
      List<Path> small)
      throws IOException, InterruptedException {
    if (running == null || !started.equals(calls)) {
      stop();
      Path scratch = Files.createTempDirectory(folder, "run");
      running = Examples.start(scratch, template, examples, Map.of(), small);
      started = calls;
    }
    return running.result(calls.indexOf(call));
  }

  @ParameterizedTest
  @MethodSource("quickExamples")
  void runs(MarkdownPage.Call call) throws IOException, InterruptedException {
    List<MarkdownPage.Call> calls = quickExamples();

    succeeds(
        call,
        result(
            call,
            calls,
            calls.stream().map(c -> withEffort(c)).toList(),
            List.of(folder.resolve("classes"))));
  }

  @ParameterizedTest
  @MethodSource("allExamples")
  @Tag("nightly")
  void runsAsItStands(MarkdownPage.Call call) throws IOException, InterruptedException {
    List<MarkdownPage.Call> calls = allExamples();
    Examples.Result result =
        result(
            call,
            calls,
            calls.stream().map(c -> new Example(page(c), c.words())).toList(),
            List.of());

    succeeds(call, result);
    if (call.words().equals(List.of("demo"))) {
      printsTheTableOfTheReadme(result.out());
    }
  }

  private static void printsTheTableOfTheReadme(String out) throws IOException {
    Pattern row =
        Pattern.compile("\\| ([\\w ]+)(?:,[^|]*)? \\| ([\\d.]+) \\| ([\\d.]+) \\| ([\\d.]+) \\|");
    List<Matcher> rows =
        MarkdownPage.read(Path.of("README.md")).lines().stream()
            .map(line -> row.matcher(line.replace("*", "")))
            .filter(Matcher::matches)
            .toList();
    assertThat(rows).hasSize(5);
    for (Matcher each : rows) {
      assertThat(out)
          .containsPattern(
              "(?m)^ *%s .*%s.*%s.*%s"
                  .formatted(each.group(1), each.group(2), each.group(3), each.group(4)));
    }
  }

  private static void succeeds(MarkdownPage.Call call, Examples.Result result) {
    assertThat(result.exitCode()).as("%s: %s", call, result.err()).isZero();
    assertThat(result.err()).doesNotContain("Exception");
    if (!call.words().contains("--sort-by")) {
      assertThat(result.changed()).as("%s: changed files", call).isEmpty();
    }
    // The commands that the output suggests, such as "next: ./kgcoop serve runs/photos".
    for (String suggested : result.suggested()) {
      Main.commandLine(() -> false).parseArgs(suggested.split(" ", -1));
    }
  }

  private static ChildProcess start(Path scratch, List<String> words, List<String> effort)
      throws IOException {
    Path work = scratch.resolve("work");
    ExampleRunner.copy(template, work);
    List<String> all = new ArrayList<>(words);
    all.addAll(effort);
    return ChildProcess.start(
        Examples.java(scratch, work, List.of(), Main.class.getName(), all),
        scratch.resolve("log.txt"));
  }

  /** Returns the different words of the servers, as several pages start the same server. */
  static Set<List<String>> servers() throws IOException {
    return calls().stream()
        .map(MarkdownPage.Call::words)
        .filter(words -> words.get(0).equals("serve"))
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  @ParameterizedTest
  @MethodSource("servers")
  void serverIsReadyAndShowsItsPage(List<String> words) throws Exception {
    Path scratch = Files.createTempDirectory(folder, "server");
    ChildProcess server = start(scratch, words, List.of("--port", "0", "--quiet"));
    String address = server.lineWith(" on http").replaceFirst(".* on (http://[^/]+)/.*", "$1");

    for (String path : List.of("/health", "/", "/openapi.yaml")) {
      assertThat(get(address + path).statusCode()).as(path).isEqualTo(200);
    }
    if (words.equals(List.of("serve", "runs/pets"))) {
      answersTheRequestsOfTheDocuments(scratch.resolve("work"), URI.create(address).getPort());
    }
    assertThat(server.terminate()).as(server.log()).isEqualTo(128 + 15);
  }

  private static HttpResponse<String> get(String address) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(address)).build(),
            HttpResponse.BodyHandlers.ofString());
  }

  /** Sends the requests of the page on servers and of the help, with curl. */
  private static void answersTheRequestsOfTheDocuments(Path work, int port) throws Exception {
    List<String> requests = requests();
    assertThat(requests).hasSizeGreaterThan(2);
    assumeThat(ChildProcess.run(quiet(new ProcessBuilder("sh", "-c", "command -v curl"))))
        .as("curl is installed")
        .isZero();
    for (String request : requests) {
      Path answer = work.resolve("answer.json");
      String sent = request.replace("localhost:8080", "localhost:" + port) + " -sS --fail";
      ProcessBuilder curl = new ProcessBuilder("sh", "-c", sent).directory(work.toFile());

      assertThat(ChildProcess.run(curl.redirectErrorStream(true).redirectOutput(answer.toFile())))
          .as("%s: %s", request, Files.readString(answer))
          .isZero();
      assertThat(Files.readString(answer)).as(request).matches("(?s)\\{\"(model|clip)\":.*");
      if (request.contains("red, apple")) { // the quotes must reach the server
        assertThat(Files.readString(answer)).as(request).contains("red, apple");
      }
    }
  }

  private static ProcessBuilder quiet(ProcessBuilder program) {
    return program
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD);
  }

  private static List<String> requests() throws IOException {
    return Stream.of(SERVE, COMMANDS)
        .flatMap(
            file -> {
              try {
                return MarkdownPage.read(file).lines().stream();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            })
        .map(String::strip)
        .filter(line -> line.startsWith("curl "))
        .distinct()
        .toList();
  }

  /** The guides' complete programs have tests of their own, such as TrainingFromJavaTest. */
  @Test
  void theLinesOfTheReadmeInJavaCompileAndRun() throws Exception {
    List<String> lines = MarkdownPage.read(Path.of("README.md")).lines();
    int start = lines.indexOf("```java") + 1;
    String body =
        String.join(
            "\n", lines.subList(start, start + lines.subList(start, lines.size()).indexOf("```")));
    Path scratch = Files.createTempDirectory(folder, "java");
    Path work = scratch.resolve("work");
    ExampleRunner.copy(template, work);
    Path source =
        Files.writeString(
            work.resolve("Readme.java"),
            """
            import java.nio.file.Path;
            import org.kgcoop.api.Classifier;
            import org.kgcoop.clip.Clip;

            class Readme {
              public static void main(String[] arguments) {
                %s
              }
            }
            """
                .formatted(body));

    ChildProcess program =
        ChildProcess.start(
            Examples.java(scratch, work, List.of(), source.toString(), List.of()),
            scratch.resolve("log.txt"));

    assertThat(program.exitCode()).as(program.log()).isZero();
    assertThat(program.log()).matches("\\[(\\w+ [01]\\.\\d+(, |]\\s+)){3}");
  }

  /** The help names {@code hf:OWNER/NAME}; a local server takes the place of Hugging Face. */
  @Test
  void weightsOfHuggingFaceAreDownloadedByTheirName() throws Exception {
    Path weights = folder.resolve("weights");
    RandomClip.write(weights, RandomClip.TINY, 1);
    try (FileServer hub = new FileServer()) {
      String base = "OWNER/NAME/resolve/main/";
      hub.put(base + "open_clip_config.json", "{}".getBytes(StandardCharsets.UTF_8));
      for (String file : List.of("model.safetensors", "merges.txt")) {
        hub.put(base + file, Files.readAllBytes(weights.resolve(file)));
      }
      List<Example> examples =
          List.of(
              Example.prepared("download hf:OWNER/NAME"),
              Example.prepared("predict photo.jpg --classes beach,city --clip hf:OWNER/NAME"),
              Example.prepared("predict photo.jpg --classes a,b --clip hf:OWNER/NAME --offline"));

      try (Examples run =
          Examples.start(
              folder.resolve("hub"),
              template,
              examples,
              Map.of("HF_ENDPOINT", hub.address()),
              List.of())) {
        for (int i = 0; i < examples.size(); i++) {
          Examples.Result result = run.result(i);
          assertThat(result.exitCode()).as(result.err()).isZero();
        }
      }
    }
  }

  /** An entry that no example begins with would hide that the example was renamed. */
  @Test
  void everyExceptionIsAnExample() throws IOException {
    for (String beginning : Stream.concat(PARSED_ONLY.keySet().stream(), SLOW.stream()).toList()) {
      assertThat(calls()).as(beginning).anyMatch(call -> begins(call, Set.of(beginning)));
    }
  }
}
