package org.kgcoop.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checks that Javadoc, comments and help texts of all modules are as plain as the documents. */
class CommentsTest {
  private static final int LONG = 30; // words
  private static final double LONG_SHARE = 0.05;
  private static final double IDIOMS_PER_WORD = 0.004;

  private static final String STRING = "\"(?:[^\"\\\\]|\\\\.)*\"";

  /** Matches a Javadoc comment, a block of line comments, or the text of a command or an option. */
  private static final Pattern TEXT =
      Pattern.compile(
          "(?s)/\\*\\*(.*?)\\*/|//([^\\n]*(?:\\n\\s*//[^\\n]*)*)"
              + "|(?:header|description)\\s*=\\s*\\{?((?:\\s*%s\\s*[+,]?)+)".formatted(STRING));

  @ParameterizedTest
  @CsvSource({"core, 4000", "app, 1500", "parquet, 20", "bench, 300", "maker, 500", "cluster, 200"})
  void sentencesAreShortAndIdiomsAreRare(String module, int least) throws IOException {
    List<Prose.Sentence> sentences = sentences(Path.of("..", module, "src/main/java"));
    assertThat(sentences).hasSizeGreaterThan(least);

    assertThat(sentences.stream().filter(sentence -> sentence.words() > LONG).toList())
        .hasSizeLessThanOrEqualTo((int) (LONG_SHARE * sentences.size()));
    int words = sentences.stream().mapToInt(Prose.Sentence::words).sum();
    List<Prose.Sentence> idioms =
        sentences.stream().filter(sentence -> !sentence.idioms().isEmpty()).toList();
    assertThat(idioms.stream().mapToInt(sentence -> sentence.idioms().size()).sum())
        .as("%s", idioms)
        .isLessThanOrEqualTo((int) (IDIOMS_PER_WORD * words));
  }

  private static List<Prose.Sentence> sentences(Path sources) throws IOException {
    try (Stream<Path> files = Files.walk(sources)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .flatMap(CommentsTest::sentencesOf)
          .toList();
    }
  }

  private static Stream<Prose.Sentence> sentencesOf(Path file) {
    try {
      String text = Files.readString(file);
      List<Prose.Sentence> sentences = new ArrayList<>();
      Matcher texts = TEXT.matcher(text);
      while (texts.find()) {
        int line = (int) text.substring(0, texts.start()).lines().count();
        for (String paragraph : paragraphs(texts)) {
          sentences.addAll(Prose.sentences(file.getFileName().toString(), line, paragraph));
        }
      }
      return sentences.stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> paragraphs(MatchResult text) {
    if (text.group(3) != null) {
      return help(text.group(3));
    }
    return comment(text.group(1) != null ? text.group(1) : text.group(2).replace("//", " "));
  }

  /** Returns the lines of a help text without examples, which are indented. */
  private static List<String> help(String strings) {
    String joined = strings.replaceAll("\"\\s*\\+\\s*\"", "");
    return Pattern.compile(STRING)
        .matcher(joined)
        .results()
        .map(string -> string.group().substring(1, string.group().length() - 1))
        .filter(line -> !line.startsWith(" "))
        .toList();
  }

  /** Returns the text of a comment without markup. Each tag begins a paragraph. */
  private static List<String> comment(String body) {
    String plain =
        body.replaceAll("(?m)^\\s*\\*", "")
            .replaceAll("(?s)<pre>.*?</pre>", "")
            .replaceAll(
                "\\{@(?:code|link|linkplain|value)\\s*[^{}]*(?:\\{[^{}]*\\}[^{}]*)*\\}", "`x`")
            .replaceAll("(?m)^\\s*@(?:param|return|throws|see|since)\\b(?:[ ]+<?\\w+>?)?", "\n\n");
    return Stream.of(plain.split("<p>|<li>|\\n\\s*\\n", -1))
        .map(part -> part.replaceAll("<[^>]+>", " ").replaceAll("\\s+", " ").strip())
        .toList();
  }
}
