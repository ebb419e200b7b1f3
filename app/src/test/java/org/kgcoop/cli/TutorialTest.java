package org.kgcoop.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.docs.MarkdownPage;

/** Runs the commands of the tutorial in their order, in an empty folder. */
@Tag("system")
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the tutorial shows POSIX paths")
class TutorialTest {
  private static final Path TUTORIAL = Path.of("docs/tutorial.md");
  private static final Pattern FRACTION = Pattern.compile("\\d+\\.\\d+");

  @TempDir Path folder;

  @Test
  void eachCommandPrintsTheLinesAndFiguresOfTheTutorial() throws Exception {
    MarkdownPage page = MarkdownPage.read(TUTORIAL);
    unzip(page);
    List<String> commands = new ArrayList<>();
    for (MarkdownPage.Call call : page.calls()) {
      List<String> words = call.words().stream().map(this::inFolder).toList();
      commands.add(words.get(0));
      if (words.get(0).equals("serve")) {
        serve(words, page);
      } else if (words.get(0).equals("label")) {
        label(words);
      } else {
        Cli.Result result = Cli.run(words.toArray());

        assertThat(result.exitCode()).as("%s: %s", call, result.err()).isZero();
        List<String> printed =
            (result.out() + result.err()).replace(folder + "/", "").lines().toList();
        for (String line : shown(page, call)) {
          assertThat(printed).as("%s", call).anyMatch(other -> isSame(line, other));
        }
      }
    }
    assertThat(commands)
        .containsExactly(
            "label", "inspect", "predict", "adapt", "predict", "eval", "export", "serve");
  }

  /** Puts files that the tutorial writes into the test's folder. */
  private String inFolder(String word) {
    return word.matches("(vehicles|runs)(/.*)?") ? folder.resolve(word).toString() : word;
  }

  /** Unpacks the files that the unzip command of the tutorial selects. */
  private void unzip(MarkdownPage page) throws IOException {
    int first = page.lines().indexOf(line(page, "unzip "));
    String command = page.lines().get(first) + page.lines().get(first + 1);
    Matcher words = Pattern.compile("unzip -q (\\S+)(.*) -d (\\S+)").matcher(command);
    assertThat(words.matches()).isTrue();
    Path target = folder.resolve(words.group(3));
    try (FileSystem archive = FileSystems.newFileSystem(MarkdownPage.TOP.resolve(words.group(1)));
        Stream<Path> files = Files.walk(archive.getPath("/"))) {
      List<PathMatcher> patterns =
          Pattern.compile("'([^']+)'")
              .matcher(words.group(2))
              .results()
              .map(pattern -> archive.getPathMatcher("glob:/" + pattern.group(1)))
              .toList();
      assertThat(patterns).hasSizeGreaterThan(1);
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        if (patterns.stream().anyMatch(pattern -> pattern.matches(file))) {
          Path copy = target.resolve(file.toString().substring(1));
          Files.createDirectories(copy.getParent());
          Files.copy(file, copy);
        }
      }
    }
  }

  /** Opens the page of a session. LabelPageBrowserTest labels. */
  private void label(List<String> words) throws Exception {
    List<Object> inFolder = new ArrayList<>(words);
    inFolder.addAll(List.of(folder.resolve("label-try"), "--no-browser"));
    ChildProcess session = ChildProcess.start(folder.resolve("label.txt"), inFolder.toArray());
    String address = session.lineWith("http://").replaceFirst(".*(http://[^/]+/).*", "$1");
    HttpResponse<String> page =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create(address)).build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(page.statusCode()).isEqualTo(200);
    session.kill();
  }

  private void serve(List<String> words, MarkdownPage page) throws Exception {
    List<Object> onAnyPort = new ArrayList<>(words);
    onAnyPort.addAll(List.of("--port", 0, "--quiet"));
    ChildProcess server = ChildProcess.start(folder.resolve("log.txt"), onAnyPort.toArray());
    String address = server.firstLine().replaceFirst(".* on (http://[^/]+)/.*", "$1");
    Matcher curl =
        Pattern.compile("curl --data-binary @(\\S+) 'localhost:8080(\\S+)'")
            .matcher(line(page, "curl "));
    assertThat(curl.matches()).isTrue();

    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create(address + curl.group(2)))
                    .POST(HttpRequest.BodyPublishers.ofFile(Path.of(inFolder(curl.group(1)))))
                    .build(),
                HttpResponse.BodyHandlers.ofString());

    String shown = line(page, "{\"model\"");
    assertThat(answer.body())
        .startsWith(shown.substring(0, shown.indexOf("...")))
        .contains("\"classes\":[{\"class\":\"bicycle\",\"index\":1,");
    assertThat(probability(answer.body())).isCloseTo(probability(shown), within(1e-4));
    server.terminate();
  }

  private static double probability(String answer) {
    return Double.parseDouble(answer.replaceFirst("(?s).*\"probability\":([0-9.]+).*", "$1"));
  }

  private static String line(MarkdownPage page, String beginning) {
    return page.lines().stream().filter(l -> l.startsWith(beginning)).findFirst().orElseThrow();
  }

  /** Returns the output that the tutorial shows for a call, from the next text block. */
  private static List<String> shown(MarkdownPage page, MarkdownPage.Call call) {
    List<String> rest = page.lines().subList(call.line(), page.lines().size());
    int output = rest.indexOf("```text");
    return rest.subList(output + 1, rest.size()).stream()
        .takeWhile(line -> !line.equals("```"))
        .filter(line -> !line.equals("..."))
        .toList();
  }

  /**
   * Returns whether two lines have the same words and figures. Decimal fractions may differ by one
   * in the last digit, because processors round differently: AVX2 and AVX-512 print the same
   * figures here. Seconds and the size of the ONNX file, which contains decimal fractions, are not
   * compared.
   */
  private static boolean isSame(String expected, String actual) {
    List<String> first = words(expected);
    List<String> second = words(actual);
    return first.size() == second.size()
        && IntStream.range(0, first.size()).allMatch(i -> isSameWord(first.get(i), second.get(i)));
  }

  private static List<String> words(String line) {
    return List.of(
        line.replaceFirst("[\\d,]+ bytes", "bytes")
            .replaceFirst("^( [A-Z].* \\d\\.\\d\\d) +\\d+\\.\\d\\d\\s*$", "$1") // seconds
            .strip()
            .split("\\s+"));
  }

  private static boolean isSameWord(String expected, String actual) {
    if (!FRACTION.matcher(expected).matches() || !FRACTION.matcher(actual).matches()) {
      return expected.equals(actual);
    }
    BigDecimal figure = new BigDecimal(expected);
    BigDecimal other = new BigDecimal(actual);
    return figure.scale() == other.scale()
        && figure.subtract(other).abs().compareTo(figure.ulp()) <= 0;
  }
}
