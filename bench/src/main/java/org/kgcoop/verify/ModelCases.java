package org.kgcoop.verify;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.kgcoop.EnumIds;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.clip.Activation;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.data.Underscores;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.image.Images;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.method.TemplateEnsemble;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.model.Head;
import org.kgcoop.prompt.TextFeatures;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Tensor;

/** The cases that need a model. */
final class ModelCases {
  private static final String BLOCK = "transformer.resblocks.0.mlp.c_fc.weight";

  private ModelCases() {}

  static void load(ReferenceCase c) {
    try (Clip clip = Clip.load(c.file("file"));
        Clip other = Clip.load(c.file("equals"))) {
      ObjectNode actual = json(clip);
      c.path("expect")
          .properties()
          .forEach(e -> c.comparison().equal(e.getKey(), actual.path(e.getKey()), e.getValue()));
      c.comparison().equal("names", clip.stored().keySet(), other.stored().keySet());
      other
          .stored()
          .forEach(
              (name, expected) -> {
                StoredTensor tensor = clip.stored().get(name);
                if (tensor != null) {
                  sameTensor(name, tensor, expected, rounding(c), c.comparison());
                }
              });
    }
  }

  /** Returns the type to which the values of the other model are rounded. */
  private static DType rounding(ReferenceCase c) {
    return switch (c.text("rounding")) {
      case "float16" -> DType.FLOAT16;
      case "bfloat16" -> DType.BFLOAT16;
      default -> DType.FLOAT32;
    };
  }

  private static void sameTensor(
      String name,
      StoredTensor actual,
      StoredTensor expected,
      DType rounding,
      Comparison comparison) {
    comparison.equal(
        "shape of " + name, Arrays.toString(actual.shape()), Arrays.toString(expected.shape()));
    Tensor want = expected.tensor();
    if (expected.dtype().isFloating()) {
      want = want.to(rounding);
    }
    boolean equal =
        Arrays.equals(
            actual.tensor().to(DType.FLOAT32).toFloats(), want.to(DType.FLOAT32).toFloats());
    comparison.equal("values of " + name, equal, true);
  }

  private static ObjectNode json(Clip clip) {
    ClipConfig config = clip.config();
    ObjectNode json =
        new ObjectMapper()
            .createObjectNode()
            .put("embed_dim", config.embedDim())
            .put("image_resolution", config.imageResolution())
            .put("channels", config.channels())
            .put("context_length", config.contextLength())
            .put("vocab_size", config.vocabularySize())
            .put("text_width", config.textWidth())
            .put("text_heads", config.textHeads())
            .put("text_layers", config.textLayers())
            .put("vision_width", config.vision().width())
            .put("vision_heads", config.vision().heads())
            .put("family", clip.family().traits().id())
            .put("text_mlp", rows(clip, BLOCK))
            .put("vision_mlp", rows(clip, "visual." + BLOCK))
            .put("text_activation", name(config.activation()))
            .put("vision_activation", name(config.visionActivation()));
    if (config.vision() instanceof ClipConfig.Vit vit) {
      json.put("vision", "vit").put("vision_layers", vit.layers()).put("patch", vit.patch());
    } else if (config.vision() instanceof ClipConfig.ResNet resNet) {
      json.put("vision", "modified_resnet");
      resNet.layers().forEach(json.putArray("vision_layers")::add);
    }
    return json;
  }

  private static int rows(Clip clip, String name) {
    StoredTensor weight = clip.stored().get(name);
    return weight == null ? 0 : (int) weight.shape()[0];
  }

  private static String name(Activation activation) {
    return activation.name().toLowerCase(Locale.ROOT);
  }

  static void imageFeatures(ReferenceCase c) {
    Clip clip = c.model();
    Tensor features =
        c.has("files")
            ? ofFiles(clip, c.texts("files").stream().map(c.folder()::file).toList())
            : clip.imageEncoder().features(c.floats("images"));
    c.tensor("features", features, "expect");
  }

  /** Returns the features of image files, which may have different shapes, as cached ones. */
  private static Tensor ofFiles(Clip clip, List<Path> files) {
    List<float[]> rows = new ArrayList<>();
    Images images = new Images(warning -> {});
    new ViewEncoder(clip, images)
        .encodedTestViews(files.stream().map(images::read).toList())
        .forEach(feature -> rows.add(feature.raw()));
    return Tensor.ofRows(rows.toArray(float[][]::new));
  }

  static void textFeatures(ReferenceCase c) {
    c.tensor("features", TextFeatures.ofTexts(c.model(), c.texts("texts")), "expect");
  }

  static void classFeatures(ReferenceCase c) {
    TemplateEnsemble texts =
        new TemplateEnsemble(
            c.texts("templates"),
            EnumIds.of(Underscores.class, "underscores", c.path("underscores").asText("replace")));
    Clip clip = c.model();
    List<String> names = c.texts("classnames");
    boolean raw = c.text("average").equals("raw");
    c.tensor("class features", raw ? texts.raw(clip, names) : texts.unit(clip, names), "expect");
  }

  static void zeroShot(ReferenceCase c) {
    Clip clip = c.model();
    ZeroShot method = new ZeroShot(c.texts("templates"));
    try (Head classifier = method.classifier(clip, c.texts("classnames"))) {
      Tensor cosines = classifier.logits(features(clip, c.floats("images")));
      c.tensor("logits", cosines.plus(clip.logitBias()), "expect");
    }
  }

  static void promptFile(ReferenceCase c) {
    Clip clip = c.model();
    List<String> classNames = c.texts("classnames");
    ClassifierFile file =
        ClassifierFile.readAny(c.file("file"), classNames)
            .with(MethodRegistry.parse(SettingValues.fromJson(c.path("settings"))));
    try (Head model = file.classifier(clip, classNames)) {
      Tensor seen = features(clip, model, c.floats("images"));
      c.tensor("logits", logits(model, seen).plus(clip.logitBias()), "expect");
    }
  }

  /** Returns features of unit length of normalized images, without gradients. */
  static Tensor features(Clip clip, Tensor images) {
    try (Autograd.Switch off = Autograd.off()) {
      return clip.imageEncoder().features(images).unitRows();
    }
  }

  /** Returns the features of normalized images for a classifier, without gradients. */
  static Tensor features(Clip clip, Head classifier, Tensor images) {
    return classifier
        .encoder()
        .map(encoder -> encoder.features(images))
        .orElseGet(() -> features(clip, images));
  }

  static Tensor logits(Head classifier, Tensor features) {
    try (Autograd.Switch off = Autograd.off()) {
      return classifier.logits(features);
    }
  }
}
