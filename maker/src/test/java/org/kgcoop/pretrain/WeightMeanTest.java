package org.kgcoop.pretrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.kgcoop.clip.Activation;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

class WeightMeanTest {
  private static final ClipConfig ANY =
      new ClipConfig(
          4, 8, 3, 32, 600, 64, 1, 1, Activation.QUICK_GELU, new ClipConfig.Vit(64, 1, 4, 1));

  private static TrainedWeights weights(float value) {
    return new TrainedWeights(
        ANY, List.of(StoredTensor.ofFloats("w", new long[] {1}, value)), DType.FLOAT32, 1);
  }

  private static void set(TrainedWeights weights, double value) {
    try (Scope scope = Scope.open("test")) {
      weights.master("w").copy_(Tensor.full(value, 1));
    }
  }

  private static float mean(WeightMean mean) {
    return Objects.requireNonNull(mean.stored().get("w")).toFloats()[0];
  }

  @Test
  void laterStepsCountMore() {
    try (TrainedWeights weights = weights(2);
        WeightMean mean = new WeightMean(weights, 0.9)) {
      assertThat(mean(mean)).isEqualTo(2);
      set(weights, 3);
      mean.add(1); // 1 / 11 of the previous mean remains
      assertThat(mean(mean)).isCloseTo(2 / 11f + 3 * 10 / 11f, within(1e-6f));
      set(weights, 10);
      mean.add(1000); // 1000 / 1010 exceeds the limit of 0.9
      assertThat(mean(mean)).isCloseTo(0.9f * (32 / 11f) + 1, within(1e-5f));
    }
  }

  @Test
  void itGoesOnFromWhatIsStored() {
    try (TrainedWeights weights = weights(2);
        WeightMean mean = new WeightMean(weights, 0.9);
        WeightMean again = new WeightMean(weights, 0.9)) {
      set(weights, 3);
      mean.add(5);
      again.load(mean.stored());
      set(weights, 4);
      mean.add(6);
      again.add(6);
      assertThat(mean(again)).isEqualTo(mean(mean));
    }
  }
}
