package org.kgcoop.verify;

import static org.kgcoop.verify.ReferenceFolder.texts;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.method.PromptMethod;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.method.catalogue.MethodCatalogue;
import org.kgcoop.method.catalogue.PromptFile;
import org.kgcoop.prompt.Batch;
import org.kgcoop.prompt.FeatureClassifier;
import org.kgcoop.prompt.PromptLearner;
import org.kgcoop.prompt.Step;
import org.kgcoop.prompt.TextFeatures;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Optimizer;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;
import org.kgcoop.tensor.UpdateRule;

/** The kinds of cases that need a model. */
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
    Tensor features = folder.model(c).imageEncoder().features(images(folder, c, "images"));
    compare(folder, "features", features, c.path("expect").asText(), comparison);
  }

  static void textFeatures(ReferenceFolder folder, JsonNode c, Comparison comparison) {
    Tensor features = TextFeatures.ofTexts(folder.model(c), texts(c.path("texts")));
    compare(folder, "features", features, c.path("expect").asText(), comparison);
  }

  static void zeroShot(ReferenceFolder folder, JsonNode c, Comparison comparison) {
    Clip clip = folder.model(c);
    ZeroShot method = new ZeroShot(texts(c.path("templates")));
    try (FeatureClassifier classifier = method.classifier(clip, texts(c.path("classnames")))) {
      Tensor cosines = classifier.logits(features(clip, images(folder, c, "images")));
      Tensor logits = cosines.plus(clip.logitBias());
      compare(folder, "logits", logits, c.path("expect").asText(), comparison);
    }
  }

  static void promptFile(ReferenceFolder folder, JsonNode c, Comparison comparison) {
    Clip clip = folder.model(c);
    List<String> classNames = texts(c.path("classnames"));
    PromptFile file =
        PromptFile.readAny(folder.file(c.path("file").asText()), classNames).with(method(c));
    try (PromptLearner learner = file.learner(clip, classNames)) {
      Tensor logits =
          logits(learner, features(clip, images(folder, c, "images"))).plus(clip.logitBias());
      compare(folder, "logits", logits, c.path("expect").asText(), comparison);
    }
  }

  static void train(ReferenceFolder folder, JsonNode c, Comparison comparison) {
    Clip clip = folder.model(c);
    Tensor images = images(folder, c, "images"); // (S, B, 3, R, R)
    try (PromptLearner learner = learner(folder, clip, c, texts(c.path("classnames")));
        Optimizer sgd =
            new Optimizer(
                List.copyOf(learner.parameters().values()),
                new UpdateRule.Sgd(
                    c.path("momentum").asDouble(), c.path("weight_decay").asDouble()))) {
      for (int s = 0; s < c.path("steps").size(); s++) {
        try (Scope scope = Scope.open("step")) {
          step(folder, clip, c.path("steps").path(s), s, images, learner, sgd, comparison);
        }
      }
      Tensor evaluated = images(folder, c, "evaluate");
      Tensor logits = logits(learner, features(clip, evaluated)).plus(clip.logitBias());
      compare(folder, "logits after training", logits, c.path("expect").asText(), comparison);
    }
  }

  private static void step(
      ReferenceFolder folder,
      Clip clip,
      JsonNode expected,
      int number,
      Tensor images,
      PromptLearner learner,
      Optimizer sgd,
      Comparison comparison) {
    JsonNode given = expected.path("labels");
    long[] labels = new long[given.size()];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = given.path(i).asLong();
    }
    Tensor features = features(clip, images.select(0, number).narrow(0, 0, labels.length));
    Step step = learner.step(new Batch(features, Tensor.of(labels, labels.length)));
    String at = " of step " + number;
    expected
        .path("losses")
        .properties()
        .forEach(
            e -> {
              Double loss = step.losses().get(e.getKey());
              if (loss == null) {
                comparison.problem("no loss '" + e.getKey() + "'" + at);
              } else {
                comparison.value(e.getKey() + at, loss, e.getValue().asDouble());
              }
            });
    Map<String, Tensor> gradients = new LinkedHashMap<>();
    List<String> names = new ArrayList<>(learner.parameters().keySet());
    for (int i = 0; i < names.size(); i++) {
      gradients.put(names.get(i), step.gradients().get(i));
    }
    compareAll(folder, "gradient of ", gradients, expected.path("gradients"), comparison);
    sgd.step(step.gradients(), expected.path("lr").asDouble());
    compareAll(
        folder,
        "value" + at + " of ",
        learner.parameters(),
        expected.path("parameters"),
        comparison);
  }

  /** A learner that starts from the tensors of a case. */
  static PromptLearner learner(
      ReferenceFolder folder, Clip clip, JsonNode c, List<String> classNames) {
    PromptLearner learner = method(c).learner(clip, classNames, 0);
    Map<String, Tensor> init = new LinkedHashMap<>();
    c.path("init")
        .properties()
        .forEach(e -> init.put(e.getKey(), folder.tensor(e.getValue().asText()).tensor()));
    learner.load(init);
    return learner;
  }

  private static PromptMethod method(JsonNode c) {
    return MethodCatalogue.parsePrompt(c.path("settings"));
  }

  /** Unit features of normalised images, without gradients. */
  static Tensor features(Clip clip, Tensor images) {
    try (Autograd.Switch off = Autograd.off()) {
      return clip.imageEncoder().features(images).unitRows();
    }
  }

  static Tensor logits(FeatureClassifier classifier, Tensor features) {
    try (Autograd.Switch off = Autograd.off()) {
      return classifier.logits(features);
    }
  }

  private static Tensor images(ReferenceFolder folder, JsonNode c, String key) {
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

  private static void compare(
      ReferenceFolder folder, String what, Tensor actual, String expected, Comparison comparison) {
    comparison.equal(
        "shape of " + what,
        Arrays.toString(actual.shape()),
        Arrays.toString(folder.tensor(expected).shape()));
    comparison.tensor(what, actual.toFloats(), folder.floats(expected));
  }
}
