package org.kgcoop.model;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

class BatchTest {
  @Test
  void rejectsUnequalNumbersOfImagesAndLabels() {
    try (Scope scope = Scope.open("test")) {
      Tensor features = TinyClip.features(2);
      Tensor labels = Tensor.of(new long[] {1}, 1);
      assertThatThrownBy(() -> new Batch(features, labels))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("batch: 2 images, 1 labels");
    }
  }
}
