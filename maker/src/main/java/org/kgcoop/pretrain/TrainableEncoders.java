package org.kgcoop.pretrain;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.ImageEncoder;
import org.kgcoop.clip.IntermediateMaps;
import org.kgcoop.clip.ModifiedResNet;
import org.kgcoop.clip.TextEncoder;
import org.kgcoop.clip.VisionTransformer;
import org.kgcoop.clip.WeightSource;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Tensor;

/**
 * The two encoders over tensors of the caller, who may change them, as pretraining does. A loaded
 * model is a {@link Clip}.
 *
 * @param taken the tensors that the encoders use, by released name: the trainable ones, and the
 *     statistics of batch normalization
 */
public record TrainableEncoders(ImageEncoder images, TextEncoder texts, Map<String, Tensor> taken) {

  /**
   * Creates encoders over float32 weights, which may require gradients.
   *
   * @param weights all tensors of the model except {@code logit_scale}, under their released names
   * @param computed the same weights in the type of matrix products, if it differs
   * @param training true if batch normalization uses the statistics of its batch
   */
  public static TrainableEncoders of(
      ClipConfig config,
      Map<String, Tensor> weights,
      Map<String, Tensor> computed,
      DType computeType,
      boolean training) {
    Map<String, Tensor> taken = new LinkedHashMap<>();
    WeightSource source = new Given(weights, computed, computeType, training, taken);
    ImageEncoder images =
        config.vision() instanceof ClipConfig.Vit vit
            ? new VisionTransformer(source, config, vit)
            : new ModifiedResNet(source, config, (ClipConfig.ResNet) config.vision());
    return new TrainableEncoders(images, new TextEncoder(source, config), taken);
  }

  /**
   * Computes image features from some of the patches, as {@link VisionTransformer#inside} does.
   *
   * @throws IllegalStateException if the image encoder is of another kind
   */
  public IntermediateMaps patches(Tensor images, int @Nullable [][] seen, List<Integer> blocks) {
    if (images() instanceof VisionTransformer vit && vit.hasClassRow()) {
      return vit.inside(images, seen, blocks);
    }
    throw new IllegalStateException("patches of an image encoder that is not a ViT of CLIP");
  }

  /**
   * Computes image features and the maps of stages, as {@link ModifiedResNet#inside} does.
   *
   * @throws IllegalStateException if the image encoder is of another kind
   */
  public IntermediateMaps stages(Tensor images, List<Integer> stages) {
    if (images() instanceof ModifiedResNet resNet) {
      return resNet.inside(images, stages);
    }
    throw new IllegalStateException("stages of an image encoder that is not a ResNet");
  }

  private record Given(
      Map<String, Tensor> weights,
      Map<String, Tensor> computed,
      DType computeType,
      boolean training,
      Map<String, Tensor> taken)
      implements WeightSource {

    @Override
    public Device device() {
      return Device.CPU;
    }

    @Override
    public long rows(String name, long otherwise) {
      Tensor tensor = weights.get(name);
      return tensor == null ? otherwise : tensor.size(0);
    }

    @Override
    public Tensor get(String name, long... shape) {
      return take(weights, name, shape);
    }

    @Override
    public Tensor compute(String name, long... shape) {
      return take(computed, name, shape);
    }

    @Override
    public Tensor scaled(String name, double factor, long... shape) {
      return compute(name, shape).times(factor);
    }

    private Tensor take(Map<String, Tensor> from, String name, long[] shape) {
      Tensor tensor = from.get(name);
      if (tensor == null || !Arrays.equals(tensor.shape(), shape)) {
        throw new IllegalArgumentException(
            "'" + name + "': expected " + Arrays.toString(shape) + ", got " + tensor);
      }
      taken.put(name, tensor);
      return tensor;
    }
  }
}
