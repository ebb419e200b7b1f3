package org.kgcoop.pretrain;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.clip.Tokenizer;
import org.kgcoop.clip.Tokenizers;

class VocabularyTrainingTest {
  @TempDir Path folder;

  @Test
  void theCommonestPairIsMergedFirst() {
    // "aab" occurs five times, "aac" twice. The pairs are "a a" 7, "a b</w>" 5 and "a c</w>" 2.
    // After the first merge, they are "aa b</w>" 5 and "aa c</w>" 2.
    assertThat(VocabularyTraining.merges(Map.of("aab", 5L, "aac", 2L), 10))
        .containsExactly("a a", "aa b</w>", "aa c</w>");
    assertThat(VocabularyTraining.merges(Map.of("aab", 5L, "aac", 2L), 2))
        .containsExactly("a a", "aa b</w>");
  }

  @Test
  void equallyCommonPairsAreTakenInTheOrderOfTheirText() {
    assertThat(VocabularyTraining.merges(Map.of("xy", 1L, "ab", 1L), 1)).containsExactly("a b</w>");
  }

  @Test
  void wordsAreMergedWithinTheirBorders() {
    assertThat(VocabularyTraining.merges(Map.of("a b", 9L, "b a", 9L), 5)).isEmpty();
  }

  @Test
  void theTokenizerReadsTrainedMerges() {
    Path file = folder.resolve("merges.txt");
    List<String> merges =
        VocabularyTraining.merges(new TreeMap<>(Map.of("a red cat", 3L, "a red hat", 2L)), 20);
    VocabularyTraining.write(file, merges);
    Tokenizer tokenizer = Tokenizers.read(file);
    assertThat(tokenizer.vocabularySize())
        .isEqualTo(VocabularyTraining.WITHOUT_MERGES + merges.size());
    // Each word is one token.
    List<Integer> ids = tokenizer.encode("a red cat");
    assertThat(ids.stream().map(tokenizer::decode)).containsExactly("a ", "red ", "cat ");
    assertThat(tokenizer.encode("rat")).hasSizeGreaterThan(1);
  }
}
