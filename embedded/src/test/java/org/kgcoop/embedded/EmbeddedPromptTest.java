package org.kgcoop.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.api.Classification;
import org.kgcoop.api.Classifier;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.classifier.EmbeddedPrompt;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.clip.untrained.RandomClip;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;
import org.kgcoop.data.open.EmbeddedDataSets;
import org.kgcoop.image.Images;
import org.kgcoop.image.RgbImage;

/** A test of the prompt that is part of the program. */
class EmbeddedPromptTest {
  /** Tolerance in images: rounding differs between processors and can change close decisions. */
  private static final int ON_THE_EDGE = 2;

  /** The embedded CLIP encodes 487 test images. */
  @Test
  @Tag("system")
  @Tag("nightly")
  void hasTheAccuracyOfItsNote() {
    recognises(1, 345, 280);
    // 100 * 345 / 487 and 100 * 280 / 487
    assertThat(EmbeddedPrompt.NOTE).contains("487 test images", "70.84 %", "57.49 %");
  }

  /** Every fifth of the images that its note tells of. */
  @Test
  @Tag("system")
  void hasTheStoredAccuracyOnEveryFifthImage() {
    recognises(5, 71, 52);
  }

  /**
   * Counts the correct predictions of the learned and of the hand-crafted prompt.
   *
   * @param each the test uses every image of this distance
   */
  private static void recognises(int each, int learnedRight, int handCraftedRight) {
    ClassifierFile prompt = EmbeddedPrompt.read().orElseThrow();
    DataSet data = EmbeddedDataSets.open("places", DataSetOptions.defaults(warning -> {}));
    assertThat(prompt.classNames()).isEqualTo(data.classNames());
    assertThat(prompt.template()).isEqualTo(data.template());
    Images decoder = new Images(warning -> {});
    List<Item> items =
        IntStream.range(0, data.test().size())
            .filter(i -> i % each == 0)
            .mapToObj(data.test()::get)
            .toList();
    List<RgbImage> images = items.stream().map(item -> decoder.read(item.file())).toList();
    try (Clip clip = Clip.load(EmbeddedClip.folder());
        Classifier learned = Classifier.of(prompt, clip, prompt.classNames());
        Classifier handCrafted =
            Classifier.zeroShot(clip, prompt.classNames(), prompt.template())) {
      assertThat(EmbeddedPrompt.isFor(clip)).isTrue();
      float[][] features = learned.features(images); // (N, E)
      assertThat(right(learned, features, items)).isCloseTo(learnedRight, within(ON_THE_EDGE));
      assertThat(right(handCrafted, features, items))
          .isCloseTo(handCraftedRight, within(ON_THE_EDGE));
    }
  }

  private static int right(Classifier classifier, float[][] features, List<Item> items) {
    List<Classification> found = classifier.ofFeatures(features);
    int right = 0;
    for (int i = 0; i < items.size(); i++) {
      right += found.get(i).best().className().equals(items.get(i).className()) ? 1 : 0;
    }
    return right;
  }

  @Test
  void fitsOnlyTheEmbeddedClip(@TempDir Path folder) {
    RandomClip.write(folder, RandomClip.TINY, 1);
    try (Clip other = Clip.load(folder)) {
      assertThat(EmbeddedPrompt.isFor(other)).isFalse();
    }
  }
}
