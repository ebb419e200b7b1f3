package org.kgcoop.export;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.kgcoop.KgCoopException;
import org.kgcoop.Version;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.DeepPrompts;
import org.kgcoop.clip.TunedImageEncoder;
import org.kgcoop.export.format.ModelProto;
import org.kgcoop.image.view.Preprocessing;
import org.kgcoop.io.StoredTensor;

/**
 * A whole classifier as an ONNX file: pixels in, probabilities out. Its metadata say which classes
 * there are and what an image must go through before.
 *
 * <p>{@code pixels} (batch, channels, R, R) float32, normalized; {@code features} (batch, E), unit
 * rows, but for those of a {@link TunedImageEncoder.TokenMix}; {@code logits} (batch, C), divided
 * by the temperature; {@code probabilities} (batch, C), their softmax. The batch may be of any size.
 */
public final class OnnxClassifier {
  static final String PIXELS = "pixels";
  static final String FEATURES = "features";
  static final String LOGITS = "logits";
  static final String PROBABILITIES = "probabilities";

  private OnnxClassifier() {}

  /**
   * Writes a classifier. The image encoder is written in float32, whatever the CLIP computes in.
   *
   * @param clip whose image encoder it is
   * @param classifier made with the same CLIP
   * @throws KgCoopException where it would reach 2 GB, or cannot be written
   */
  public static void write(Path path, Clip clip, ExportedClassifier classifier) {
    ClipConfig config = clip.config();
    int size = config.imageResolution();
    TunedImageEncoder learned =
        classifier.vision().orElse(TunedImageEncoder.of(new DeepPrompts(0, List.of())));
    OnnxGraph graph = new OnnxGraph("kgcoop", weights(clip, learned));
    String pixels =
        graph.input(PIXELS, pixels(clip.preprocessing()), config.channels(), size, size);
    String features =
        config.vision() instanceof ClipConfig.Vit vit
            ? OnnxVit.add(graph, FEATURES, pixels, config, vit, learned)
            : graph.unitRows(
                FEATURES,
                OnnxResNet.add(graph, pixels, config, (ClipConfig.ResNet) config.vision()));
    String logits = new OnnxHead(graph).add(LOGITS, features, classifier.head());
    String probabilities = graph.softmax(PROBABILITIES, logits);
    long count = classifier.classNames().size();
    graph.output(probabilities, "of each class, in the order of class_names", count);
    graph.output(logits, "what the softmax is taken of", count);
    graph.output(
        features,
        learned.mix().isPresent() ? "of the images" : "of the images, unit rows",
        config.embedDim());
    OnnxFile.write(path, model(clip, classifier), graph);
  }

  /** The weights of the CLIP, with those that were learned in the place of its own. */
  private static Map<String, StoredTensor> weights(Clip clip, TunedImageEncoder learned) {
    Map<String, StoredTensor> weights = new LinkedHashMap<>(clip.stored());
    learned
        .weights()
        .forEach(
            (name, tensor) -> {
              if (weights.put(name, StoredTensor.of(name, tensor)) == null) {
                throw new IllegalArgumentException("a learned weight '" + name + "' of no CLIP");
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
    Map<String, String> metadata = new LinkedHashMap<>(classifier.metadata());
    metadata.putAll(preprocessing(clip.preprocessing()));
    metadata.forEach((key, value) -> model.addMetadataPropsBuilder().setKey(key).setValue(value));
    return model.build();
  }

  private static String pixels(Preprocessing preprocessing) {
    return (preprocessing.channels() == 3 ? "RGB" : "grey") + ", (value / 255 - mean) / std";
  }

  /** The preprocessing of an image, by key; lists as JSON. */
  private static Map<String, String> preprocessing(Preprocessing preprocessing) {
    Map<String, String> steps = new LinkedHashMap<>();
    steps.put("size", Integer.toString(preprocessing.size()));
    boolean squashed = preprocessing.isSquashed();
    steps.put(
        "resize",
        squashed
            ? "the whole image to size x size, whatever its shape, antialiased"
            : "shorter side to shorter_side, longer one in proportion, antialiased");
    if (!squashed) {
      steps.put("shorter_side", Integer.toString(preprocessing.shorterSide()));
    }
    steps.put("interpolation", preprocessing.interpolation().name().toLowerCase(Locale.ROOT));
    steps.put("crop", squashed ? "none" : "the square in the middle");
    steps.put("channels", preprocessing.channels() == 3 ? "RGB" : "grey");
    steps.put("mean", preprocessing.mean().toString());
    steps.put("std", preprocessing.std().toString());
    return steps;
  }
}
