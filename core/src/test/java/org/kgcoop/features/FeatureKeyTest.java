package org.kgcoop.features;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.kgcoop.files.Digest;
import org.kgcoop.files.Sha256;

class FeatureKeyTest {
  @Test
  void theDigestOfATextIsThatOfItsParts() {
    String sha256 = Sha256.of("an image");
    Digest image = Digest.ofHex(sha256);
    assertThat(String.format(Locale.ROOT, "%016x%016x", image.high(), image.low()))
        .isEqualTo(sha256.substring(0, 32));
    for (String view : List.of("test", "test upright", "view:0:7:a/b.png", "")) {
      assertThat(FeatureKey.digest(FeatureKey.of(sha256, view)))
          .isEqualTo(FeatureKey.digest(image, view));
    }
  }

  @Test
  void imagesViewsAndRotationsHaveDifferentDigests() {
    assertThat(
            List.of(
                FeatureKey.digest(FeatureKey.of(Sha256.of("a"), "test")),
                FeatureKey.digest(FeatureKey.of(Sha256.of("b"), "test")),
                FeatureKey.digest(FeatureKey.of(Sha256.of("a"), "test upright")),
                FeatureKey.digest(FeatureKey.of(Sha256.of("a"), "view:0:1:a")),
                FeatureKey.digest("a key of another program"),
                FeatureKey.digest("")))
        .doesNotHaveDuplicates();
  }
}
