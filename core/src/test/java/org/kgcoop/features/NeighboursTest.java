package org.kgcoop.features;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kgcoop.clip.Activation;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.untrained.RandomClip;
import org.kgcoop.image.Images;
import org.kgcoop.image.RgbImage;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Engine;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** Tests that the feature of an image is byte-identical next to any other images. */
@Tag("equality")
class NeighboursTest {
  private static final ClipConfig.Vit VIT = new ClipConfig.Vit(64, 2, 8, 1);
  private static final ClipConfig.ResNet RES_NET = new ClipConfig.ResNet(8, List.of(1, 1, 1, 1), 4);

  private static final Map<Integer, RgbImage> NOISE = new HashMap<>();

  private final int threads = Engine.threads();

  @TempDir private Path folder;

  @AfterEach
  void restore() {
    Engine.setThreads(threads);
  }

  record Model(ClipConfig.Vision vision, DType precision) {}

  static List<Model> models() {
    return List.of(
        new Model(VIT, DType.FLOAT32),
        new Model(VIT, DType.BFLOAT16),
        new Model(RES_NET, DType.FLOAT32),
        new Model(RES_NET, DType.BFLOAT16));
  }

  @ParameterizedTest
  @MethodSource("models")
  void anImageHasTheSameFeatureNextToAnyOthers(Model model) {
    ClipConfig config =
        new ClipConfig(64, 32, 3, 77, 700, 32, 1, 1, Activation.QUICK_GELU, model.vision());
    RandomClip.write(folder, config, 1);
    Clip.Options options = new Clip.Options(model.precision(), Device.CPU, null, null);
    try (Clip clip = Clip.load(folder, options)) {
      ViewEncoder encoder = new ViewEncoder(clip, new Images(warning -> {}));
      float[] alone = features(encoder, 1, Set.of(0)).get(0);
      assertThat(norm(alone)).isCloseTo(1, org.assertj.core.data.Offset.offset(1e-3));
      for (int workers : new int[] {1, 2}) {
        Engine.setThreads(workers);
        for (int others : new int[] {0, 1, 7, 32, 33, 100}) {
          Set<Integer> places = new TreeSet<>(Set.copyOf(List.of(0, others / 2, others)));
          List<float[]> found = features(encoder, others + 1, places);
          for (int place : places) {
            assertThat(found.get(place))
                .as("%d workers, at %d of %d others", workers, place, others)
                .isEqualTo(alone);
          }
        }
      }
    }
  }

  /** Returns the features of noise images. At the given places is the same image in every call. */
  private static List<float[]> features(ViewEncoder encoder, int images, Set<Integer> places) {
    List<RgbImage> views = new ArrayList<>();
    for (int i = 0; i < images; i++) {
      views.add(noise(places.contains(i) ? 7 : 1000 + i));
    }
    try (Scope scope = Scope.open("features")) {
      Tensor made = encoder.ofViews(views);
      List<float[]> rows = new ArrayList<>();
      for (int i = 0; i < images; i++) {
        rows.add(made.select(0, i).toFloats());
      }
      return rows;
    }
  }

  /** Returns uniform noise of 32 x 32 pixels, one image per seed. */
  private static RgbImage noise(int seed) {
    return NOISE.computeIfAbsent(
        seed,
        s -> {
          byte[] noise = new byte[3 * 32 * 32];
          new Random(s).nextBytes(noise);
          return new RgbImage(32, 32, noise);
        });
  }

  private static double norm(float[] vector) {
    double squares = 0;
    for (float value : vector) {
      squares += (double) value * value;
    }
    return Math.sqrt(squares);
  }
}
