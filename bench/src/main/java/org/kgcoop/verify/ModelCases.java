package org.kgcoop.verify;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.kgcoop.EnumIds;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.data.Underscores;
import org.kgcoop.features.Feature;
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

  static void load(Case c) {
    try (Clip clip = Clip.load(c.file("file"));
        Clip other = Clip.load(c.file("equals"))) {
      Map<String, Object> actual = description(clip);
      c.expect()
          .json()
          .fieldNames()
          .forEachRemaining(key -> c.expect().equal(key, actual.get(key)));
      DType rounding =
          switch (c.text("rounding")) {
            case "float16" -> DType.FLOAT16;
            case "bfloat16" -> DType.BFLOAT16;
            default -> DType.FLOAT32;
          };
      Comparison comparison = c.comparison();
      comparison.equal("names", clip.stored().keySet(), other.stored().keySet());
      other
          .stored()
          .forEach(
              (name, expected) -> {
                StoredTensor tensor = clip.stored().get(name);
                if (tensor != null) {
                  Tensor want = expected.tensor();
                  comparison.equal(
                      "shape of " + name,
                      Arrays.toString(tensor.shape()),
                      Arrays.toString(expected.shape()));
                  boolean isEqual =
                      Arrays.equals(
                          tensor.tensor().toFloats(),
                          (expected.dtype().isFloating() ? want.to(rounding) : want).toFloats());
                  comparison.equal("values of " + name, isEqual, true);
                }
              });
    }
  }

  private static Map<String, Object> description(Clip clip) {
    ClipConfig config = clip.config();
    Map<String, Object> found = new HashMap<>();
    found.put("family", clip.family().traits().id());
    found.put("embed_dim", config.embedDim());
    found.put("image_resolution", config.imageResolution());
    found.put("channels", config.channels());
    found.put("context_length", config.contextLength());
    found.put("vocab_size", config.vocabularySize());
    found.put("text_width", config.textWidth());
    found.put("text_heads", config.textHeads());
    found.put("text_layers", config.textLayers());
    found.put("text_mlp", rows(clip, BLOCK));
    found.put("text_activation", config.text().activation().name().toLowerCase(Locale.ROOT));
    found.put("vision_width", config.vision().width());
    found.put("vision_heads", config.vision().heads());
    found.put("vision_mlp", rows(clip, "visual." + BLOCK));
    found.put("vision_activation", config.visionActivation().name().toLowerCase(Locale.ROOT));
    if (config.vision() instanceof ClipConfig.Vit vit) {
      found.put("vision", "vit");
      found.put("vision_layers", vit.layers());
      found.put("patch", vit.patch());
    } else if (config.vision() instanceof ClipConfig.ResNet resNet) {
      found.put("vision", "modified_resnet");
      found.put("vision_layers", resNet.layers());
    }
    return found;
  }

  private static long rows(Clip clip, String name) {
    StoredTensor weight = clip.stored().get(name);
    return weight == null ? 0 : weight.shape()[0];
  }

  static void imageFeatures(Case c) {
    Clip clip = c.clip();
    Tensor features =
        c.has("files")
            ? ofFiles(clip, c.texts("files").stream().map(c.folder()::file).toList())
            : clip.imageEncoder().features(c.tensor("images"));
    c.compare("features", "expect", features);
  }

  /** Returns the features of image files, which may have different shapes, as cached ones. */
  private static Tensor ofFiles(Clip clip, List<Path> files) {
    Images images = new Images(warning -> {});
    ViewEncoder encoder = new ViewEncoder(clip, images);
    return Tensor.ofRows(
        encoder.encoded(files.stream().map(images::read).map(encoder::testView).toList()).stream()
            .map(Feature::raw)
            .toArray(float[][]::new));
  }

  static void textFeatures(Case c) {
    c.compare("features", "expect", TextFeatures.ofTexts(c.clip(), c.texts("texts")));
  }

  static void classFeatures(Case c) {
    Underscores underscores =
        c.has("underscores")
            ? EnumIds.of(Underscores.class, "underscores", c.text("underscores"))
            : Underscores.REPLACE;
    TemplateEnsemble texts = new TemplateEnsemble(c.texts("templates"), underscores);
    List<String> names = c.texts("classnames");
    c.compare(
        "class features",
        "expect",
        c.text("average").equals("raw") ? texts.raw(c.clip(), names) : texts.unit(c.clip(), names));
  }

  static void zeroShot(Case c) {
    Clip clip = c.clip();
    ZeroShot method = new ZeroShot(c.texts("templates"));
    try (Head classifier = method.classifier(clip, c.texts("classnames"))) {
      Tensor cosines = classifier.logits(features(clip, c.tensor("images")));
      c.compare("logits", "expect", cosines.plus(clip.logitBias()));
    }
  }

  static void promptFile(Case c) {
    List<String> classNames = c.texts("classnames");
    ClassifierFile file =
        ClassifierFile.readAny(c.file("file"), classNames)
            .with(MethodRegistry.parse(SettingValues.fromJson(c.at("settings").json())));
    try (Head model = file.classifier(c.clip(), classNames)) {
      Tensor seen = features(c.clip(), model, c.tensor("images"));
      c.compare("logits", "expect", logits(c.clip(), model, seen));
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

  /** Returns logits with the bias of the model. */
  static Tensor logits(Clip clip, Head classifier, Tensor features) {
    try (Autograd.Switch off = Autograd.off()) {
      return classifier.logits(features).plus(clip.logitBias());
    }
  }
}
