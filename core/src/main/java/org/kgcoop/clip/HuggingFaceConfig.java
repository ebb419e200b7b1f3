package org.kgcoop.clip;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.kgcoop.image.view.Interpolation;
import org.kgcoop.image.view.Preprocessing;

/**
 * The settings of a {@code config.json} and a {@code preprocessor_config.json}, as Hugging Face's
 * CLIP reads them. Most of their keys mean nothing to a CLIP, so what matters is looked at.
 */
final class HuggingFaceConfig {
  static final String FILE = "config.json";
  static final String PREPROCESSING = "preprocessor_config.json";

  /** The file where newer versions of the library write the same, under {@code image_processor}. */
  static final String PROCESSOR = "processor_config.json";

  /** Steps that are implemented, or make no difference to images that are RGB already. */
  private static final Set<String> STEPS =
      Set.of("do_resize", "do_center_crop", "do_rescale", "do_normalize", "do_convert_rgb");

  private static final List<String> FILTERS = List.of("3", "2"); // as Pillow counts them

  private HuggingFaceConfig() {}

  /** The statements of a {@code config.json}. */
  static ClipConfig.Stated stated(ConfigSection file) {
    file.only("model_type", "clip");
    ConfigSection text = tower(file, "text_config");
    ConfigSection vision = tower(file, "vision_config");
    String activation = text.json().path("hidden_act").asText("quick_gelu");
    if (!vision.json().path("hidden_act").asText("quick_gelu").equals(activation)) {
      throw vision.refused("hidden_act", activation + " as in the other tower");
    }
    double released = ClipConfig.Form.RELEASED.textEpsilon();
    return new ClipConfig.Stated(
        Activation.ofName(activation),
        text.json().path("num_attention_heads").asInt(0),
        vision.json().path("num_attention_heads").asInt(0),
        vision.square("image_size"),
        new ClipConfig.Form(
            text.positive("layer_norm_eps", released),
            vision.positive("layer_norm_eps", released),
            true));
  }

  /** A tower's settings; those of the older key {@code text_config_dict} are the stronger. */
  private static ConfigSection tower(ConfigSection file, String key) {
    ConfigSection tower = file.at(key);
    JsonNode older = file.json().path(key + "_dict");
    if (!older.isObject() || !tower.json().isObject()) {
      return older.isObject() ? file.at(key + "_dict") : tower;
    }
    ObjectNode both = tower.json().deepCopy();
    both.setAll((ObjectNode) older);
    return new ConfigSection(tower.name(), both);
  }

  /**
   * The preprocessing of images.
   *
   * @param pictures a {@code preprocessor_config.json}
   */
  static Preprocessing preprocessing(ConfigSection pictures, ClipConfig config) {
    JsonNode json = pictures.json();
    json.fieldNames()
        .forEachRemaining(
            key -> {
              if (key.startsWith("do_") && !STEPS.contains(key)) {
                pictures.off(key);
              }
            });
    pictures.on("do_resize");
    pictures.on("do_rescale");
    if (Math.abs(pictures.positive("rescale_factor", 1 / 255.0) * 255 - 1) > 1e-6) {
      throw pictures.refused("rescale_factor", "1/255");
    }
    boolean bilinear = pictures.oneOf("resample", FILTERS).equals("2");
    boolean normalised = pictures.isOn("do_normalize");
    return new Preprocessing(
        config.imageResolution(),
        config.channels(),
        normalised
            ? pictures.perChannel("image_mean", Preprocessing.CLIP_MEAN, config.channels())
            : Collections.nCopies(config.channels(), 0.0),
        normalised
            ? pictures.perChannel("image_std", Preprocessing.CLIP_STD, config.channels())
            : Collections.nCopies(config.channels(), 1.0),
        bilinear ? Interpolation.BILINEAR : Interpolation.BICUBIC,
        shorterSide(pictures, config.imageResolution()));
  }

  /**
   * The length that the shorter side is resized to, or 0 where the whole image becomes the square.
   */
  private static int shorterSide(ConfigSection pictures, int size) {
    JsonNode resized = pictures.json().path("size");
    // A plain number is the shorter side to CLIP, and a square to others.
    boolean square =
        resized.isInt()
            ? !pictures.json().path("image_processor_type").asText("CLIP").startsWith("CLIP")
            : resized.has("height");
    if (square) {
      checkSize(pictures, "size", size);
      checkCrop(pictures, size);
      return 0;
    }
    if (!pictures.isOn("do_center_crop")) {
      throw pictures.refused("do_center_crop", "true, or a size of height and width");
    }
    checkCrop(pictures, size);
    if (resized.isMissingNode() || resized.isNull()) {
      return size;
    }
    JsonNode edge = resized.isInt() ? resized : resized.path("shortest_edge");
    if (!edge.isInt() || resized.has("longest_edge") || edge.intValue() < size) {
      throw pictures.refused("size", "a shortest_edge of at least " + size + ", or a square");
    }
    return edge.intValue();
  }

  private static void checkCrop(ConfigSection pictures, int size) {
    if (pictures.isOn("do_center_crop") && !pictures.isOff("crop_size")) {
      checkSize(pictures, "crop_size", size);
    }
  }

  private static void checkSize(ConfigSection pictures, String key, int size) {
    if (pictures.square(key) != size) {
      throw pictures.refused(key, size + " pixels, which the weights read");
    }
  }
}
