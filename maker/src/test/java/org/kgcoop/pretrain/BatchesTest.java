package org.kgcoop.pretrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Activation;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.Tokenizer;
import org.kgcoop.clip.Tokenizers;
import org.kgcoop.image.Images;
import org.kgcoop.tensor.DType;

class BatchesTest {
  private static final int IMAGE = 32 * 32 * 3; // samples

  @TempDir static Path folder;
  private static Corpus corpus;
  private static Tokenizer tokenizer;

  @BeforeAll
  static void drawCorpus() {
    corpus = Corpus.read(Drawings.corpus(folder, 2), 32, new Images(w -> {}));
    Path vocabulary = folder.resolve("merges.txt");
    VocabularyTraining.write(
        vocabulary, VocabularyTraining.merges(Captions.sample(corpus, 1), 100));
    tokenizer = Tokenizers.read(vocabulary);
  }

  private static Batches batches(int size, double pairs, long seed) {
    ClipConfig model =
        new ClipConfig(
            16, 32, 3, 32, 614, 64, 1, 2, Activation.QUICK_GELU, new ClipConfig.Vit(64, 1, 8, 1));
    return new Batches(
        corpus,
        tokenizer,
        new PretrainingSettings(
            model,
            new PretrainingSettings.Length(1, 0),
            size,
            pairs,
            0.5,
            0.001,
            1,
            0,
            1,
            new PretrainingSettings.Scale(10, 1, 100),
            seed,
            DType.FLOAT32,
            1,
            null));
  }

  @Test
  void conceptsDiffer() {
    for (int step = 0; step < 10; step++) {
      int[] concepts = batches(12, 0, 1).batch(step).concepts();
      assertThat(IntStream.of(concepts).distinct().count()).isEqualTo(12);
    }
  }

  @Test
  void pairsShowOneDrawingInTwoLooks() {
    for (int step = 0; step < 10; step++) {
      Batch batch = batches(10, 0.4, 1).batch(step);
      int[] concepts = batch.concepts();
      assertThat(concepts[0]).isEqualTo(concepts[1]).isNotEqualTo(concepts[2]);
      assertThat(concepts[2]).isEqualTo(concepts[3]);
      assertThat(IntStream.of(concepts).distinct().count()).isEqualTo(8);
      for (int first : new int[] {0, 2}) {
        assertThat(batch.captions()[first]).isNotEqualTo(batch.captions()[first + 1]);
        assertThat(image(batch, first)).isNotEqualTo(image(batch, first + 1));
      }
    }
  }

  private static byte[] image(Batch batch, int slot) {
    return Arrays.copyOfRange(batch.pixels(), slot * IMAGE, (slot + 1) * IMAGE);
  }

  @Test
  void aBatchFollowsFromSeedAndStepAlone() {
    Batches one = batches(8, 0.25, 1);
    Batch third = one.batch(3);
    assertThat(one.batch(4).captions()).isNotEqualTo(third.captions());
    Batch again = batches(8, 0.25, 1).batch(3);
    assertThat(again.captions()).isEqualTo(third.captions());
    assertThat(again.pixels()).isEqualTo(third.pixels());
    assertThat(batches(8, 0.25, 2).batch(3).captions()).isNotEqualTo(third.captions());
  }

  @Test
  void textsEndInTheMarkAndFit() {
    for (int[] text : batches(12, 0.5, 1).batch(0).texts()) {
      assertThat(text.length).isBetween(2, 31);
      assertThat(text[text.length - 1]).isEqualTo(tokenizer.endOfText());
    }
  }

  @Test
  void tooFewConceptsAreRefused() {
    assertThatThrownBy(() -> batches(16, 0.25, 1))
        .isInstanceOf(KgCoopException.class)
        .hasMessage("batch size 16 needs 14 concepts, the corpus has 12: try a smaller batch");
    assertThat(List.of(batches(16, 0.5, 1).batch(0).size())).containsExactly(16);
  }
}
