package org.kgcoop.features;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kgcoop.clip.Activation;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.untrained.RandomClip;
import org.kgcoop.data.DataSet;
import org.kgcoop.fixtures.TestImages;
import org.kgcoop.image.Images;
import org.kgcoop.image.RgbImage;
import org.kgcoop.model.Batch;
import org.kgcoop.model.ModelInputs;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** Tokens in front of the third of four blocks. */
class FrozenTokensTest {
  private static final int BLOCK = 2;
  private static final long BYTES = 5 * 16 * 4; // per view: a CLS token and four patch tokens

  @TempDir Path folder;
  private Clip clip;
  private DataSet data;
  private ViewEncoder encoder;

  @BeforeEach
  void load() {
    RandomClip.write(
        folder.resolve("clip"),
        new ClipConfig(
            12, 8, 3, 77, 700, 16, 1, 1, Activation.QUICK_GELU, new ClipConfig.Vit(16, 4, 4, 2)),
        1);
    clip = Clip.load(folder.resolve("clip"));
    data = TestImages.dataSet(folder.resolve("data"), List.of("a", "b"), 2, 0, 1);
    encoder = new ViewEncoder(clip, new Images(warning -> {}));
  }

  @AfterEach
  void close() {
    clip.close();
  }

  private RgbImage view(int place) {
    return encoder.view(data.train().get(place), ImageView.TEST);
  }

  private byte[] rows(FrozenTokens source, int... places) {
    try (Scope scope = Scope.open("rows")) {
      Tensor rows = source.of(places, this::view);
      assertThat(rows.shape()).containsExactly(places.length, 5, 16);
      return rows.toBytes();
    }
  }

  @Test
  void keptOrNotTheyAreTheSameAsFarAsThereIsRoom() {
    try (FrozenTokens all = new FrozenTokens(encoder, BLOCK, 1 << 20);
        FrozenTokens two = new FrozenTokens(encoder, BLOCK, 3 * BYTES - 1);
        FrozenTokens none = new FrozenTokens(encoder, BLOCK, 0)) {
      for (int[] places : new int[][] {{3, 1}, {0, 1, 2}, {1, 1}, {3, 2, 1, 0}, {2}}) {
        byte[] expected = rows(none, places);
        assertThat(rows(all, places)).isEqualTo(expected);
        assertThat(rows(two, places)).isEqualTo(expected);
      }
      assertThat(all.cached()).isEqualTo(4);
      assertThat(two.cached()).isEqualTo(2);
      assertThat(none.cached()).isZero();
    }
  }

  @Test
  void keptRowsAreNotReadAgain() {
    try (FrozenTokens source = new FrozenTokens(encoder, BLOCK, 1 << 20)) {
      byte[] first = rows(source, 0, 1);
      try (Scope scope = Scope.open("rows")) {
        Tensor again =
            source.of(
                new int[] {0, 1},
                place -> {
                  throw new AssertionError("read again: " + place);
                });
        assertThat(again.toBytes()).isEqualTo(first);
      }
    }
  }

  @Test
  void theBlocksAfterMakeTheFeaturesOfTheWholeEncoder() {
    try (FrozenTokens source = new FrozenTokens(encoder, BLOCK, 0);
        Scope scope = Scope.open("test")) {
      int[] places = {2, 0, 3};
      Tensor whole = encoder.test(Arrays.stream(places).mapToObj(data.train()::get).toList());
      Tensor found = source.features(source.of(places, this::view));
      assertThat(found.toBytes()).isEqualTo(whole.toBytes());
    }
  }

  private TrainingLoader source(String augmentation, ModelInputs inputs) {
    TrainingLoader source =
        new TrainingLoader(
            FeatureCache.inMemory(encoder),
            data.train(),
            Augmentation.ofId(augmentation),
            7,
            inputs);
    if (source.toPrepare() > 0) {
      source.prepare(done -> {});
    }
    return source;
  }

  /** Returns a batch of the third epoch, from a source with or without the first two. */
  @ParameterizedTest
  @ValueSource(strings = {"online", "test", "cache:2", "pool:2"})
  void aSourceThatWasThereBeforeGivesTheSameBytes(String augmentation) {
    int[] examples = {3, 0, 2};
    try (TrainingLoader before = source(augmentation, ModelInputs.rows(BLOCK, true));
        TrainingLoader resumed = source(augmentation, ModelInputs.rows(BLOCK, true));
        TrainingLoader features = source(augmentation, ModelInputs.FEATURES);
        Scope scope = Scope.open("test")) {
      for (int epoch = 0; epoch < 2; epoch++) {
        Batch unused = before.batch(new int[] {0, 1, 2, 3}, epoch, epoch);
      }
      Batch one = before.batch(examples, 2, 2);
      Batch other = resumed.batch(examples, 2, 2);
      assertThat(one.rows().toBytes()).isEqualTo(other.rows().toBytes());
      assertThat(one.features().toBytes()).isEqualTo(other.features().toBytes());
      assertThat(one.features().toBytes())
          .isEqualTo(features.batch(examples, 2, 2).features().toBytes());
      assertThat(one.labels().toLongs()).containsExactly(1, 0, 1);
    }
  }
}
