package org.kgcoop.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.kgcoop.report.Block.Figures;
import org.kgcoop.report.Block.Heading;
import org.kgcoop.report.Block.Words;
import org.kgcoop.tables.StoredRun;

/** The words whose embeddings are nearest to the context vectors. */
final class NearestWordsSection {
  private static final int MAX_VECTORS = 32;

  private NearestWordsSection() {}

  static Optional<Section> of(List<StoredRun> runs) {
    List<Block> blocks = new ArrayList<>();
    for (StoredRun run : runs) {
      List<List<String>> vectors = run.results().nearestWords();
      if (vectors.isEmpty()) {
        continue;
      }
      List<String> words = vectors.stream().map(vector -> String.join(", ", vector)).toList();
      List<String> shown = words.subList(0, Math.min(MAX_VECTORS, words.size()));
      String name = run.dataSet() + ": " + Formats.label(run) + ", seed " + Formats.seed(run);
      blocks.add(new Heading(name));
      blocks.add(
          new Figures(
              ReportTable.of(
                      "Nearest words, " + name,
                      "vector",
                      IntStream.range(0, shown.size()).boxed().toList(),
                      vector -> String.valueOf(vector + 1))
                  .words("nearest words", shown::get)
                  .build()));
      if (words.size() > shown.size()) {
        blocks.add(new Words("Left out: %s more vectors.".formatted(words.size() - shown.size())));
      }
    }
    return blocks.isEmpty()
        ? Optional.empty()
        : Optional.of(new Section("words", "Nearest words of the context", blocks));
  }
}
