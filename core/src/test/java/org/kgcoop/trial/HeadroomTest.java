package org.kgcoop.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.DataSet;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.fixtures.TestImages;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.image.Images;
import org.kgcoop.progress.Progress;

class HeadroomTest {
  private final Clip clip = TinyClip.load();
  private final ExperimentContext context =
      new ExperimentContext(
          clip,
          FeatureCache.inMemory(new ViewEncoder(clip, new Images(warning -> {}))),
          Progress.SILENT,
          warning -> {},
          () -> false);
  @TempDir Path folder;

  @AfterEach
  void close() {
    clip.close();
  }

  @Test
  void randomWeightsSayNothingByTextAndTellColorsApartByProbe() {
    DataSet data = TestImages.dataSet(folder, List.of("a", "b", "c", "d"), 6, 0, 1);
    Headroom found = Headroom.of(context, List.of(data));
    assertThat(found.images()).isEqualTo(24);
    assertThat(found.classes()).isEqualTo(4);
    // Each class has a color, which a probe learns.
    assertThat(found.probe().mean()).isGreaterThan(80);
    assertThat(found.zeroShot().mean()).isLessThan(60);
    assertThat(found.points())
        .isCloseTo(found.probe().mean() - found.zeroShot().mean(), within(1e-9));
    assertThat(found.toJson().path("headroom").asDouble()).isEqualTo(found.points());
  }

  @Test
  void readsNoTestImage() {
    DataSet data = TestImages.dataSet(folder, List.of("a", "b"), 3, 0, 1);
    DataSet without = data.withImages(data.train(), List.of(), List.of());
    assertThat(Headroom.of(context, List.of(without)))
        .isEqualTo(Headroom.of(context, List.of(data)));
  }

  @Test
  void rejectsTooFewImages() {
    DataSet data = TestImages.dataSet(folder, List.of("a", "b"), 2, 0, 1);
    assertThatThrownBy(() -> Headroom.of(context, List.of(data)))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("2 training images");
  }
}
