package org.kgcoop.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Checks the links of the documents. */
class DocumentsTest {
  @Test
  void resolvesLinksWithinTheRepository() throws IOException {
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
  void reachesEachPageFromTheReadme() throws IOException {
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
}
