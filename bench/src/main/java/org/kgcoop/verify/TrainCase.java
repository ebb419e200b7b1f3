package org.kgcoop.verify;

import static org.kgcoop.verify.ReferenceFolder.texts;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import org.kgcoop.KgCoopException;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.PromptedVision;
import org.kgcoop.clip.TunedImageEncoder;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.method.FittedMethod;
import org.kgcoop.method.Lasp;
import org.kgcoop.method.Method;
import org.kgcoop.method.TrainedMethod;
import org.kgcoop.method.encoder.ClipLora;
import org.kgcoop.method.encoder.DropoutMasks;
import org.kgcoop.model.Batch;
import org.kgcoop.model.Head;
import org.kgcoop.model.ModelInputs;
import org.kgcoop.model.Step;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Optimizer;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;
import org.kgcoop.train.ModelSelection;

/**
 * The cases of the kind {@code train}: losses, gradients and parameters of some steps, and the
 * logits after them.
 */
final class TrainCase {
  private static final String CLIP_NORM = "clip_norm";
  private static final String AVERAGE = "average";

  private final ReferenceFolder folder;
  private final JsonNode c;
  private final Comparison comparison;
  private final Clip clip;
  private final TrainedMethod method;
  private final CaseFitContext context;

  private TrainCase(ReferenceFolder folder, JsonNode c, Comparison comparison) {
    this.folder = folder;
    this.c = c;
    this.comparison = comparison;
    clip = folder.model(c);
    method = method(c);
    context = new CaseFitContext(folder, clip, c, texts(c.path("classnames")));
  }

  static void run(ReferenceFolder folder, JsonNode c, Comparison comparison) {
    new TrainCase(folder, c, comparison).run();
  }

  /** Returns the method of a case, which must have trained parameters. */
  static TrainedMethod method(JsonNode c) {
    SettingValues settings =
        SettingValues.fromJson(c.path("settings"))
            .without("all_classnames") // not settings of methods
            .without(CLIP_NORM);
    Method method = MethodRegistry.parse(settings);
    return method
        .trained()
        .orElseThrow(
            () -> KgCoopException.configuration(method.title() + " has no trained parameters"));
  }

  /** Creates a model that starts from the tensors of a case. */
  static TrainableModel model(
      ReferenceFolder folder, Clip clip, JsonNode c, List<String> classNames) {
    TrainedMethod method = method(c);
    CaseFitContext context = new CaseFitContext(folder, clip, c, classNames);
    TrainableModel model;
    if (method instanceof Lasp lasp) {
      model = lasp.model(context, step -> noise(folder, c, step));
    } else if (method instanceof ClipLora lora) {
      model = lora.model(context, kept(folder, c));
    } else {
      model = method.model(context);
    }
    Map<String, Tensor> init = new LinkedHashMap<>();
    c.path("init")
        .properties()
        .forEach(e -> init.put(e.getKey(), folder.tensor(e.getValue().asText()).tensor()));
    model.load(init);
    return model;
  }

  /** Returns the dropout masks of a case, one per step. */
  private static DropoutMasks kept(ReferenceFolder folder, JsonNode c) {
    return (step, matrix, place, length, width) -> {
      String name = c.path("steps").path((int) step).path("kept").path(matrix).asText();
      Tensor all = folder.tensor(name).tensor(); // (rows, most, width)
      return all.select(0, place).narrow(0, 0, length);
    };
  }

  /** Returns the noise of a case for a step. */
  private static Optional<IntFunction<Tensor>> noise(
      ReferenceFolder folder, JsonNode c, long step) {
    JsonNode name = c.path("steps").path((int) step).path("noise");
    return name.isTextual()
        ? Optional.of(template -> folder.tensor(name.asText()).tensor().select(0, template))
        : Optional.empty();
  }

  private void run() {
    try (TrainableModel model = model(folder, clip, c, context.classNames());
        Optimizer optimizer =
            new Optimizer(List.copyOf(model.parameters().values()), OptimizerCase.rule(c))) {
      atStart(model);
      Map<String, StoredTensor> sum = Map.of();
      for (int s = 0; s < c.path("steps").size(); s++) {
        try (Scope scope = Scope.open("step")) {
          step(c.path("steps").path(s), s, model, optimizer);
          sum = withEpoch(sum, s, model);
        }
      }
      if (c.has(AVERAGE)) {
        average(sum, model);
      }
      try (Head trained = classifier(model)) {
        compareLogits("logits after training", trained, c.path("expect"));
      }
      if (c.has("transfer")) {
        transferred("after training", model, c.path("transfer").path("expect"));
      }
    }
  }

  /** Returns the weighted sum over epochs, after a step that may end an epoch. */
  private Map<String, StoredTensor> withEpoch(
      Map<String, StoredTensor> sum, int step, TrainableModel model) {
    int steps = c.path("steps_per_epoch").asInt(1);
    return c.has(AVERAGE) && (step + 1) % steps == 0
        ? ModelSelection.Average.sum(sum, model.parameters(), shares()[step / steps])
        : sum;
  }

  private double[] shares() {
    return DataCases.average(c.path(AVERAGE)).shares(c.path("epochs").asInt());
  }

  /** Compares an average over epochs, and loads it into the model. */
  private void average(Map<String, StoredTensor> sum, TrainableModel model) {
    JsonNode expected = c.path(AVERAGE);
    comparison.numbers(
        "shares of epochs", shares(), ReferenceFolder.doubles(expected.path("weights")));
    Map<String, Tensor> average = new LinkedHashMap<>();
    sum.forEach((name, stored) -> average.put(name, stored.tensor()));
    ModelCases.compareAll(folder, "average of ", average, expected.path("parameters"), comparison);
    model.load(average);
  }

  private void atStart(TrainableModel model) {
    if (c.has("class_features")) {
      try (Head fixed = classifier(model)) {
        fixed
            .classFeatures()
            .or(() -> Optional.ofNullable(model.buffers().get("text_features")))
            .ifPresentOrElse(
                features ->
                    ModelCases.compare(
                        folder,
                        "class features",
                        features,
                        c.path("class_features").asText(),
                        comparison),
                () -> comparison.problem("no class features"));
      }
    }
    if (c.has("multipliers")) {
      Tensor found = model.buffers().get("multipliers");
      if (found == null) {
        comparison.problem("no multipliers");
      } else {
        ModelCases.compare(
            folder, "multipliers", found, c.path("multipliers").asText(), comparison);
      }
    }
    JsonNode initial = c.path("initial");
    if (!initial.isMissingNode()) {
      try (Head start = classifier(model)) {
        compareLogits(
            "logits at the start",
            start,
            initial.path("logits").isMissingNode() ? initial : initial.path("logits"));
        compareFeatures(start, initial);
      }
    }
    if (c.path("transfer").has("initial")) {
      transferred("at the start", model, c.path("transfer").path("initial"));
    }
  }

  /** Compares the features of a case. */
  private void compareFeatures(Head classifier, JsonNode expected) {
    if (expected.has("token_features")) {
      compareMixed(classifier, expected);
    } else if (expected.has("image_features")) {
      compare("image features", evaluated(classifier), expected.path("image_features"));
    }
    if (expected.has("text_features")) {
      compare(
          "text features",
          classifier.classFeatures().orElseThrow(),
          expected.path("text_features"));
    }
  }

  /** Compares the two features that an encoder mixes. They are computed as in an export. */
  private void compareMixed(Head classifier, JsonNode expected) {
    TunedImageEncoder learned = classifier.encoder().orElseThrow().learned();
    PromptedVision vision = clip.promptedVision(method.title());
    try (Autograd.Switch off = Autograd.off()) {
      Tensor rows =
          vision.rows(ModelCases.images(folder, c, "evaluate"), learned.prompts().first());
      PromptedVision.Output read = vision.output(rows, learned.prompts());
      Tensor features = vision.project(read.classRows()).unitRows();
      compare("image features", features, expected.path("image_features"));
      compare(
          "token features",
          learned.mix().orElseThrow().tokenFeatures(read),
          expected.path("token_features"));
      compare("class logits", classifier.logits(features), expected.path("class_logits"));
    }
  }

  private void compare(String what, Tensor found, JsonNode expected) {
    ModelCases.compare(folder, what, found, expected.asText(), comparison);
  }

  /** Returns the features of the evaluation images for a classifier. */
  private Tensor evaluated(Head classifier) {
    return ModelCases.features(clip, classifier, ModelCases.images(folder, c, "evaluate"));
  }

  private void compareLogits(String what, Head classifier, JsonNode expected) {
    Tensor features = evaluated(classifier);
    ModelCases.compare(
        folder,
        what,
        ModelCases.logits(classifier, features).plus(clip.logitBias()),
        expected.asText(),
        comparison);
  }

  /** Returns a classifier of the classes of a case. */
  private Head classifier(TrainableModel model) {
    List<String> names = context.classNames();
    List<String> scored = scored(names);
    return scored.equals(names) ? model.toHead() : learned(model).classifier(clip, scored);
  }

  /**
   * Returns the classes of the logits. If LASP's virtual classes are scored too, they follow the
   * names.
   */
  private List<String> scored(List<String> names) {
    List<String> scored = new ArrayList<>(names);
    if (c.path("settings").path("virtual").asBoolean()) {
      List<String> rest = new ArrayList<>(context.allClassNames());
      rest.removeAll(names);
      scored.addAll(rest);
    }
    return scored;
  }

  private FittedMethod learned(TrainableModel model) {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    model.parameters().forEach((name, value) -> tensors.put(name, StoredTensor.of(name, value)));
    return new FittedMethod(method, context.classNames(), tensors);
  }

  /** Compares the logits of classes that were not trained. */
  private void transferred(String when, TrainableModel model, JsonNode expected) {
    try (Head other =
        learned(model).classifier(clip, scored(texts(c.path("transfer").path("classnames"))))) {
      compareLogits("logits of other classes " + when, other, expected);
    }
  }

  private void step(JsonNode expected, int number, TrainableModel model, Optimizer optimizer) {
    Step step = model.step(batch(expected, number, model.inputs()));
    double bound = c.path("settings").path(CLIP_NORM).asDouble();
    if (bound > 0) {
      step = step.clipped(bound);
    }
    Map<String, Double> losses = step.losses();
    String at = " of step " + number;
    expected
        .path("losses")
        .properties()
        .forEach(
            e -> {
              Double loss = losses.get(e.getKey());
              if (loss == null) {
                comparison.problem("no loss '" + e.getKey() + "'" + at);
              } else {
                comparison.value(e.getKey() + at, loss, e.getValue().asDouble());
              }
            });
    Map<String, Tensor> gradients = new LinkedHashMap<>();
    List<String> names = new ArrayList<>(model.parameters().keySet());
    for (int i = 0; i < names.size(); i++) {
      gradients.put(names.get(i), step.gradients().get(i));
    }
    ModelCases.compareAll(
        folder, "gradient of ", gradients, expected.path("gradients"), comparison);
    optimizer.step(step.gradients(), expected.path("lr").asDouble());
    ModelCases.compareAll(
        folder, "value" + at + " of ", model.parameters(), expected.path("parameters"), comparison);
  }

  /** Returns the images of a step, or features of views of the training images. */
  private Batch batch(JsonNode expected, int number, ModelInputs inputs) {
    if (expected.has("indices")) {
      return context.batch(ReferenceFolder.ints(expected.path("indices")));
    }
    JsonNode given = expected.path("labels");
    long[] labels = new long[given.size()];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = given.path(i).asLong();
    }
    Tensor images = ModelCases.images(folder, c, "images"); // (S, B, 3, R, R)
    long place = expected.path("batch").asLong(number % images.size(0));
    Tensor seen = images.select(0, place).narrow(0, 0, labels.length);
    try (Autograd.Switch off = Autograd.off()) {
      return new Batch(
          inputs.features() ? ModelCases.features(clip, seen) : null,
          inputs.block().isPresent()
              ? clip.promptedVision(method.title()).rows(seen, inputs.block().getAsInt())
              : null,
          Tensor.of(labels, labels.length),
          number);
    }
  }
}
