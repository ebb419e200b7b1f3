package org.kgcoop.clip;

import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.kgcoop.image.view.Interpolation;
import org.kgcoop.image.view.Preprocessing;
import org.kgcoop.io.WeightFile;

/**
 * The encoding of a {@link ClipConfig} and its preprocessing in the files of Hugging Face: {@code
 * config.json}, and {@code preprocessor_config.json} or {@code processor_config.json}. Most of
 * their keys have no effect on the model, so this class checks only the others.
 */
public final class HuggingFaceConfig {
  static final String FILE = "config.json";
  private static final String PREPROCESSING = "preprocessor_config.json";

  /** The file of newer library versions, with the same content under {@code image_processor}. */
  private static final String PROCESSOR = "processor_config.json";

  /** Steps that are implemented, or have no effect on RGB images. */
  private static final Set<String> STEPS =
      Set.of("do_resize", "do_center_crop", "do_rescale", "do_normalize", "do_convert_rgb");

  private final ConfigSection model;
  private final ConfigSection images;

  /** Wraps the files next to weights, which may be missing. */
  HuggingFaceConfig(WeightFile file) {
    model = ConfigSection.of(file, FILE);
    ConfigSection preprocessing = ConfigSection.of(file, PREPROCESSING);
    images =
        preprocessing.isThere()
            ? preprocessing
            : ConfigSection.of(file, PROCESSOR).at("image_processor");
  }

  /** Returns the settings of the model. */
  public ConfigSection model() {
    return model;
  }

  /** Returns the settings of the preprocessing of images. */
  public ConfigSection images() {
    return images;
  }

  /** Returns true if the file with the settings of the model exists. */
  boolean isThere() {
    return model.isThere();
  }

  /** Returns true if the file has the settings of both encoders. */
  boolean hasEncoders() {
    return model.json().has("text_config") && model.json().has("vision_config");
  }

  /** Returns the side of the square to which images are resized, or 0 if they are cropped. */
  int imageSize() {
    return images.json().path("size").has("height") ? images.square("size") : 0;
  }

  /**
   * Reads the settings of the model. Missing keys have the library's defaults, because most files
   * are sparse.
   *
   * @param defaults the settings of missing keys
   * @param heads the number of heads of missing keys, or 0 for the rule of the family
   * @param imageSize the default side of images, or 0
   */
  public ClipConfig read(ClipConfig defaults, int heads, int imageSize) {
    // Those under the older keys take precedence.
    ConfigSection text = model.at("text_config").overriddenBy(model.at("text_config_dict"));
    ConfigSection vision = model.at("vision_config").overriddenBy(model.at("vision_config_dict"));
    vision.on("vision_use_head");
    Activation activation = activation(text, defaults.text().activation());
    Activation visionActivation = activation(vision, defaults.visionActivation());
    int size = vision.square("image_size");
    return ClipConfig.ofFile(
        size > 0 ? size : imageSize,
        defaults
            .text()
            .with(
                text.whole("num_attention_heads", heads),
                activation,
                text.positive("layer_norm_eps", defaults.text().epsilon())),
        defaults
            .vision()
            .with(
                vision.whole("num_attention_heads", heads),
                visionActivation,
                vision.positive("layer_norm_eps", defaults.visionEpsilon())));
  }

  private static Activation activation(ConfigSection encoder, Activation usual) {
    String first = usual.name().toLowerCase(Locale.ROOT);
    return Activation.ofName(
        encoder.only(
            "hidden_act",
            Stream.of(first, "quick_gelu", "gelu", "gelu_pytorch_tanh")
                .distinct()
                .toArray(String[]::new)));
  }

  /**
   * Reads the preprocessing of images.
   *
   * @param defaults the values of missing keys, for color images
   */
  Preprocessing preprocessing(ClipConfig config, Preprocessing defaults) {
    images
        .json()
        .fieldNames()
        .forEachRemaining(
            key -> {
              if (key.startsWith("do_") && !STEPS.contains(key)) {
                images.off(key);
              }
            });
    images.off("crop_pct"); // steps of other image processors, which have no switch
    images.off("size_divisor");
    images.on("do_resize");
    images.on("do_rescale");
    if (Math.abs(images.positive("rescale_factor", 1 / 255.0) * 255 - 1) > 1e-6) {
      throw images.refused("rescale_factor", "1/255");
    }
    Interpolation interpolation =
        images.isMissing("resample")
            ? defaults.interpolation()
            : images.only("resample", "3", "2").equals("2") // Pillow's numbers
                ? Interpolation.BILINEAR
                : Interpolation.BICUBIC;
    int channels = config.channels();
    boolean normalized = images.flag("do_normalize", true);
    return new Preprocessing(
        config.imageResolution(),
        channels,
        normalized
            ? required("image_mean", defaults.mean(), channels)
            : Collections.nCopies(channels, 0.0),
        normalized
            ? required("image_std", defaults.std(), channels)
            : Collections.nCopies(channels, 1.0),
        interpolation,
        shorterSide(config, defaults));
  }

  /**
   * Returns the numbers of a key, one per channel. The library has a default for each processor,
   * but its own files always contain the key, so a missing one is an error.
   */
  private List<Double> required(String key, List<Double> usual, int channels) {
    if (images.isThere() && images.isMissing(key)) {
      throw images.missing(key, "%s numbers, such as %s".formatted(channels, usual));
    }
    return images.perChannel(key, usual, channels);
  }

  /**
   * Returns the length of the shorter side after resizing, or 0 if the entire image is resized to a
   * square.
   */
  private int shorterSide(ClipConfig config, Preprocessing defaults) {
    int size = config.imageResolution();
    boolean isNumber = images.json().path("size").isInt();
    // A plain number is the shorter side for CLIP, and a square for others.
    boolean square =
        isNumber
            ? !images.text("image_processor_type", "CLIP").startsWith("CLIP")
            : images.json().path("size").has("height");
    if (images.isOff("size") && defaults.isSquashed()) {
      return 0;
    }
    if (square) {
      images.checkSquare("size", size);
    } else if (!images.flag("do_center_crop", true)) {
      throw images.refused("do_center_crop", "true, or a size of height and width");
    }
    if (images.flag("do_center_crop", true) && !images.isOff("crop_size")) {
      images.checkSquare("crop_size", size);
    }
    if (square || images.isMissing("size")) {
      return square ? 0 : size;
    }
    int edge = isNumber ? images.whole("size", size) : images.at("size").whole("shortest_edge", 0);
    if (edge < size || images.json().path("size").has("longest_edge")) {
      throw images.refused("size", "a shortest_edge of at least " + size + ", or a square");
    }
    return edge;
  }
}
