package org.kgcoop.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.bank.FeatureBank;
import org.kgcoop.bank.PictureEncoder;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.DataSet;
import org.kgcoop.fixtures.Pictures;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.image.Images;

class HeadroomTest {
  private final Clip clip = TinyClip.load();
  private final Workbench bench =
      new Workbench(
          clip,
          FeatureBank.inMemory(new PictureEncoder(clip, new Images(warning -> {}))),
          Progress.SILENT,
          warning -> {},
          () -> false);
  @TempDir Path folder;

  @AfterEach
  void close() {
    clip.close();
  }

  @Test
  void randomWeightsSayNothingByTextAndTellColoursApartByProbe() {
    DataSet data = Pictures.dataSet(folder, List.of("a", "b", "c", "d"), 8, 0, 1);
    Headroom found = Headroom.of(bench, List.of(data));
    assertThat(found.pictures()).isEqualTo(32);
    assertThat(found.classes()).isEqualTo(4);
    // The images are noise around a colour of their class.
    assertThat(found.probe().mean()).isGreaterThan(80);
    assertThat(found.zeroShot().mean()).isLessThan(60);
    assertThat(found.points())
        .isCloseTo(found.probe().mean() - found.zeroShot().mean(), within(1e-9));
    assertThat(found.toJson().path("headroom").asDouble()).isEqualTo(found.points());
  }

  @Test
  void testPicturesAreNotLookedAt() {
    DataSet data = Pictures.dataSet(folder, List.of("a", "b"), 4, 0, 1);
    DataSet without = data.withPictures(data.train(), List.of(), List.of());
    assertThat(Headroom.of(bench, List.of(without))).isEqualTo(Headroom.of(bench, List.of(data)));
  }

  @Test
  void tooFewPicturesAreRefused() {
    DataSet data = Pictures.dataSet(folder, List.of("a", "b"), 2, 0, 1);
    assertThatThrownBy(() -> Headroom.of(bench, List.of(data)))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("2 training images");
  }
}
