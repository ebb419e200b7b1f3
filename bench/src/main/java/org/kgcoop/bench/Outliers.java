package org.kgcoop.bench;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.untrained.InitialWeights;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.io.WeightFile;

/** Imitations of the large channels and hidden units of released models, in random weights. */
enum Outliers {
  NONE("none"),
  RESIDUAL_20("residual channels x 20"),
  RESIDUAL_60("residual channels x 60"),
  GAINS("norm gains x 30"),
  RESIDUAL_AND_GAINS("residual channels x 30, gains of others x 30"),
  HIDDEN("hidden units x 60, for few tokens"),

  /** The products multiply to 900. This model is so sensitive that bf16 fails too. */
  SAME_CHANNELS("residual channels x 30, gains of the same x 30");

  private static final String BLOCK = "visual.transformer.resblocks.";
  private static final int RESIDUAL_SEED = 9;
  private static final int GAIN_SEED = 8;

  private final String title;

  Outliers(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }

  /** Returns a model with a vision transformer, random weights and these outliers. */
  WeightFile model(ClipConfig config) {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    Map<String, float[]> values = new LinkedHashMap<>();
    for (StoredTensor tensor : InitialWeights.of(config, 1)) {
      tensors.put(tensor.name(), tensor);
      if (tensor.name().startsWith(BLOCK)) {
        values.put(tensor.name(), tensor.toFloats());
      }
    }
    new Change(values, (ClipConfig.Vit) config.vision()).apply(this);
    values.forEach(
        (name, floats) ->
            tensors.replace(
                name,
                StoredTensor.ofFloats(
                    name, Objects.requireNonNull(tensors.get(name)).shape(), floats)));
    return new WeightFile(
        Path.of(title), WeightFile.Format.SAFETENSORS, tensors, Map.of(), List.of(), Map.of());
  }

  /** A change of the weights of an image encoder. */
  private record Change(Map<String, float[]> weights, ClipConfig.Vit vit) {

    void apply(Outliers outliers) {
      switch (outliers) {
        case NONE -> {}
        case RESIDUAL_20 -> residual(20);
        case RESIDUAL_60 -> residual(60);
        case GAINS -> gains(30, GAIN_SEED);
        case RESIDUAL_AND_GAINS -> {
          residual(30);
          gains(30, GAIN_SEED);
        }
        case HIDDEN -> hidden(60);
        case SAME_CHANNELS -> {
          residual(30);
          gains(30, RESIDUAL_SEED);
        }
      }
    }

    /** Multiplies what the middle blocks write into some channels of the residual stream. */
    private void residual(float factor) {
      for (int block = vit.layers() / 4; block <= vit.layers() - 2; block++) {
        for (String name : List.of(".mlp.c_proj.", ".attn.out_proj.")) {
          float[] weight = values(block, name + "weight");
          int inputs = weight.length / vit.width();
          for (int channel : channels(RESIDUAL_SEED)) {
            scale(weight, channel * inputs, inputs, factor);
            scale(values(block, name + "bias"), channel, 1, factor);
          }
        }
      }
    }

    private void gains(float factor, int seed) {
      for (int block = 0; block < vit.layers(); block++) {
        for (String norm : List.of(".ln_1.weight", ".ln_2.weight")) {
          for (int channel : channels(seed)) {
            scale(values(block, norm), channel, 1, factor);
          }
        }
      }
    }

    /** Makes three hidden units of the middle blocks large for few tokens. */
    private void hidden(float factor) {
      int middle = vit.layers() / 2;
      for (int block = middle - 1; block <= middle + 1; block++) {
        for (int unit = 0; unit < 3; unit++) {
          scale(values(block, ".mlp.c_fc.weight"), unit * vit.width(), vit.width(), factor);
          // The weights are uniform up to 1 / sqrt(width), so this is twice the deviation.
          values(block, ".mlp.c_fc.bias")[unit] = (float) (-2 * factor / Math.sqrt(3));
        }
      }
    }

    private float[] values(int block, String name) {
      return Objects.requireNonNull(weights.get(BLOCK + block + name));
    }

    /** Returns different channels of the residual stream: 6 of 768. */
    private int[] channels(int seed) {
      int count = Math.max(1, vit.width() / 128);
      return new Random(seed).ints(0, vit.width()).distinct().limit(count).toArray();
    }

    private static void scale(float[] values, int from, int count, float factor) {
      for (int i = from; i < from + count; i++) {
        values[i] *= factor;
      }
    }
  }
}
