package org.kgcoop.docs;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Splits pages and help texts into sentences and measures their English. */
public final class Prose {
  private static final Pattern ITEM = Pattern.compile("(?:[-*+]|\\d+[.)])\\s+(.*)");
  private static final Pattern END =
      Pattern.compile(
          "(?<!e\\.g\\.)(?<!i\\.e\\.)(?<!vs\\.)(?<!al\\.)(?<=[.!?])[\"”)*]*\\s+(?=[\"“(*`A-Z0-9])");
  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9`][\\w'’\\-./%`]*");

  /** Phrases that make a text hard to read. Some uses of them are correct. */
  private static final Pattern IDIOM =
      Pattern.compile(
          String.join(
              "|",
              "\\bwhat\\b(?![^.?!]*\\?)",
              "\\bwhere\\b(?![^.?!]*\\?)",
              "\\b(that|those) of\\b",
              "\\b(go|goes|going|went) on\\b",
              "\\bbesides?\\b",
              "\\balone\\b",
              "\\b(stand|stands|stood|standing)\\b",
              "\\b(tell|tells|told)\\b",
              "\\belse\\b",
              "\\b(but for|all but)\\b",
              "\\banew\\b",
              "\\b(says|say|said)\\b",
              "\\bsome (\\d|ten|twenty|sixty|seventy|hundred|thousand)",
              "\\bby turns\\b",
              "\\bwho(ever)?\\b(?! (are|is using))",
              "\\bin place of\\b",
              "\\bupright\\b",
              "\\bsitting\\b",
              "\\b(images?|line|folder|step|class|object|file|views?|ms|seconds?|rows|gradient"
                  + "|training|worker|command|method|epoch|section|task|core|shot|times|once|GiB)"
                  + " an? (line|image|step|class|method|second|batch|worker|command|epoch|section"
                  + "|task|core|run|training|shot|trial|family|set|chart|folder|process|name|view)"
                  + "\\b"),
          Pattern.CASE_INSENSITIVE);

  /** A sentence of at least four words, with its page or command and the line of its paragraph. */
  public record Sentence(String source, int line, String text, int words) {
    public List<String> idioms() {
      return IDIOM.matcher(text).results().map(match -> match.group()).toList();
    }

    @Override
    public String toString() {
      return source + ":" + line + " (" + words + " words, " + idioms() + "): " + text;
    }
  }

  private Prose() {}

  static List<Sentence> sentences(MarkdownPage page) {
    List<Sentence> sentences = new ArrayList<>();
    StringBuilder paragraph = new StringBuilder();
    int start = 0;
    for (int i = 0; i <= page.lines().size(); i++) {
      boolean prose = i < page.lines().size() && !page.code().get(i);
      String line = prose ? page.lines().get(i).strip() : "";
      if (line.matches("([|#<]|!\\[|\\[!\\[).*")) {
        line = "";
      }
      Matcher item = ITEM.matcher(line);
      boolean begins = item.matches();
      if (line.isEmpty() || begins) {
        sentences.addAll(sentences(page.file().toString(), start, paragraph.toString()));
        paragraph.setLength(0);
      }
      if (!line.isEmpty()) {
        start = paragraph.isEmpty() ? i + 1 : start;
        paragraph.append(begins ? item.group(1) : line.replaceFirst("^>\\s?", "")).append(' ');
      }
    }
    return sentences;
  }

  /** Returns the sentences of a paragraph. */
  public static List<Sentence> sentences(String source, int line, String paragraph) {
    String plain =
        paragraph
            .strip()
            .replaceAll("`[^`]*`", "`x`")
            .replaceAll("\\[([^\\]]*)\\]\\([^)]*\\)", "$1");
    List<Sentence> sentences = new ArrayList<>();
    for (String sentence : END.split(plain, -1)) {
      int words = (int) WORD.matcher(sentence).results().count();
      if (words >= 4) {
        sentences.add(new Sentence(source, line, sentence.strip(), words));
      }
    }
    return sentences;
  }
}
