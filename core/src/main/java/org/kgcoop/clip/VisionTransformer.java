package org.kgcoop.clip;

import java.util.ArrayList;
import java.util.List;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Tensor;

/** CLIP's ViT: patches and a class embedding through transformer blocks, read at the latter. */
public final class VisionTransformer implements ImageEncoder {
  private final int patch;
  private final double epsilon; // of the norms
  private final Tensor patchWeight; // (W, channels, patch, patch)
  private final Tensor classEmbedding; // (W)
  private final Tensor positions; // (1 + patches, W)
  private final Tensor preWeight; // (W)
  private final Tensor preBias; // (W)
  private final List<TransformerBlock> blocks = new ArrayList<>();
  private final Tensor postWeight; // (W)
  private final Tensor postBias; // (W)
  private final Tensor projection; // (W, E)

  VisionTransformer(WeightSource weights, ClipConfig config, ClipConfig.Vit vit) {
    int width = vit.width();
    int grid = config.imageResolution() / vit.patch();
    patch = vit.patch();
    epsilon = config.form().visionEpsilon();
    patchWeight = weights.compute("visual.conv1.weight", width, config.channels(), patch, patch);
    classEmbedding = weights.get("visual.class_embedding", width);
    positions = weights.get("visual.positional_embedding", 1L + (long) grid * grid, width);
    preWeight = weights.get("visual.ln_pre.weight", width);
    preBias = weights.get("visual.ln_pre.bias", width);
    for (int i = 0; i < vit.layers(); i++) {
      blocks.add(
          new TransformerBlock(
              weights,
              "visual.transformer.resblocks." + i + ".",
              width,
              vit.heads(),
              config.activation(),
              epsilon,
              false));
    }
    postWeight = weights.get("visual.ln_post.weight", width);
    postBias = weights.get("visual.ln_post.bias", width);
    projection = weights.get("visual.proj", width, config.embedDim());
  }

  @Override
  public Tensor features(Tensor images) {
    long batch = images.size(0);
    long width = classEmbedding.size(0);
    Tensor patches = // (B, patches, W)
        Functions.conv2d(images.to(patchWeight.dtype()), patchWeight, patch, 0)
            .reshape(batch, width, -1)
            .transpose(1, 2)
            .to(DType.FLOAT32);
    Tensor x = // (B, 1 + patches, W)
        Tensor.concat(List.of(classEmbedding.expand(batch, 1, width), patches), 1).plus(positions);
    x = Functions.layerNorm(x, preWeight, preBias, epsilon);
    x = x.reshape(-1, width); // (B L, W)
    for (TransformerBlock block : blocks.subList(0, blocks.size() - 1)) {
      x = block.pictures(x, batch);
    }
    Tensor read = blocks.get(blocks.size() - 1).classRows(x, batch); // (B, W)
    return Functions.layerNorm(read, postWeight, postBias, epsilon).matmul(projection);
  }
}
