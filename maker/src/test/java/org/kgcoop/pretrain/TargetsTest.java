package org.kgcoop.pretrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

class TargetsTest {

  @Test
  void cosinesAreAThirdOfTheTeachersAndAConstant() {
    try (Scope scope = Scope.open("test");
        Targets targets = Targets.of(Normal.tensor(1, 1, 9, 5).unitRows(), 7)) {
      Tensor images = Normal.tensor(2, 1, 3, 5).unitRows();
      Tensor texts = Normal.tensor(3, 1, 4, 5).unitRows();
      float[] teacher = images.matmul(texts.transpose(0, 1)).toFloats();
      Tensor imageTargets = targets.ofImages(images);
      Tensor textTargets = targets.ofTexts(texts);
      float[] found = imageTargets.matmul(textTargets.transpose(0, 1)).toFloats();
      for (int i = 0; i < found.length; i++) {
        // All five directions are kept. The product of the constants (1, 0) and (.3, .954) is .3.
        double expected = Math.sqrt(0.37 * 0.30) * teacher[i] + Math.sqrt(0.63 * 0.70) * 0.3;
        assertThat((double) found[i]).isCloseTo(expected, within(1e-5));
      }
      for (Tensor rows : new Tensor[] {imageTargets, textTargets}) {
        for (float square : rows.times(rows).sum(1).toFloats()) {
          assertThat(square).isCloseTo(1, within(1e-5f));
        }
      }
    }
  }

  @Test
  void theDirectionsThatVaryMostAreKept() {
    try (Scope scope = Scope.open("test")) {
      // The features vary along the first two axes, and hardly along the third.
      Tensor features =
          Tensor.of(new float[] {1, 0, 0, 0.6f, 0.8f, 0, 0, 1, 0, 0, 0.999f, 0.04f}, 4, 3);
      try (Targets targets = Targets.of(features, 4)) {
        float[] target = targets.ofImages(Tensor.of(new float[] {0, 0.6f, 0.8f}, 1, 3)).toFloats();
        float[] plane = targets.ofImages(Tensor.of(new float[] {0, 1, 0}, 1, 3)).toFloats();
        for (int i = 0; i < target.length; i++) {
          assertThat(target[i]).isCloseTo(plane[i], within(0.02f));
        }
      }
    }
  }

  @Test
  void theyAreTheSameOfWhatIsStored() {
    try (Scope scope = Scope.open("test");
        Targets targets = Targets.of(Normal.tensor(1, 1, 9, 5).unitRows(), 6);
        Targets again = Targets.of(targets.stored())) {
      Tensor texts = Normal.tensor(3, 1, 4, 5).unitRows();
      assertThat(again.ofTexts(texts).toFloats()).isEqualTo(targets.ofTexts(texts).toFloats());
    }
  }
}
