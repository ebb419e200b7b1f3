package org.kgcoop.verify;

import static org.kgcoop.verify.ReferenceFolder.texts;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.kgcoop.EnumIds;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.classifier.MethodRegistry;
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
  private ModelCases() {}

  static void load(ReferenceFolder folder, JsonNode c, Comparison comparison) {
    try (Clip clip = Clip.load(folder.file(c.path("file").asText()));
        Clip other = Clip.load(folder.file(c.path("equals").asText()))) {
      ObjectNode actual = json(clip.config());
      SiglipCases.addForm(actual, clip);
      c.path("expect")
          .properties()
          .forEach(e -> comparison.equal(e.getKey(), actual.path(e.getKey()), e.getValue()));
      DType rounding = SiglipCases.rounding(c);
      comparison.equal("names", clip.stored().keySet(), other.stored().keySet());
      other
          .stored()
          .forEach(
              (name, expected) -> {
                StoredTensor tensor = clip.stored().get(name);
                if (tensor != null) {
                  sameTensor(name, tensor, expected, rounding, comparison);
                }
              });
    }
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

  private static ObjectNode json(ClipConfig config) {
    ObjectNode json = new ObjectMapper().createObjectNode();
    json.put("embed_dim", config.embedDim());
    json.put("image_resolution", config.imageResolution());
    json.put("channels", config.channels());
    json.put("context_length", config.contextLength());
    json.put("vocab_size", config.vocabularySize());
    json.put("text_width", config.textWidth());
    json.put("text_heads", config.textHeads());
    json.put("text_layers", config.textLayers());
    json.put("vision_width", config.vision().width());
    json.put("vision_heads", config.vision().heads());
    if (config.vision() instanceof ClipConfig.Vit vit) {
      json.put("vision", "vit").put("vision_layers", vit.layers()).put("patch", vit.patch());
    } else if (config.vision() instanceof ClipConfig.ResNet resNet) {
      json.put("vision", "modified_resnet");
      resNet.layers().forEach(json.putArray("vision_layers")::add);
    }
    return json;
  }

  static void imageFeatures(ReferenceFolder folder, JsonNode c, Comparison comparison) {
    Clip clip = folder.model(c);
    Tensor features =
        c.has("files")
            ? ofFiles(clip, texts(c.path("files")).stream().map(folder::file).toList())
            : clip.imageEncoder().features(images(folder, c, "images"));
    compare(folder, "features", features, c.path("expect").asText(), comparison);
  }

  /** Returns the features of image files, which may have different shapes, as cached ones. */
  private static Tensor ofFiles(Clip clip, List<Path> files) {
    List<float[]> rows = new ArrayList<>();
    Images images = new Images(warning -> {});
    ViewEncoder encoder = new ViewEncoder(clip, images);
    encoder
        .encoded(files.stream().map(images::read).map(encoder::testView).toList())
        .forEach(feature -> rows.add(feature.raw()));
    return Tensor.concat(rows.stream().map(row -> Tensor.of(row, 1, row.length)).toList(), 0);
  }

  static void textFeatures(ReferenceFolder folder, JsonNode c, Comparison comparison) {
    Tensor features = TextFeatures.ofTexts(folder.model(c), texts(c.path("texts")));
    compare(folder, "features", features, c.path("expect").asText(), comparison);
  }

  static void classFeatures(ReferenceFolder folder, JsonNode c, Comparison comparison) {
    TemplateEnsemble texts =
        new TemplateEnsemble(
            texts(c.path("templates")),
            EnumIds.of(Underscores.class, "underscores", c.path("underscores").asText("replace")));
    Clip clip = folder.model(c);
    List<String> names = texts(c.path("classnames"));
    boolean raw = c.path("average").asText("unit").equals("raw");
    Tensor features = raw ? texts.raw(clip, names) : texts.unit(clip, names);
    compare(folder, "class features", features, c.path("expect").asText(), comparison);
  }

  static void zeroShot(ReferenceFolder folder, JsonNode c, Comparison comparison) {
    Clip clip = folder.model(c);
    ZeroShot method = new ZeroShot(texts(c.path("templates")));
    try (Head classifier = method.classifier(clip, texts(c.path("classnames")))) {
      Tensor cosines = classifier.logits(features(clip, images(folder, c, "images")));
      Tensor logits = cosines.plus(clip.logitBias());
      compare(folder, "logits", logits, c.path("expect").asText(), comparison);
    }
  }

  static void promptFile(ReferenceFolder folder, JsonNode c, Comparison comparison) {
    Clip clip = folder.model(c);
    List<String> classNames = texts(c.path("classnames"));
    ClassifierFile file =
        ClassifierFile.readAny(folder.file(c.path("file").asText()), classNames)
            .with(MethodRegistry.parse(SettingValues.fromJson(c.path("settings"))));
    try (Head model = file.classifier(clip, classNames)) {
      Tensor seen = features(clip, model, images(folder, c, "images"));
      Tensor logits = logits(model, seen).plus(clip.logitBias());
      compare(folder, "logits", logits, c.path("expect").asText(), comparison);
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

  static Tensor images(ReferenceFolder folder, JsonNode c, String key) {
    return folder.tensor(c.path(key).asText()).tensor().to(DType.FLOAT32);
  }

  static void compareAll(
      ReferenceFolder folder,
      String what,
      Map<String, Tensor> actual,
      JsonNode expected,
      Comparison comparison) {
    expected
        .properties()
        .forEach(
            e -> {
              Tensor tensor = actual.get(e.getKey());
              if (tensor == null) {
                comparison.problem("no parameter '" + e.getKey() + "'");
              } else {
                compare(folder, what + e.getKey(), tensor, e.getValue().asText(), comparison);
              }
            });
  }

  static void compare(
      ReferenceFolder folder, String what, Tensor actual, String expected, Comparison comparison) {
    comparison.equal(
        "shape of " + what,
        Arrays.toString(actual.shape()),
        Arrays.toString(folder.tensor(expected).shape()));
    comparison.tensor(what, actual.toFloats(), folder.floats(expected));
  }
}
