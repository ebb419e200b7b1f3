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
  void findsCallsInCodeBlocks() {
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
  void splitsWordsAsAShell() {
    assertThat(ShellWords.of("a b#c '# d' \\# e # f")).containsExactly("a", "b#c", "# d", "#", "e");
    assertThatThrownBy(() -> ShellWords.of("a 'b")).hasMessageContaining("not closed");
  }

  @Test
  void computesTheAnchorsOfGitHub() {
    assertThat(
            page("# `lp++` and [GDA](x.md): *both*", "## Same", "## Same", "```", "# no", "```")
                .anchors())
        .containsExactlyInAnyOrder("lp-and-gda-both", "same", "same-1");
  }

  @Test
  void findsLinksWithinTheRepository() {
    assertThat(
            page("[a](https://x.y) ![b](b.svg) `[c](c)` [d](d.md#e \"title\")", "[f]: f.md")
                .links())
        .extracting(MarkdownPage.Link::target)
        .containsExactly("b.svg", "d.md#e", "f.md");
  }
}
