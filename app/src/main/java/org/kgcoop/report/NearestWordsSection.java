package org.kgcoop.report;

import java.util.List;
import java.util.stream.IntStream;
import org.kgcoop.tables.StoredRun;

/** The words whose embeddings are nearest to the context vectors. */
final class NearestWordsSection {
  private static final int MAX_VECTORS = 32;

  private NearestWordsSection() {}

  static Section of(List<StoredRun> runs) {
    Section section = new Section("words", "Nearest words of the context");
    for (StoredRun run : runs) {
      List<List<String>> vectors = run.results().nearestWords();
      List<Integer> shown =
          IntStream.range(0, Math.min(MAX_VECTORS, vectors.size())).boxed().toList();
      if (!shown.isEmpty()) {
        section.heading(Formats.name(run));
        section.table(
            new ReportTable<>(
                    "Nearest words, " + Formats.name(run), "vector", shown, i -> "" + (i + 1))
                .words("nearest words", i -> String.join(", ", vectors.get(i))));
        section.leftOut(vectors.size() - shown.size(), "%s more vectors.");
      }
    }
    return section;
  }
}
