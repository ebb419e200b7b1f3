package org.kgcoop.pretrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.kgcoop.clip.Activation;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.InitialWeights;
import org.kgcoop.clip.VisionTransformer;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.random.PythonRandom;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

class TrainableEncodersTest {
  private static final ClipConfig VIT = config(32, new ClipConfig.Vit(8, 3, 16, 2)); // 4 patches
  private static final ClipConfig RESNET =
      config(32, new ClipConfig.ResNet(2, List.of(1, 2, 1, 1), 1));

  private static ClipConfig config(int resolution, ClipConfig.Vision vision) {
    return new ClipConfig(6, resolution, 3, 8, 20, 8, 2, 1, Activation.QUICK_GELU, vision);
  }

  private static TrainableEncoders encoders(ClipConfig config) {
    Map<String, Tensor> weights = new LinkedHashMap<>();
    for (StoredTensor stored : InitialWeights.of(config, 1)) {
      weights.put(stored.name(), stored.tensor());
    }
    return TrainableEncoders.of(config, weights, weights, DType.FLOAT32, false);
  }

  private static float[] pixels() {
    PythonRandom random = new PythonRandom(2);
    float[] pixels = new float[2 * 3 * 32 * 32];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) random.gauss();
    }
    return pixels;
  }

  private static Tensor images(float[] pixels) {
    return Tensor.of(pixels, 2, 3, 32, 32);
  }

  private static void assertClose(Tensor actual, Tensor expected) {
    float[] a = actual.toFloats();
    float[] e = expected.toFloats();
    assertThat(a).hasSameSizeAs(e);
    for (int i = 0; i < a.length; i++) {
      assertThat(a[i]).isCloseTo(e[i], within(1e-4f));
    }
  }

  @Test
  void allPatchesInAnyOrderGiveTheFeaturesOfTheImage() {
    try (Scope scope = Scope.open("test")) {
      TrainableEncoders encoders = encoders(VIT);
      Tensor expected = encoders.images().features(images(pixels()));
      assertClose(encoders.patches(images(pixels()), null, List.of(1)).features(), expected);
      int[][] seen = {{0, 1, 2, 3}, {3, 1, 0, 2}};
      assertClose(encoders.patches(images(pixels()), seen, List.of()).features(), expected);
    }
  }

  @Test
  void patchesThatAreNotSeenDoNotCount() {
    try (Scope scope = Scope.open("test")) {
      TrainableEncoders encoders = encoders(VIT);
      int[][] seen = {{0, 3}, {2, 1}};
      Tensor before = encoders.patches(images(pixels()), seen, List.of()).features();
      float[] other = pixels();
      other[16] += 9; // in the first image: row 0, column 16, which is patch 1
      assertClose(encoders.patches(images(other), seen, List.of()).features(), before);
      other[15] += 9; // patch 0
      assertThat(encoders.patches(images(other), seen, List.of()).features().toFloats())
          .isNotEqualTo(before.toFloats());
    }
  }

  @Test
  void mapsHoldTheSeenPatchesInTheirOrder() {
    try (Scope scope = Scope.open("test")) {
      TrainableEncoders encoders = encoders(VIT);
      List<Tensor> whole = encoders.patches(images(pixels()), null, List.of(1, 2)).maps();
      int[][] seen = {{2, 0, 1, 3}, {0, 1, 3, 2}};
      List<Tensor> maps = encoders.patches(images(pixels()), seen, List.of(1, 2)).maps();
      assertThat(maps).hasSize(2);
      for (int block = 0; block < 2; block++) {
        for (int image = 0; image < 2; image++) {
          for (int i = 0; i < 4; i++) {
            assertClose(
                maps.get(block).select(0, image).select(0, i),
                whole.get(block).select(0, image).select(0, seen[image][i]));
          }
        }
      }
      // The tokens in front of the second block are those after the first, without the CLS token.
      assertClose(
          whole.get(0),
          ((VisionTransformer) encoders.images()).rows(images(pixels()), 1).narrow(1, 1, 4));
    }
  }

  @Test
  void stagesOfAResNetHalveTheirSidesAndLeaveTheFeaturesAsTheyAre() {
    try (Scope scope = Scope.open("test")) {
      TrainableEncoders encoders = encoders(RESNET);
      IntermediateMaps inside = encoders.stages(images(pixels()), List.of(2, 3));
      assertThat(inside.features().toFloats())
          .isEqualTo(encoders.images().features(images(pixels())).toFloats());
      // With 32 pixels, the side is 8 after the stem and stage 1, 4 after stage 2, 2 after stage 3.
      assertThat(inside.maps().get(0).shape()).containsExactly(2, 2 * 4 * 2, 4, 4);
      assertThat(inside.maps().get(1).shape()).containsExactly(2, 2 * 4 * 4, 2, 2);
    }
  }

  @Test
  void encodersOfTheOtherKindAreRejected() {
    try (Scope scope = Scope.open("test")) {
      assertThatThrownBy(() -> encoders(RESNET).patches(images(pixels()), null, List.of()))
          .hasMessageContaining("not a ViT");
      assertThatThrownBy(() -> encoders(VIT).stages(images(pixels()), List.of()))
          .hasMessageContaining("not a ResNet");
    }
  }
}
