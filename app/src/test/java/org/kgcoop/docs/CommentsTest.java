package org.kgcoop.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Javadoc and comments of the library and the application are as plain as the documents. */
class CommentsTest {
  private static final int LONG = 30; // words
  private static final double LONG_SHARE = 0.05;
  private static final double IDIOMS_PER_WORD = 0.004;

  private static final Pattern COMMENT =
      Pattern.compile("(?s)/\\*\\*(.*?)\\*/|//([^\\n]*(?:\\n\\s*//[^\\n]*)*)");

  @Test
  void sentencesAreShortAndIdiomsAreRare() throws IOException {
    List<Prose.Sentence> sentences = new ArrayList<>();
    for (String module : List.of("../core", "../app")) {
      sentences.addAll(sentences(Path.of(module, "src/main/java")));
    }
    assertThat(sentences).hasSizeGreaterThan(5_000);

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
      Matcher comments = COMMENT.matcher(text);
      while (comments.find()) {
        int line = (int) text.substring(0, comments.start()).lines().count();
        for (String paragraph : paragraphs(comments.group(1), comments.group(2))) {
          sentences.addAll(Prose.sentences(file.getFileName().toString(), line, paragraph));
        }
      }
      return sentences.stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the text of a comment without markup. Each tag begins a paragraph. */
  private static List<String> paragraphs(String javadoc, String lines) {
    String body = javadoc != null ? javadoc : lines.replace("//", " ");
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
