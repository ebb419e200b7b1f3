package org.kgcoop.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.data.published.PublishedDataSets;

/**
 * Compares the figures of the README with their origin: the output of the tutorial, which
 * TutorialTest compares with the program, the tables of the model card, whose demo a nightly test
 * compares with the program, the page about times, and lists of the program.
 */
class ReadmeFiguresTest {
  private static final Path CARD =
      Path.of("embedded/src/main/resources/org/kgcoop/embedded/clip/model_card.md");
  private static final Path TIMES = Path.of("docs/how-to/photo-speed.md");
  private static final String UNPUBLISHED = "gap";

  /** The number of cores of the times in minutes. */
  private static final int CORES = 2;

  private static final Pattern NUMBER =
      Pattern.compile("(?<![\\w./-])\\d+(,\\d{3})*(\\.\\d+)?(?![\\w/])");

  private static String text(Path page) throws IOException {
    return Files.readString(MarkdownPage.TOP.resolve(page));
  }

  private static Set<String> numbers(String text) {
    Set<String> numbers = new TreeSet<>();
    NUMBER.matcher(text).results().map(MatchResult::group).forEach(numbers::add);
    return numbers;
  }

  /** Returns the output of adapt that the README shows. */
  private static List<String> output(MarkdownPage page) {
    int start = page.lines().indexOf("```text") + 1;
    return page.lines().subList(start, page.lines().size()).stream()
        .takeWhile(line -> !line.equals("```"))
        .toList();
  }

  @Test
  void eachFigureHasAnOrigin() throws IOException {
    Set<String> known = new TreeSet<>(numbers(text(Path.of("docs/tutorial.md"))));
    known.addAll(numbers(text(CARD)));
    known.addAll(numbers(text(TIMES)));
    known.addAll(numbers(text(Path.of("docs/how-to/install.md"))));
    known.addAll(numbers(text(Path.of("docs/how-to/reproduce-a-paper.md")))); // the paper's year
    known.add(Integer.toString(MethodRegistry.ids().size() - 1));
    known.add(Integer.toString(PublishedDataSets.all().size()));
    MarkdownPage page = MarkdownPage.read(Path.of("README.md"));
    StringBuilder readme = new StringBuilder(String.join("\n", output(page)));
    for (int i = 0; i < page.lines().size(); i++) {
      if (!page.code().get(i)) {
        String line = page.lines().get(i);
        readme.append('\n').append(line.replaceAll("\\]\\([^)]*\\)|`[^`]*`", ""));
      }
    }

    assertThat(numbers(readme.toString())).hasSizeGreaterThan(20).isSubsetOf(known);
  }

  @Test
  void theNumbersOfMethodsAndDataSetsAreThoseOfTheProgram() throws IOException {
    assertThat(MethodRegistry.ids()).contains(UNPUBLISHED);
    assertThat(text(Path.of("README.md")))
        .contains(
            "kgcoop has %d published methods, their published settings, and the %d data sets"
                .formatted(MethodRegistry.ids().size() - 1, PublishedDataSets.all().size()));
  }

  /** The README shows lines of the tutorial as they are, and the table of the model card. */
  @Test
  void repeatsTheTutorialAndTheModelCard() throws IOException {
    List<String> readme = MarkdownPage.read(Path.of("README.md")).lines();
    List<String> output = output(MarkdownPage.read(Path.of("README.md")));
    assertThat(output).hasSize(2);
    assertThat(text(Path.of("docs/tutorial.md")).lines().toList()).containsAll(output);
    assertThat(text(Path.of("docs/tutorial.md"))).contains("66 of 69");
    assertThat(text(Path.of("README.md"))).contains("On 69 other drawings, 66 were right.");

    List<String> card = text(CARD).replace("**", "").lines().toList();
    List<String> table =
        readme.stream()
            .filter(line -> line.matches("\\| [\\w, -]+ \\| [\\d.]+ \\| [\\d.]+ \\| [*\\d.]+ \\|"))
            .map(line -> line.replace("**", "").replace(", hand-crafted prompt", ""))
            .toList();
    assertThat(table).hasSize(5).allMatch(card::contains);
  }

  @Test
  void repeatsTheFewShotTableOfTheModelCard() throws IOException {
    assertThat(text(Path.of("README.md")).replace('\n', ' '))
        .contains(
            "ProKeR has %s %%, KgCoOp %s %% and zero-shot CLIP %s %%"
                .formatted(
                    withEightShots("proker"), withEightShots("kgcoop"), withEightShots("clip")));
  }

  private static String withEightShots(String method) throws IOException {
    return rows(CARD)
        .filter(cells -> cells.get(0).equals("`" + method + "`") && cells.size() == 5)
        .map(cells -> cells.get(4).replaceAll("[* ]|\\(.*\\)", ""))
        .findFirst()
        .orElseThrow();
  }

  /** The page about times computes them from its second table, and the README repeats two. */
  @Test
  void theTimesOfPhotosFollowFromTheMeasuredOnes() throws IOException {
    List<String> thousand = // CPU seconds of the three models
        rows(TIMES)
            .filter(cells -> cells.get(1).equals("12 MP"))
            .map(cells -> cells.get(2).replace(" s", ""))
            .toList();
    assertThat(thousand).hasSize(3);
    List<List<String>> table =
        rows(TIMES).filter(cells -> cells.get(0).matches("[\\d,]+")).toList();
    assertThat(table).hasSize(3);
    for (List<String> row : table) {
      double thousands = Double.parseDouble(row.get(0).replace(",", "")) / 1000;
      for (int model = 0; model < thousand.size(); model++) {
        double seconds = thousands * Double.parseDouble(thousand.get(model)) / CORES;
        assertThat(row.get(1 + model))
            .isEqualTo(
                seconds < 60 ? Math.round(seconds) + " s" : Math.round(seconds / 60) + " minutes");
      }
    }
    assertThat(text(Path.of("README.md")).replace('\n', ' '))
        .contains(
            "kgcoop reads %s photos in %s and %s in %s"
                .formatted(
                    table.get(1).get(0),
                    table.get(1).get(2),
                    table.get(2).get(0),
                    table.get(2).get(2)));
  }

  /** Returns the cells of the rows of all tables of a page. */
  private static Stream<List<String>> rows(Path page) throws IOException {
    return text(page)
        .lines()
        .filter(line -> line.startsWith("| "))
        .map(line -> line.substring(1, line.length() - 1).split("\\|", -1))
        .map(cells -> Stream.of(cells).map(String::strip).toList());
  }
}
