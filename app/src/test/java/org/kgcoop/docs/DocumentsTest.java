package org.kgcoop.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Checks the links of the documents, the length of the README, and plain English. */
class DocumentsTest {
  private static final int README_LINES = 200;
  private static final int FIRST_COMMAND = 30;
  private static final int MOST_WORDS = 40;
  private static final int LONG = 30;
  private static final double LONG_SHARE = 0.05;
  private static final double IDIOMS_PER_WORD = 4.0 / 1000;

  @Test
  void everyLinkWithinTheRepositoryLeadsToAFileAndAHeading() throws IOException {
    List<MarkdownPage.Link> dead = new ArrayList<>();
    int links = 0;
    for (MarkdownPage page : MarkdownPage.all()) {
      for (MarkdownPage.Link link : page.links()) {
        links++;
        if (!resolves(link)) {
          dead.add(link);
        }
      }
    }
    assertThat(dead).isEmpty();
    assertThat(links).isGreaterThan(50);
  }

  private static boolean resolves(MarkdownPage.Link link) throws IOException {
    String[] parts = link.target().split("#", 2);
    Path file = parts[0].isEmpty() ? link.file() : link.file().resolveSibling(parts[0]).normalize();
    if (file.startsWith("..") || !Files.exists(MarkdownPage.TOP.resolve(file))) {
      return false;
    }
    return parts.length == 1 || MarkdownPage.read(file).anchors().contains(parts[1]);
  }

  @Test
  void theReadmeIsShortAndBeginsWithACommand() throws IOException {
    MarkdownPage readme = MarkdownPage.read(Path.of("README.md"));

    assertThat(readme.lines()).hasSizeLessThanOrEqualTo(README_LINES);
    assertThat(readme.calls().get(0).line()).isLessThanOrEqualTo(FIRST_COMMAND);
  }

  @Test
  void everyPageOfDocsIsReachedFromTheReadme() throws IOException {
    Set<Path> reached = new TreeSet<>();
    List<Path> open = new ArrayList<>(List.of(Path.of("README.md")));
    while (!open.isEmpty()) {
      Path file = open.remove(0);
      if (file.toString().endsWith(".md") && reached.add(file)) {
        for (MarkdownPage.Link link : MarkdownPage.read(file).links()) {
          String target = link.target().replaceFirst("#.*", "");
          open.add(target.isEmpty() ? file : file.resolveSibling(target).normalize());
        }
      }
    }
    assertThat(MarkdownPage.guides().stream().map(MarkdownPage::file)).allMatch(reached::contains);
  }

  @Test
  void sentencesOfReadmeAndDocsAreShort() throws IOException {
    List<Prose.Sentence> sentences = sentences();

    assertThat(longerThan(MOST_WORDS, sentences)).isEmpty();
    assertThat(longerThan(LONG, sentences))
        .hasSizeLessThanOrEqualTo((int) (LONG_SHARE * sentences.size()));
    assertThat(sentences).hasSizeGreaterThan(300);
  }

  @Test
  void idiomsOfReadmeAndDocsAreRare() throws IOException {
    List<Prose.Sentence> sentences = sentences();
    int words = sentences.stream().mapToInt(Prose.Sentence::words).sum();
    int idioms = sentences.stream().mapToInt(sentence -> sentence.idioms().size()).sum();

    assertThat(idioms)
        .as("%s", sentences.stream().filter(Predicate.not(s -> s.idioms().isEmpty())).toList())
        .isLessThanOrEqualTo((int) (IDIOMS_PER_WORD * words));
  }

  private static List<Prose.Sentence> sentences() throws IOException {
    return MarkdownPage.guides().stream().flatMap(page -> Prose.sentences(page).stream()).toList();
  }

  private static List<Prose.Sentence> longerThan(int words, List<Prose.Sentence> sentences) {
    return sentences.stream().filter(sentence -> sentence.words() > words).toList();
  }
}
