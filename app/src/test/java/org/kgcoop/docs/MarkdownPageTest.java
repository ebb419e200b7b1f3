package org.kgcoop.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class MarkdownPageTest {
  private static MarkdownPage page(String... lines) {
    return MarkdownPage.of(Path.of("page.md"), List.of(lines));
  }

  @Test
  void aCallIsOneCommandOfACodeBlockWithoutPromptVariablesAndComment() {
    MarkdownPage page =
        page(
            "kgcoop is no command here",
            "```sh",
            "$ LC_ALL=C ./kgcoop train --set words='a red' \\",
            "  --out \"x y\"   # trains",
            "kgcoop: building",
            "tree/kgcoop runs | head",
            "```",
            "```yaml",
            "kgcoop demo",
            "```");

    assertThat(page.calls())
        .extracting(MarkdownPage.Call::line, MarkdownPage.Call::words)
        .containsExactly(
            tuple(3, List.of("train", "--set", "words=a red", "--out", "x y")),
            tuple(6, List.of("runs")));
  }

  @Test
  void aHashWithinAWordOrQuotesBeginsNoComment() {
    assertThat(ShellWords.of("a b#c '# d' \\# e # f")).containsExactly("a", "b#c", "# d", "#", "e");
    assertThatThrownBy(() -> ShellWords.of("a 'b")).hasMessageContaining("not closed");
  }

  @Test
  void anchorsAreThoseOfGitHub() {
    assertThat(
            page("# `lp++` and [GDA](x.md): *both*", "## Same", "## Same", "```", "# no", "```")
                .anchors())
        .containsExactlyInAnyOrder("lp-and-gda-both", "same", "same-1");
  }

  @Test
  void linksToOtherSitesAndThoseInCodeAreLeftOut() {
    assertThat(
            page("[a](https://x.y) ![b](b.svg) `[c](c)` [d](d.md#e \"title\")", "[f]: f.md")
                .links())
        .extracting(MarkdownPage.Link::target)
        .containsExactly("b.svg", "d.md#e", "f.md");
  }

  @Test
  void sentencesOfParagraphsAndItemsAreCountedWithoutTablesHeadingsAndCode() {
    assertThat(
            Prose.sentences(
                page(
                    "# What a heading says is not read",
                    "One sentence has five words. Another goes on and",
                    "on over a [link to a page](of/a/page.md).",
                    "",
                    "- An item of four words",
                    "- Short.",
                    "",
                    "| a cell what is this |",
                    "```",
                    "what stands in code here",
                    "```")))
        .extracting(Prose.Sentence::line, Prose.Sentence::words, Prose.Sentence::idioms)
        .containsExactly(
            tuple(2, 5, List.of()), tuple(2, 11, List.of("goes on")), tuple(5, 5, List.of()));
  }
}
