package org.kgcoop.clip;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.io.WeightFile;
import org.kgcoop.random.PythonRandom;
import org.kgcoop.tensor.DType;

/**
 * The initial weights of an untrained CLIP: the published initialization for any size, under the
 * released names. The bytes depend only on the configuration and the seed.
 */
public final class InitialWeights {
  private static final String BLOCKS = "transformer.resblocks.";

  private static final Pattern FIRST_BLOCK =
      Pattern.compile("(visual\\.|)" + Pattern.quote(BLOCKS) + "0(\\..*)");

  private final ClipConfig config;
  private final PythonRandom random;
  private final List<StoredTensor> tensors = new ArrayList<>();

  private InitialWeights(ClipConfig config, long seed) {
    this.config = config;
    this.random = new PythonRandom(seed);
  }

  /**
   * Creates the tensors of a configuration.
   *
   * @return tensors in float32
   */
  public static List<StoredTensor> of(ClipConfig config, long seed) {
    InitialWeights weights = new InitialWeights(config, seed);
    weights.fill();
    return List.copyOf(weights.tensors);
  }

  /**
   * Creates weights for measurements of speed. All blocks of a transformer share their numbers, so
   * that these need less memory and time.
   *
   * @param path the name in messages; nothing is written
   */
  static WeightFile forSpeed(Path path, ClipConfig config) {
    ClipConfig.Text text = config.text();
    ClipConfig.Vision vision = config.vision();
    ClipConfig.Vision one =
        vision instanceof ClipConfig.Vit vit
            ? vit.sized(vit.width(), 1, vit.patch(), vit.heads())
            : vision;
    ClipConfig oneBlock =
        new ClipConfig(
            config.embedDim(),
            config.imageResolution(),
            config.channels(),
            text.sized(text.contextLength(), text.vocabularySize(), text.width(), text.heads(), 1),
            one);
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    for (StoredTensor tensor : of(oneBlock, 1)) {
      Matcher block = FIRST_BLOCK.matcher(tensor.name());
      if (!block.matches()) {
        tensors.put(tensor.name(), tensor);
        continue;
      }
      int layers = block.group(1).isEmpty() ? text.layers() : ((ClipConfig.Vit) vision).layers();
      for (int i = 0; i < layers; i++) {
        String name = block.group(1) + BLOCKS + i + block.group(2);
        tensors.put(name, tensor.withName(name));
      }
    }
    return new WeightFile(
        path, WeightFile.Format.SAFETENSORS, tensors, Map.of(), List.of(), Map.of());
  }

  /** Returns the number of channels of the attention pooling. */
  static int poolChannels(ClipConfig config) {
    int width = config.vision().width();
    return config.vision() instanceof ClipConfig.Vit ? width : 32 * width;
  }

  private void fill() {
    int width = config.textWidth();
    normal("positional_embedding", 0.01, config.contextLength(), width);
    normal("text_projection", deviation(width), width, config.embedDim());
    if (config.text().form().readsLast()) {
      constant("text_projection.bias", 0, config.embedDim());
      add("logit_scale", () -> Math.log(10));
      add("logit_bias", () -> -10);
    } else {
      add("logit_scale", () -> Math.log(1 / 0.07));
    }
    if (config.vision() instanceof ClipConfig.Vit vit) {
      vit(vit);
    } else {
      resNet((ClipConfig.ResNet) config.vision());
    }
    for (int i = 0; i < config.textLayers(); i++) {
      String block = "transformer.resblocks." + i + ".";
      double out = deviation(width) * deviation(2.0 * config.textLayers());
      normal(block + "attn.in_proj_weight", deviation(width), 3L * width, width);
      normal(block + "attn.out_proj.weight", out, width, width);
      normal(block + "mlp.c_fc.weight", deviation(2.0 * width), 4L * width, width);
      normal(block + "mlp.c_proj.weight", out, width, 4L * width);
      biases(block, width);
      norms(block, width);
    }
    normal("token_embedding.weight", 0.02, config.vocabularySize(), width);
    norm("ln_final", width);
  }

  private void vit(ClipConfig.Vit vit) {
    int width = vit.width();
    ClipConfig.ImageForm form = vit.form();
    int grid = config.imageResolution() / vit.patch();
    long rows = form.rowsBesidePatches() + (long) grid * grid;
    if (form.classToken()) {
      normal("visual.class_embedding", deviation(width), width);
    }
    normal("visual.positional_embedding", deviation(width), rows, width);
    if (form.projected()) {
      normal("visual.proj", deviation(width), width, config.embedDim());
    }
    convolution("visual.conv1.weight", width, config.channels(), vit.patch());
    if (form.patchBias()) {
      constant("visual.conv1.bias", 0, width);
    }
    if (form.attentionPool()) {
      normal("visual.pool.probe", deviation(width), 1, width);
      attentionAndMlp("visual.pool.", width);
      norm("visual.pool.ln", width);
    }
    if (form.preNorm()) {
      norm("visual.ln_pre", width);
    }
    for (int i = 0; i < vit.layers(); i++) {
      String block = "visual.transformer.resblocks." + i + ".";
      attentionAndMlp(block, width);
      norms(block, width);
    }
    norm("visual.ln_post", width);
  }

  /**
   * Initializes attention and linear layers with PyTorch's defaults, as the published code does.
   */
  private void attentionAndMlp(String block, int width) {
    uniform(block + "attn.in_proj_weight", Math.sqrt(6.0 / (4.0 * width)), 3L * width, width);
    uniform(block + "attn.out_proj.weight", deviation(width), width, width);
    uniform(block + "mlp.c_fc.weight", deviation(width), 4L * width, width);
    uniform(block + "mlp.c_proj.weight", deviation(4.0 * width), width, 4L * width);
    biases(block, width);
  }

  private void norms(String block, int width) {
    norm(block + "ln_1", width);
    norm(block + "ln_2", width);
  }

  private void biases(String block, int width) {
    constant(block + "attn.in_proj_bias", 0, 3L * width);
    constant(block + "attn.out_proj.bias", 0, width);
    uniform(block + "mlp.c_fc.bias", deviation(width), 4L * width);
    uniform(block + "mlp.c_proj.bias", deviation(4.0 * width), width);
  }

  private void resNet(ClipConfig.ResNet resNet) {
    int width = resNet.width();
    int channels = poolChannels(config);
    normalised("visual.conv1", "visual.bn1", width / 2, config.channels(), 3, 1);
    normalised("visual.conv2", "visual.bn2", width / 2, width / 2, 3, 1);
    normalised("visual.conv3", "visual.bn3", width, width / 2, 3, 1);
    int in = width;
    for (int stage = 0; stage < 4; stage++) {
      int planes = width << stage;
      for (int i = 0; i < resNet.layers().get(stage); i++) {
        String block = "visual.layer" + (stage + 1) + "." + i + ".";
        normalised(block + "conv1", block + "bn1", planes, in, 1, 1);
        normalised(block + "conv2", block + "bn2", planes, planes, 3, 1);
        // The last norm of a block starts at 0, as published.
        normalised(block + "conv3", block + "bn3", 4 * planes, planes, 1, 0);
        if (i == 0) { // if the number of channels or the size changes
          normalised(block + "downsample.0", block + "downsample.1", 4 * planes, in, 1, 1);
        }
        in = 4 * planes;
      }
    }
    int grid = config.imageResolution() / 32;
    String pool = "visual.attnpool.";
    double out = deviation(channels);
    normal(pool + "positional_embedding", out, 1L + (long) grid * grid, channels);
    for (String name : List.of("q_proj", "k_proj", "v_proj", "c_proj")) {
      long rows = name.equals("c_proj") ? config.embedDim() : channels;
      normal(pool + name + ".weight", out, rows, channels);
      uniform(pool + name + ".bias", out, rows);
    }
  }

  /** Initializes a convolution and its batch normalization. */
  private void normalised(String conv, String norm, int out, int in, int kernel, double scale) {
    convolution(conv + ".weight", out, in, kernel);
    constant(norm + ".weight", scale, out);
    constant(norm + ".bias", 0, out);
    constant(norm + ".running_mean", 0, out);
    constant(norm + ".running_var", 1, out);
  }

  // ---- values

  /** Initializes a convolution with PyTorch's default: uniform up to 1 / sqrt(inputs per pixel). */
  private void convolution(String name, int out, int in, int kernel) {
    uniform(name, deviation((double) in * kernel * kernel), out, in, kernel, kernel);
  }

  private void norm(String name, int width) {
    constant(name + ".weight", 1, width);
    constant(name + ".bias", 0, width);
  }

  private void normal(String name, double deviation, long... shape) {
    add(name, () -> deviation * random.gauss(), shape);
  }

  private void uniform(String name, double bound, long... shape) {
    add(name, () -> bound * (2 * random.next() - 1), shape);
  }

  private void constant(String name, double value, long... shape) {
    add(name, () -> value, shape);
  }

  private void add(String name, DoubleSupplier next, long... shape) {
    int count = Math.toIntExact(Arrays.stream(shape).reduce(1, (a, b) -> a * b));
    ByteBuffer values = // used without a copy
        ByteBuffer.allocateDirect(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    while (values.hasRemaining()) {
      values.putFloat((float) next.getAsDouble());
    }
    tensors.add(new StoredTensor(name, DType.FLOAT32, shape, values.flip()));
  }

  private static double deviation(double inputs) {
    return 1 / Math.sqrt(inputs);
  }
}
