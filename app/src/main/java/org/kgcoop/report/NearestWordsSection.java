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
  private static final int MOST_VECTORS = 32;

  private NearestWordsSection() {}

  static Optional<Section> of(List<StoredRun> runs) {
    List<Block> blocks = new ArrayList<>();
    for (StoredRun run : runs) {
      List<List<String>> vectors = run.results().nearestWords();
      if (vectors.isEmpty()) {
        continue;
      }
      List<String> words = vectors.stream().map(vector -> String.join(", ", vector)).toList();
      List<String> shown = words.subList(0, Math.min(MOST_VECTORS, words.size()));
      String name = run.dataSet() + ": " + Text.label(run) + ", seed " + Text.seed(run);
      blocks.add(new Heading(name));
      blocks.add(
          new Figures(
              ReportTable.of(
                  "Nearest words, " + name,
                  "vector",
                  IntStream.rangeClosed(1, shown.size()).mapToObj(String::valueOf).toList(),
                  List.of(),
                  List.of(ReportTable.words("nearest words", shown)))));
      if (words.size() > shown.size()) {
        blocks.add(new Words("Left out: %s more vectors.".formatted(words.size() - shown.size())));
      }
    }
    return blocks.isEmpty()
        ? Optional.empty()
        : Optional.of(new Section("words", "Nearest words of the context", blocks));
  }
}
