package org.kgcoop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
  private static final Pattern NUMBER = Pattern.compile("\\d[\\d.,]*");

  @TempDir Path folder;

  /** Numbers are not compared, so half of the images print the same lines. */
  @Test
  void everyCommandRunsAndPrintsTheLinesThatTheTutorialShows() throws Exception {
    runs(2);
  }

  @Test
  @Tag("nightly")
  void withAllImagesToo() throws Exception {
    runs(1);
  }

  /**
   * Runs the tutorial.
   *
   * @param each the test uses every image of this distance, and those that the tutorial names
   */
  private void runs(int each) throws Exception {
    MarkdownPage page = MarkdownPage.read(TUTORIAL);
    unzip(page, each);
    List<String> commands = new ArrayList<>();
    for (MarkdownPage.Call call : page.calls()) {
      List<String> words = call.words().stream().map(this::here).toList();
      commands.add(words.get(0));
      if (words.get(0).equals("serve")) {
        serve(words, page);
      } else {
        Cli.Result result = Cli.run(words.toArray());

        assertThat(result.exitCode()).as("%s: %s", call, result.err()).isZero();
        String printed = (result.out() + result.err()).replace(folder + "/", "");
        assertThat(printed.lines().map(TutorialTest::shape))
            .as("%s", call)
            .containsAll(shown(page, call).map(TutorialTest::shape).toList());
      }
    }
    assertThat(commands)
        .containsExactly(
            "inspect", "predict", "headroom", "adapt", "predict", "eval", "export", "serve");
  }

  /** Puts files that the tutorial writes into the test's folder. */
  private String here(String word) {
    return word.matches("(vehicles|runs)(/.*)?") ? folder.resolve(word).toString() : word;
  }

  /** Unpacks the files that the unzip command of the tutorial selects. */
  private void unzip(MarkdownPage page, int each) throws IOException {
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
      String text = String.join("\n", page.lines());
      Map<Path, Integer> seen = new HashMap<>();
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        if (patterns.stream().anyMatch(pattern -> pattern.matches(file))
            && (seen.merge(file.getParent(), 1, Integer::sum) % each == 1 % each
                || text.contains(file.getFileName().toString()))) {
          Path copy = target.resolve(file.toString().substring(1));
          Files.createDirectories(copy.getParent());
          Files.copy(file, copy);
        }
      }
    }
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
                    .POST(HttpRequest.BodyPublishers.ofFile(Path.of(here(curl.group(1)))))
                    .build(),
                HttpResponse.BodyHandlers.ofString());

    assertThat(answer.body()).contains("\"model\":\"vehicles\"", "\"classes\":[{\"class\":\"");
    server.terminate();
  }

  private static String line(MarkdownPage page, String beginning) {
    return page.lines().stream().filter(l -> l.startsWith(beginning)).findFirst().orElseThrow();
  }

  /** Returns the output that the tutorial shows for a call, from the next text block. */
  private static Stream<String> shown(MarkdownPage page, MarkdownPage.Call call) {
    List<String> rest = page.lines().subList(call.line(), page.lines().size());
    int output = rest.indexOf("```text");
    return rest.subList(output + 1, rest.size()).stream()
        .takeWhile(line -> !line.equals("```"))
        .filter(line -> !line.equals("..."));
  }

  /**
   * Removes everything that differs between processors: numbers, spaces, and the class or method
   * that a close decision names.
   */
  private static String shape(String line) {
    return NUMBER
        .matcher(
            line.replaceFirst("^chosen: .*", "chosen:")
                .replaceFirst("\t.*", "\t")
                .replaceFirst("^( (?:Linear probe|LP\\+\\+|CLIP(?: ensemble)?)) .*", "$1"))
        .replaceAll("N")
        .replaceAll("\\s+", " ")
        .strip();
  }
}
