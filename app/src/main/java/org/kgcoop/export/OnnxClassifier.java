package org.kgcoop.export;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.kgcoop.KgCoopException;
import org.kgcoop.Version;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.DeepPrompts;
import org.kgcoop.clip.TunedImageEncoder;
import org.kgcoop.export.format.ModelProto;
import org.kgcoop.files.Json;
import org.kgcoop.image.view.PatchGrid;
import org.kgcoop.image.view.Preprocessing;
import org.kgcoop.io.StoredTensor;

/**
 * Writes a complete classifier as an ONNX file, from pixels to probabilities. The metadata contain
 * the class names and the preprocessing.
 *
 * <p>The values are {@code pixels} (batch, channels, R, R) float32, normalized, or (batch,
 * channels, height, width) for a model that keeps the shape of an image; {@code features} (batch,
 * E), unit rows except for a {@link TunedImageEncoder.TokenMix}; {@code logits} (batch, C), divided
 * by the temperature; and {@code probabilities} (batch, C), their softmax. The batch may have any
 * size.
 */
public final class OnnxClassifier {
  static final String PIXELS = "pixels";
  static final String FEATURES = "features";
  static final String LOGITS = "logits";
  static final String PROBABILITIES = "probabilities";

  /** The keys of the metadata whose values are not JSON. */
  private static final Set<String> TEXTS =
      Set.of("method", "clip_fingerprint", "resize", "interpolation", "crop", "channels");

  private OnnxClassifier() {}

  /**
   * Writes a classifier. The image encoder is written in float32, independent of the precision of
   * the CLIP.
   *
   * @param clip the CLIP of the image encoder
   * @param classifier made with the same CLIP
   * @throws KgCoopException if the file would reach 2 GB, or cannot be written
   */
  public static void write(Path path, Clip clip, ExportedClassifier classifier) {
    ClipConfig config = clip.config();
    boolean anyGrid = clip.maxPatches() > 0;
    int size = anyGrid ? OnnxGraph.VARIABLE : config.imageResolution();
    TunedImageEncoder learned =
        classifier.vision().orElse(TunedImageEncoder.of(new DeepPrompts(0, List.of())));
    OnnxGraph graph = new OnnxGraph("kgcoop", weights(clip, learned));
    String pixels =
        graph.input(PIXELS, pixels(clip.preprocessing()), config.channels(), size, size);
    String features =
        config.vision() instanceof ClipConfig.Vit vit
            ? OnnxVit.add(graph, FEATURES, pixels, config, vit, anyGrid, learned)
            : graph.unitRows(
                FEATURES,
                OnnxResNet.add(graph, pixels, config, (ClipConfig.ResNet) config.vision()));
    String logits = new OnnxHead(graph).add(LOGITS, features, classifier.head());
    String probabilities = graph.softmax(PROBABILITIES, logits);
    long count = classifier.classNames().size();
    graph.output(probabilities, "of each class, in the order of class_names", count);
    graph.output(logits, "the input of the softmax", count);
    graph.output(
        features,
        learned.mix().isPresent() ? "of the images" : "of the images, unit rows",
        config.embedDim());
    OnnxFile.write(path, model(clip, classifier), graph);
  }

  /** Returns the weights of the CLIP, with trained weights replacing its own. */
  private static Map<String, StoredTensor> weights(Clip clip, TunedImageEncoder learned) {
    Map<String, StoredTensor> weights = new LinkedHashMap<>(clip.stored());
    learned
        .weights()
        .forEach(
            (name, tensor) -> {
              if (weights.put(name, StoredTensor.of(name, tensor)) == null) {
                throw new IllegalArgumentException("unknown trained weight '" + name + "'");
              }
            });
    return weights;
  }

  private static ModelProto model(Clip clip, ExportedClassifier classifier) {
    ModelProto.Builder model =
        ModelProto.newBuilder()
            .setIrVersion(OnnxGraph.IR_VERSION)
            .setProducerName("kgcoop")
            .setProducerVersion(Version.KGCOOP);
    model.addOpsetImportBuilder().setVersion(OnnxGraph.OPSET);
    metadata(clip, classifier)
        .forEach((key, value) -> model.addMetadataPropsBuilder().setKey(key).setValue(value));
    return model.build();
  }

  private static Map<String, String> metadata(Clip clip, ExportedClassifier classifier) {
    Map<String, String> metadata = new LinkedHashMap<>(classifier.metadata());
    metadata.putAll(preprocessing(clip.preprocessing()));
    return metadata;
  }

  /** Returns the metadata of the file as JSON, for programs that do not read ONNX metadata. */
  public static ObjectNode description(Clip clip, ExportedClassifier classifier) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    metadata(clip, classifier)
        .forEach(
            (key, value) -> {
              if (TEXTS.contains(key)) {
                json.put(key, value);
              } else {
                json.set(key, parsed(value));
              }
            });
    return json;
  }

  private static JsonNode parsed(String value) {
    try {
      return Json.STRICT.readTree(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("not JSON: " + value, e);
    }
  }

  private static String pixels(Preprocessing preprocessing) {
    return (preprocessing.channels() == 3 ? "RGB" : "grey") + ", (value / 255 - mean) / std";
  }

  /** Returns the preprocessing of an image by key, with lists as JSON. */
  private static Map<String, String> preprocessing(Preprocessing preprocessing) {
    Map<String, String> steps = new LinkedHashMap<>();
    PatchGrid patches = preprocessing.patches();
    boolean squashed = preprocessing.isSquashed();
    if (patches != null) {
      steps.put(
          "resize",
          "both sides by the greatest scale at which max_patches cover them, rounded up to"
              + " multiples of patch, antialiased");
      steps.put("patch", Integer.toString(patches.patch()));
      steps.put("max_patches", Integer.toString(patches.maxPatches()));
    } else {
      steps.put("size", Integer.toString(preprocessing.size()));
      steps.put(
          "resize",
          squashed
              ? "the image to size x size, ignoring its aspect ratio, antialiased"
              : "shorter side to shorter_side, longer one in proportion, antialiased");
      if (!squashed) {
        steps.put("shorter_side", Integer.toString(preprocessing.shorterSide()));
      }
    }
    steps.put("interpolation", preprocessing.interpolation().name().toLowerCase(Locale.ROOT));
    steps.put("crop", squashed || patches != null ? "none" : "the square in the middle");
    steps.put("channels", preprocessing.channels() == 3 ? "RGB" : "grey");
    steps.put("mean", preprocessing.mean().toString());
    steps.put("std", preprocessing.std().toString());
    return steps;
  }
}
