package org.kgcoop.clip;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.kgcoop.clip.untrained.InitialWeights;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Linear;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

class VisionTransformerTest {
  private static final int BLOCKS = 8;
  private static final int LAYERS = 4; // of a block

  /** Notes the number of native objects whenever a layer is called. */
  private static final class Observed extends ForwardedWeights {
    private final WeightSource weights;
    private final List<Long> objects = new ArrayList<>();

    Observed(WeightSource weights) {
      super(weights);
      this.weights = weights;
    }

    @Override
    public Linear linear(
        String name, Tensor bias, double scale, Linear.Packs packs, long outputs, long inputs) {
      return weights
          .linear(name, bias, scale, packs, outputs, inputs)
          .observedBy(rows -> objects.add(Pointer.totalCount()));
    }
  }

  /** Otherwise the memory of an image would grow with the number of blocks. */
  @Test
  void whatOnlyOneBlockNeedsIsFreedAfterIt() {
    ClipConfig config =
        new ClipConfig(
            64, 32, 3, 77, 1000, 64, 1, 2, Activation.GELU, new ClipConfig.Vit(64, BLOCKS, 8, 1));
    Map<String, StoredTensor> tensors =
        InitialWeights.of(config, 1).stream().collect(Collectors.toMap(StoredTensor::name, t -> t));
    try (Scope scope = Scope.open("test");
        Autograd.Switch off = Autograd.off()) {
      Observed weights = new Observed(new Weights(tensors, DType.FLOAT32, Device.CPU, "test"));
      try (VisionTransformer encoder = new VisionTransformer(weights, config)) {
        Tensor images = Tensor.of(new float[3 * 32 * 32], 1, 3, 32, 32);
        Tensor unused = encoder.features(images); // packs the weights
        weights.objects.clear();
        Tensor again = encoder.features(images);
      }
      long second = weights.objects.get(LAYERS);
      long seventh = weights.objects.get(6 * LAYERS);
      assertThat(seventh - second).isLessThanOrEqualTo(2L * 5); // the output of each block
    }
  }
}
