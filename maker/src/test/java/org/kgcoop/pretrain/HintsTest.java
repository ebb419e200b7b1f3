package org.kgcoop.pretrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.kgcoop.clip.Activation;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

class HintsTest {
  private static final ClipConfig STUDENT = model(new ClipConfig.Vit(64, 6, 8, 1));
  private static final ClipConfig TEACHER = model(new ClipConfig.ResNet(2, List.of(1, 1, 1, 1), 1));

  private static ClipConfig model(ClipConfig.Vision vision) {
    return new ClipConfig(16, 32, 3, 32, 600, 64, 1, 1, Activation.QUICK_GELU, vision);
  }

  /** Returns maps of two images: 4 x 4 positions with 2 channels, and 2 x 2 positions with 1. */
  private static List<Tensor> maps() {
    return List.of(Normal.tensor(1, 3, 2, 16, 2), Normal.tensor(2, 3, 2, 4, 1));
  }

  @Test
  void patchesAreToldWhatTheTeacherHasAtTheirPlace() {
    try (Scope scope = Scope.open("test")) {
      List<Tensor> maps = maps();
      Hints hints = Hints.of(STUDENT, maps);
      assertThat(hints.blocks()).containsExactly(2, 4);
      // Patch 5 of 16 is in row 1, column 1. Patch 10 is in row 2, column 2, and patch 3 in row 0,
      // column 3. In a grid of 2 x 2 positions, these are 0, 3 and 1.
      List<Tensor> some = hints.wanted(maps, new int[][] {{5, 10}, {3, 5}});
      List<Tensor> all = hints.wanted(maps, null);
      assertThat(some.get(0).shape()).containsExactly(2, 2, 2);
      assertThat(some.get(1).shape()).containsExactly(2, 2, 1);
      assertRow(some.get(0), 0, 0, all.get(0), 0, 5);
      assertRow(some.get(0), 1, 0, all.get(0), 1, 3);
      float[] first = hints.wanted(maps, null).get(1).select(2, 0).toFloats(); // (2, 16)
      float[] told = some.get(1).select(2, 0).toFloats(); // (2, 2)
      assertThat(told).containsExactly(first[5], first[10], first[16 + 3], first[16 + 5]);
      assertThat(first[0]).isEqualTo(first[5]).isNotEqualTo(first[10]);
    }
  }

  private static void assertRow(
      Tensor some, int image, int place, Tensor all, int otherImage, int otherPlace) {
    assertThat(some.select(0, image).select(0, place).toFloats())
        .isEqualTo(all.select(0, otherImage).select(0, otherPlace).toFloats());
  }

  @Test
  void channelsHaveMeanZeroAndADeviationOfAlmostOne() {
    try (Scope scope = Scope.open("test")) {
      List<Tensor> maps = maps();
      float[] values = Hints.of(STUDENT, maps).wanted(maps, null).get(1).toFloats();
      double sum = 0;
      double squares = 0;
      for (float value : values) {
        sum += value;
        squares += value * value;
      }
      assertThat(sum / values.length).isCloseTo(0, within(1e-5));
      // The divisor is the deviation of the channel plus one twentieth of the deviation of all
      // channels. Both are equal here.
      assertThat(Math.sqrt(squares / values.length)).isCloseTo(1 / 1.05, within(1e-4));
    }
  }

  @Test
  void theyAreTheSameOfWhatIsStored() {
    try (Scope scope = Scope.open("test")) {
      List<Tensor> maps = maps();
      Hints hints = Hints.of(STUDENT, maps);
      Map<String, StoredTensor> stored =
          hints.stored().stream().collect(Collectors.toMap(StoredTensor::name, t -> t));
      assertThat(Hints.of(STUDENT, stored).wanted(maps, null).get(0).toFloats())
          .isEqualTo(hints.wanted(maps, null).get(0).toFloats());
    }
  }

  @Test
  void theGradientOfAHeadEqualsFiniteDifferences() {
    List<StoredTensor> heads = Hints.heads(STUDENT, TEACHER, 1);
    try (TrainedWeights weights = new TrainedWeights(STUDENT, heads, DType.FLOAT32, 1);
        Scope scope = Scope.open("test")) {
      // Stages 2 and 3 of a ResNet of width 2 have 2 x 8 and 2 x 16 channels.
      assertThat(weights.master("hint.0.weight").shape()).containsExactly(16, 64);
      assertThat(weights.master("hint.1.weight").shape()).containsExactly(32, 64);
      List<Tensor> seen = List.of(Normal.tensor(1, 1, 2, 3, 64), Normal.tensor(2, 1, 2, 3, 64));
      List<Tensor> wanted = List.of(Normal.tensor(3, 1, 2, 3, 16), Normal.tensor(4, 1, 2, 3, 32));
      Tensor weight = weights.product("hint.1.weight");
      float[] gradient =
          Autograd.gradients(Hints.loss(seen, wanted, weights), List.of(weight), false)
              .get(0)
              .toFloats();
      float[] values = weight.toFloats();
      double h = 1e-2;
      for (int place : new int[] {0, 777, values.length - 1}) {
        List<Double> moved = new ArrayList<>();
        for (int sign : new int[] {1, -1}) {
          float[] changed = values.clone();
          changed[place] += (float) (sign * h);
          weights.master("hint.1.weight").copy_(Tensor.of(changed, 32, 64));
          moved.add(Hints.loss(seen, wanted, weights).item());
        }
        assertThat((double) gradient[place])
            .isCloseTo((moved.get(0) - moved.get(1)) / (2 * h), within(1e-3));
        weights.master("hint.1.weight").copy_(Tensor.of(values, 32, 64));
      }
    }
  }

  @Test
  void modelsWithoutSuchHintsAreRefused() {
    Hints.check(STUDENT, TEACHER);
    assertThatThrownBy(() -> Hints.check(STUDENT, STUDENT)).hasMessageContaining("ResNet");
    assertThatThrownBy(() -> Hints.check(model(new ClipConfig.Vit(64, 2, 8, 1)), TEACHER))
        .hasMessageContaining("3 or more blocks");
    assertThatThrownBy(() -> Hints.check(model(new ClipConfig.Vit(64, 3, 16, 1)), TEACHER))
        .hasMessageContaining("2 patches per side");
  }
}
