package org.kgcoop.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Tests of the files in .github/workflows that need no network. `.ci/workflows` has a linter. */
class WorkflowsTest {
  private static final Path FOLDER = MarkdownPage.TOP.resolve(".github/workflows");
  private static final Pattern SCRIPT = Pattern.compile("(?<![\\w/])\\.ci/\\w+");
  private static final Pattern ARCHIVE =
      Pattern.compile("kgcoop-[\\d.]+\\w*-((linux|macos|windows)-\\w+\\.(tar\\.gz|zip))");

  private static JsonNode workflow(String name) throws IOException {
    return new YAMLMapper().readTree(Files.readString(FOLDER.resolve(name)));
  }

  /** Returns the steps of all jobs of all workflows. */
  private static List<JsonNode> steps() throws IOException {
    List<JsonNode> steps = new ArrayList<>();
    try (Stream<Path> files = Files.list(FOLDER)) {
      for (Path file : files.sorted().toList()) {
        for (JsonNode job : workflow(file.getFileName().toString()).path("jobs")) {
          job.path("steps").forEach(steps::add);
        }
      }
    }
    assertThat(steps).hasSizeGreaterThan(15);
    return steps;
  }

  private static List<String> texts(String pointer) throws IOException {
    return steps().stream()
        .map(step -> step.at(pointer).asText())
        .filter(text -> !text.isEmpty())
        .toList();
  }

  @Test
  void fixEachActionByItsCommit() throws IOException {
    assertThat(texts("/uses")).isNotEmpty().allMatch(uses -> uses.matches("[\\w/-]+@[0-9a-f]{40}"));
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void callScriptsThatExist() throws IOException {
    List<String> scripts =
        texts("/run").stream()
            .flatMap(run -> SCRIPT.matcher(run).results().map(MatchResult::group))
            .distinct()
            .toList();
    assertThat(scripts).contains(".ci/run", ".ci/release", ".ci/smoke", ".ci/notes");
    assertThat(scripts)
        .allMatch(script -> Files.isExecutable(MarkdownPage.TOP.resolve(script)), "executable");
  }

  /** A download names an upload, also if it has a pattern, or the value of a matrix. */
  @Test
  void downloadWhatAJobUploads() throws IOException {
    List<String> uploads = new ArrayList<>();
    List<String> downloads = new ArrayList<>();
    for (JsonNode step : steps()) {
      String name = step.at("/with/name").asText(step.at("/with/pattern").asText());
      if (step.path("uses").asText().contains("/upload-artifact@")) {
        uploads.add(name.replaceAll("\\$\\{\\{.*?}}", "*"));
      } else if (step.path("uses").asText().contains("/download-artifact@")) {
        downloads.add(name.replaceAll("\\$\\{\\{.*?}}", "*"));
      }
    }
    assertThat(downloads)
        .isNotEmpty()
        .allMatch(
            name ->
                uploads.stream()
                    .anyMatch(upload -> name.equals(upload) || name.matches(pattern(upload))),
            "is uploaded");
  }

  private static String pattern(String upload) {
    return Pattern.quote(upload).replace("*", "\\E.*\\Q");
  }

  /** Each archive that the README names is tried on its system. */
  @Test
  void tryEachArchiveOfTheReadme() throws IOException {
    List<String> tried = new ArrayList<>();
    workflow("archives.yml")
        .at("/jobs/smoke/strategy/matrix/include")
        .forEach(entry -> tried.add(entry.path("archive").asText()));
    List<String> named =
        ARCHIVE
            .matcher(Files.readString(MarkdownPage.TOP.resolve("README.md")))
            .results()
            .map(archive -> archive.group(1))
            .distinct()
            .toList();
    assertThat(named).hasSize(3);
    assertThat(tried).hasSize(5).containsAll(named).contains("macos-x86_64.tar.gz");
  }
}
