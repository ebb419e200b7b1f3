package org.kgcoop.cli.classify;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.kgcoop.cli.SampleDrawings;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.RandomClip;
import org.kgcoop.clip.siglip.SiglipFamily;
import org.kgcoop.io.Safetensors;
import org.kgcoop.io.StoredTensor;

/** A random SigLIP 2 NaFlex in the layout of Hugging Face, and images of several shapes. */
final class NaflexModel {
  /** 3 x 3 positions of patches of 4 pixels. Its files are sparse, so it has 12 heads. */
  private static final ClipConfig CONFIG =
      new ClipConfig(
          24,
          12,
          3,
          SiglipFamily.TEXT.sized(32, 200, 24, 12, 2),
          SiglipFamily.VISION.sized(24, 2, 4, 12));

  /** Parts of released names, and those of Hugging Face. */
  private static final List<String> NAMES =
      List.of(
          "positional_embedding:embeddings.position_embedding.weight",
          "token_embedding:embeddings.token_embedding",
          "conv1:embeddings.patch_embedding",
          "ln_final:final_layer_norm",
          "ln_post:post_layernorm",
          "transformer.resblocks:encoder.layers",
          "pool.attn:head.attention",
          "pool.ln:head.layernorm",
          "pool:head",
          ".attn.:.self_attn.",
          "ln_1:layer_norm1",
          "ln_2:layer_norm2",
          "c_fc:fc1",
          "c_proj:fc2",
          "text_projection.bias:head.bias",
          "text_projection:head.weight");

  private NaflexModel() {}

  /** Writes the model, with up to 12 patches. */
  static void write(Path folder) throws IOException {
    RandomClip.write(folder, CONFIG, 1);
    Path released = folder.resolve("model.safetensors");
    List<StoredTensor> named = new ArrayList<>();
    Safetensors.read(released).tensors().values().forEach(tensor -> add(named, tensor));
    Path other = folder.resolve("other.safetensors");
    Safetensors.write(other, named, Map.of());
    Files.delete(released);
    Files.move(other, released);
    Files.writeString(
        folder.resolve("config.json"),
        "{\"model_type\": \"siglip2\", \"vision_config\": {\"patch_size\": 4}}");
    Files.writeString(
        folder.resolve("preprocessor_config.json"),
        "{\"max_num_patches\": 12, \"image_mean\": [0.5, 0.5, 0.5], \"image_std\": [0.5, 0.5, 0.5]}");
  }

  private static void add(List<StoredTensor> named, StoredTensor tensor) {
    String released = tensor.name();
    if (released.startsWith("logit_")) {
      named.add(tensor);
      return;
    }
    String name =
        released.startsWith("visual.")
            ? "vision_model." + released.substring("visual.".length())
            : "text_model." + released;
    for (String pair : NAMES) {
      name = name.replace(pair.split(":")[0], pair.split(":")[1]);
    }
    float[] values = tensor.toFloats();
    long[] shape = tensor.shape();
    if (name.contains("self_attn.in_proj_")) {
      shape[0] /= 3;
      int length = values.length / 3;
      for (int i = 0; i < 3; i++) {
        String part = name.replace("in_proj_", List.of("q_proj.", "k_proj.", "v_proj.").get(i));
        float[] rows = Arrays.copyOfRange(values, i * length, (i + 1) * length);
        named.add(StoredTensor.ofFloats(part, shape, rows));
      }
    } else if (released.equals("text_projection")) {
      named.add(StoredTensor.ofFloats(name, shape, transposed(values, 1, 24, 24)));
    } else if (shape.length == 4) { // rows of the order row, column, channel
      named.add(StoredTensor.ofFloats(name, new long[] {24, 48}, transposed(values, 24, 3, 16)));
    } else {
      named.add(tensor.withName(name));
    }
  }

  /** Transposes the last two axes of (count, rows, columns). */
  private static float[] transposed(float[] values, int count, int rows, int columns) {
    float[] out = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      int matrix = i / (rows * columns);
      int row = i / columns % rows;
      out[(matrix * columns + i % columns) * rows + row] = values[i];
    }
    return out;
  }

  /** Writes 4 classes of 8 drawings, in twelve shapes. */
  static void writeImages(Path folder) throws IOException {
    SampleDrawings.copyTo(folder, 4);
    try (Stream<Path> all = Files.walk(folder)) {
      List<Path> files = all.filter(Files::isRegularFile).sorted().toList();
      for (int i = 0; i < files.size(); i++) {
        BufferedImage drawing = ImageIO.read(files.get(i).toFile());
        int width = 24 + 8 * (i % 3);
        int height = 48 - 8 * (i % 4);
        BufferedImage shaped = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        shaped.createGraphics().drawImage(drawing, 0, 0, width, height, null);
        ImageIO.write(shaped, "png", files.get(i).toFile());
      }
    }
  }
}
