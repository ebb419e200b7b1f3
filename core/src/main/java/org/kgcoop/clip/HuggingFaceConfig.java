package org.kgcoop.clip;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.kgcoop.image.view.Interpolation;
import org.kgcoop.image.view.Preprocessing;

/**
 * The settings of a {@code config.json} and a {@code preprocessor_config.json}, as Hugging Face's
 * models read them. Most of their keys have no effect on the model, so this class checks only the
 * others.
 */
public final class HuggingFaceConfig {
  static final String FILE = "config.json";
  static final String PREPROCESSING = "preprocessor_config.json";

  /** The file of newer library versions, with the same content under {@code image_processor}. */
  static final String PROCESSOR = "processor_config.json";

  /** Steps that are implemented, or have no effect on RGB images. */
  private static final Set<String> STEPS =
      Set.of("do_resize", "do_center_crop", "do_rescale", "do_normalize", "do_convert_rgb");

  /** Steps of other image processors, which have no switch. */
  private static final List<String> OTHER_STEPS = List.of("crop_pct", "size_divisor");

  private static final List<String> FILTERS = List.of("3", "2"); // Pillow's numbers

  private HuggingFaceConfig() {}

  /**
   * Reads the settings of a {@code config.json}. Missing keys have the library's defaults, because
   * most files are sparse.
   *
   * @param modelTypes the values of {@code model_type} in such files
   * @param defaults the settings of missing keys
   * @param heads the number of heads of missing keys, or 0 for the rule of the family
   * @param imageSize the default side of images, or 0
   */
  public static ClipConfig.FileConfig fileConfig(
      ConfigSection file,
      List<String> modelTypes,
      ClipConfig.FileConfig defaults,
      int heads,
      int imageSize) {
    file.oneOf("model_type", modelTypes);
    ConfigSection text = encoder(file, "text_config");
    ConfigSection vision = encoder(file, "vision_config");
    vision.on("vision_use_head");
    Activation activation = activation(text, defaults);
    Activation visionActivation = activation(vision, defaults);
    int size = vision.square("image_size");
    return new ClipConfig.FileConfig(
        activation,
        text.whole("num_attention_heads", heads),
        vision.whole("num_attention_heads", heads),
        size > 0 ? size : imageSize,
        defaults
            .form()
            .with(
                text.positive("layer_norm_eps", defaults.form().textEpsilon()),
                vision.positive("layer_norm_eps", defaults.form().visionEpsilon()),
                visionActivation == activation ? null : visionActivation));
  }

  private static Activation activation(ConfigSection encoder, ClipConfig.FileConfig defaults) {
    String first = defaults.activation().name().toLowerCase(Locale.ROOT);
    return Activation.ofName(
        encoder.oneOf(
            "hidden_act",
            Stream.of(first, "quick_gelu", "gelu", "gelu_pytorch_tanh").distinct().toList()));
  }

  /**
   * Returns the settings of an encoder. Those under the older key {@code text_config_dict} take
   * precedence.
   */
  private static ConfigSection encoder(ConfigSection file, String key) {
    ConfigSection encoder = file.at(key);
    ConfigSection older = file.at(key + "_dict");
    if (!older.json().isObject() || !encoder.json().isObject()) {
      return older.json().isObject() ? older : encoder;
    }
    ObjectNode both = encoder.json().deepCopy();
    both.setAll((ObjectNode) older.json());
    return new ConfigSection(encoder.name(), both);
  }

  /**
   * Reads the preprocessing of images.
   *
   * @param images a {@code preprocessor_config.json}
   * @param defaults the values of missing keys
   */
  static Preprocessing preprocessing(
      ConfigSection images, ClipConfig config, ImageDefaults defaults) {
    JsonNode json = images.json();
    json.fieldNames()
        .forEachRemaining(
            key -> {
              if (key.startsWith("do_") && !STEPS.contains(key)) {
                images.off(key);
              }
            });
    OTHER_STEPS.forEach(images::off);
    images.on("do_resize");
    images.on("do_rescale");
    if (Math.abs(images.positive("rescale_factor", 1 / 255.0) * 255 - 1) > 1e-6) {
      throw images.refused("rescale_factor", "1/255");
    }
    boolean bilinear =
        images.isMissing("resample")
            ? defaults.interpolation() == Interpolation.BILINEAR
            : images.oneOf("resample", FILTERS).equals("2");
    boolean normalized = images.flag("do_normalize", true);
    return new Preprocessing(
        config.imageResolution(),
        config.channels(),
        normalized
            ? images.perChannel("image_mean", defaults.mean(), config.channels())
            : Collections.nCopies(config.channels(), 0.0),
        normalized
            ? images.perChannel("image_std", defaults.std(), config.channels())
            : Collections.nCopies(config.channels(), 1.0),
        bilinear ? Interpolation.BILINEAR : Interpolation.BICUBIC,
        shorterSide(images, config, defaults));
  }

  /**
   * Returns the length of the shorter side after resizing, or 0 if the entire image is resized to a
   * square.
   */
  private static int shorterSide(ConfigSection images, ClipConfig config, ImageDefaults defaults) {
    int size = config.imageResolution();
    JsonNode resized = images.json().path("size");
    // A plain number is the shorter side for CLIP, and a square for others.
    boolean square =
        resized.isInt()
            ? !images.text("image_processor_type", "CLIP").startsWith("CLIP")
            : resized.has("height");
    if (images.isOff("size") && defaults.squashes()) {
      return 0;
    }
    if (square) {
      checkSize(images, "size", size);
      checkCrop(images, size);
      return 0;
    }
    if (!images.flag("do_center_crop", true)) {
      throw images.refused("do_center_crop", "true, or a size of height and width");
    }
    checkCrop(images, size);
    if (images.isMissing("size")) {
      return size;
    }
    JsonNode edge = resized.isInt() ? resized : resized.path("shortest_edge");
    if (!edge.isInt() || resized.has("longest_edge") || edge.intValue() < size) {
      throw images.refused("size", "a shortest_edge of at least " + size + ", or a square");
    }
    return edge.intValue();
  }

  private static void checkCrop(ConfigSection images, int size) {
    if (images.flag("do_center_crop", true) && !images.isOff("crop_size")) {
      checkSize(images, "crop_size", size);
    }
  }

  private static void checkSize(ConfigSection images, String key, int size) {
    if (images.square(key) != size) {
      throw images.refused(key, size + " pixels, which the weights read");
    }
  }
}
