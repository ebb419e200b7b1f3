package org.kgcoop.clip;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** Tests that features of texts are computed once, copied, and dropped in the order of use. */
class TextFeatureCacheTest {
  private final TextFeatureCache cache = new TextFeatureCache(5);
  private final List<String> computed = new ArrayList<>();

  @AfterEach
  void close() {
    cache.close();
  }

  @CanIgnoreReturnValue
  private float[] get(String text) {
    try (Scope inner = Scope.open("request")) {
      Tensor features =
          cache.get(
              text,
              () -> {
                computed.add(text);
                return Tensor.of(new float[] {text.length(), 1}, 1, 2);
              });
      return features.toFloats();
    }
  }

  @Test
  void equalTextsAreComputedOnce() {
    assertThat(get("cat")).containsExactly(3, 1);
    assertThat(get("cat")).containsExactly(3, 1);
    assertThat(computed).containsExactly("cat");
  }

  @Test
  void theFeaturesUsedLongestAgoAreDropped() {
    get("cat");
    get("horse");
    get("cat");
    get("dolphin"); // the third pair of values, of at most five values
    get("cat");
    get("horse");
    assertThat(computed).containsExactly("cat", "horse", "dolphin", "horse");
  }

  @Test
  void moreValuesThanFitAreNotKept() {
    for (int i = 0; i < 2; i++) {
      try (Scope scope = Scope.open("request")) {
        Tensor features =
            cache.get(
                "all",
                () -> {
                  computed.add("all");
                  return Tensor.of(new float[6], 3, 2);
                });
        assertThat(features.count()).isEqualTo(6);
      }
    }
    assertThat(computed).containsExactly("all", "all");
  }
}
