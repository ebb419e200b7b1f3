package org.kgcoop.pretrain;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.ImageEncoder;
import org.kgcoop.clip.TextEncoder;
import org.kgcoop.clip.TextTransformer;
import org.kgcoop.clip.VisionTransformer;
import org.kgcoop.clip.WeightSource;
import org.kgcoop.clip.openai.ModifiedResNet;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Functions;
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
        config.vision() instanceof ClipConfig.ResNet resNet
            ? new ModifiedResNet(source, config, resNet)
            : new VisionTransformer(source, config);
    return new TrainableEncoders(images, new TextTransformer(source, config), taken);
  }

  /**
   * Computes image features from some of the patches, with a ViT of CLIP.
   *
   * @param images (B, channels, R, R), normalized
   * @param seen the numbers of the visible patches of each image, row by row from 0, equally many
   *     per image; or null for all
   * @param after counted from 1, rising, without the last one: the blocks whose patch tokens are
   *     returned
   * @return maps of (B, seen patches, W), in the order of {@code seen}
   * @throws IllegalStateException if the image encoder is of another kind
   */
  public IntermediateMaps patches(Tensor images, int @Nullable [][] seen, List<Integer> after) {
    if (!(images() instanceof VisionTransformer vit) || !vit.readsClassToken()) {
      throw new IllegalStateException("patches of an image encoder that is not a ViT of CLIP");
    }
    Tensor x = vit.rows(images, 0); // (B, L, W)
    if (seen != null) {
      x =
          Functions.rows(x.reshape(-1, x.size(2)), visible(seen, x.size(1)))
              .reshape(seen.length, -1, x.size(2));
    }
    List<Tensor> maps = new ArrayList<>();
    int from = 0;
    for (int block : after) {
      x = vit.rows(x, from, block);
      maps.add(x.narrow(1, 1, x.size(1) - 1));
      from = block;
    }
    return new IntermediateMaps(vit.features(x, from), maps);
  }

  /** Returns the indices of the CLS token and the visible patches of each image among all rows. */
  private static Tensor visible(int[][] seen, long each) {
    int patches = seen.length == 0 ? 0 : seen[0].length;
    long[] rows = new long[seen.length * (1 + patches)];
    int next = 0;
    for (int image = 0; image < seen.length; image++) {
      rows[next++] = image * each;
      for (int patch : seen[image]) {
        rows[next++] = image * each + 1 + patch;
      }
    }
    return Tensor.of(rows, rows.length);
  }

  /**
   * Computes image features and the maps of stages of a ResNet.
   *
   * @param images (B, channels, R, R), normalized
   * @param stages counted from 1, rising
   * @return maps of (B, channels, height, width)
   * @throws IllegalStateException if the image encoder is of another kind
   */
  public IntermediateMaps stages(Tensor images, List<Integer> stages) {
    if (!(images() instanceof ModifiedResNet resNet)) {
      throw new IllegalStateException("stages of an image encoder that is not a ResNet");
    }
    List<Tensor> maps = new ArrayList<>();
    Tensor features =
        resNet.features(
            images,
            (stage, map) -> {
              if (stages.contains(stage)) {
                maps.add(map);
              }
            });
    return new IntermediateMaps(features, maps);
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
