package org.kgcoop.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import org.kgcoop.clip.CheckedPrecision;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.InitialWeights;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.io.WeightFile;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Device;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows what the check of int8 decides for models with imitated outliers. */
@Command(
    name = "precision",
    mixinStandardHelpOptions = true,
    header =
        "Check int8 and bf16 on models of the size of ViT-B/16 with random weights, as they are"
            + " and with imitated outliers.")
final class PrecisionBench implements Callable<Integer> {
  private static final String BLOCK = "visual.transformer.resblocks.";

  @Option(
      names = "--only",
      description = "Check only this imitation, a number from 0 (none) to 5.")
  private int only = -1;

  @SuppressWarnings("NullAway.Init") // picocli sets defaults
  PrecisionBench() {}

  /** A change of the weights. */
  private interface Imitation {
    void apply(Map<String, float[]> weights);
  }

  @Override
  public Integer call() {
    Map<String, Imitation> imitations = new LinkedHashMap<>();
    imitations.put("none", weights -> {});
    imitations.put("6 residual channels x 20", weights -> residual(weights, 20));
    imitations.put("6 residual channels x 60", weights -> residual(weights, 60));
    imitations.put("6 norm gains x 30", weights -> gains(weights, 30));
    imitations.put(
        "residual channels and norm gains x 30",
        weights -> {
          residual(weights, 30);
          gains(weights, 30);
        });
    imitations.put("3 hidden units x 60", weights -> hidden(weights, 60));
    int number = 0;
    for (Map.Entry<String, Imitation> imitation : imitations.entrySet()) {
      if (only < 0 || only == number) {
        check(imitation.getKey(), imitation.getValue());
      }
      number++;
    }
    return 0;
  }

  @SuppressWarnings("SystemOut") // the output of the command
  private static void check(String name, Imitation imitation) {
    WeightFile file = model(imitation);
    for (DType type : List.of(DType.INT8, DType.BFLOAT16)) {
      List<String> lines = new ArrayList<>();
      Clip.Options options = new Clip.Options(type, Device.CPU, null, null);
      try (Clip clip =
          type == DType.INT8
              ? CheckedPrecision.load(file, options, lines::add, lines::add)
              : CheckedPrecision.automatic(file, options, lines::add)) {
        System.out.printf(
            Locale.ROOT,
            "%s | %s | %s%n",
            name,
            clip.precision().optionName(),
            lines.get(lines.size() - 1));
      }
    }
  }

  private static WeightFile model(Imitation imitation) {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    Map<String, float[]> values = new LinkedHashMap<>();
    for (StoredTensor tensor : InitialWeights.of(BenchModel.VIT_B_16, 1)) {
      tensors.put(tensor.name(), tensor);
      if (tensor.name().startsWith(BLOCK)) {
        values.put(tensor.name(), tensor.toFloats());
      }
    }
    imitation.apply(values);
    values.forEach(
        (name, floats) ->
            tensors.replace(name, StoredTensor.ofFloats(name, tensors.get(name).shape(), floats)));
    return new WeightFile(
        Path.of("random weights"), WeightFile.Format.SAFETENSORS, tensors, Map.of(), List.of(), Map.of());
  }

  /** Multiplies what blocks 3 to 10 write into six channels of the residual stream. */
  private static void residual(Map<String, float[]> weights, float factor) {
    for (int block = 3; block <= 10; block++) {
      for (String name : List.of(".mlp.c_proj.", ".attn.out_proj.")) {
        for (int channel : channels(768)) {
          float[] weight = weights.get(BLOCK + block + name + "weight");
          int inputs = weight.length / 768;
          scale(weight, channel * inputs, inputs, factor);
          scale(weights.get(BLOCK + block + name + "bias"), channel, 1, factor);
        }
      }
    }
  }

  /** Multiplies six gains of every norm in a block. */
  private static void gains(Map<String, float[]> weights, float factor) {
    for (int block = 0; block < 12; block++) {
      for (String norm : List.of(".ln_1.weight", ".ln_2.weight")) {
        for (int channel : channels(768)) {
          scale(weights.get(BLOCK + block + norm), channel, 1, factor);
        }
      }
    }
  }

  /** Makes three hidden units of blocks 5 to 7 large for few tokens. */
  private static void hidden(Map<String, float[]> weights, float factor) {
    for (int block = 5; block <= 7; block++) {
      for (int unit : Arrays.copyOf(channels(3072), 3)) {
        scale(weights.get(BLOCK + block + ".mlp.c_fc.weight"), unit * 768, 768, factor);
        // Random inputs of this deviation exceed the bias for few tokens.
        weights.get(BLOCK + block + ".mlp.c_fc.bias")[unit] = -factor * 0.02f * 28 * 2;
      }
    }
  }

  private static int[] channels(int count) {
    return new Random(9).ints(0, count).distinct().limit(6).toArray();
  }

  private static void scale(float[] values, int from, int count, float factor) {
    for (int i = from; i < from + count; i++) {
      values[i] *= factor;
    }
  }
}
