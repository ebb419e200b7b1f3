package org.kgcoop.verify;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
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
import org.kgcoop.tensor.UpdateRule;
import org.kgcoop.train.ModelSelection;

/**
 * The cases of the kind {@code train}: losses, gradients and parameters of some steps, and the
 * logits after them.
 */
final class TrainCase {
  private static final String CLIP_NORM = "clip_norm";
  private static final String AVERAGE = "average";

  private final ReferenceCase c;
  private final Clip clip;
  private final TrainedMethod method;
  private final CaseFitContext context;

  private TrainCase(ReferenceCase c) {
    this.c = c;
    clip = c.model();
    method = method(c);
    context = new CaseFitContext(c, clip, c.texts("classnames"));
  }

  static void run(ReferenceCase c) {
    new TrainCase(c).run();
  }

  /** Returns the method of a case, which must have trained parameters. */
  private static TrainedMethod method(ReferenceCase c) {
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
  static TrainableModel model(ReferenceCase c, Clip clip, List<String> classNames) {
    TrainedMethod method = method(c);
    CaseFitContext context = new CaseFitContext(c, clip, classNames);
    TrainableModel model;
    if (method instanceof Lasp lasp) {
      model = lasp.model(context, step -> noise(c.at("steps", (int) step)));
    } else if (method instanceof ClipLora lora) {
      model = lora.model(context, kept(c));
    } else {
      model = method.model(context);
    }
    Map<String, Tensor> init = new LinkedHashMap<>();
    c.path("init").fieldNames().forEachRemaining(name -> init.put(name, c.at("init").tensor(name)));
    model.load(init);
    return model;
  }

  /** Returns the dropout masks of a case, one per step. */
  private static DropoutMasks kept(ReferenceCase c) {
    return (step, matrix, place, length, width) -> {
      Tensor all = c.at("steps", (int) step).at("kept").tensor(matrix); // (rows, most, width)
      return all.select(0, place).narrow(0, 0, length);
    };
  }

  /** Returns the noise of a step. */
  private static Optional<IntFunction<Tensor>> noise(ReferenceCase step) {
    return step.path("noise").isTextual()
        ? Optional.of(template -> step.tensor("noise").select(0, template))
        : Optional.empty();
  }

  private void run() {
    UpdateRule rule = OptimizerCase.rule(c.json());
    try (TrainableModel model = model(c, clip, context.classNames());
        Optimizer optimizer = new Optimizer(List.copyOf(model.parameters().values()), rule)) {
      atStart(model);
      Map<String, StoredTensor> sum = Map.of();
      for (int s = 0; s < c.path("steps").size(); s++) {
        try (Scope scope = Scope.open("step")) {
          step(c.at("steps", s), s, model, optimizer);
          sum = withEpoch(sum, s, model);
        }
      }
      if (c.has(AVERAGE)) {
        average(sum, model);
      }
      try (Head trained = classifier(model)) {
        compareLogits("logits after training", trained, c, "expect");
      }
      if (c.has("transfer")) {
        transferred("after training", model, "expect");
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
    return DataCases.average(c.at(AVERAGE)).shares(c.whole("epochs"));
  }

  /** Compares an average over epochs, and loads it into the model. */
  private void average(Map<String, StoredTensor> sum, TrainableModel model) {
    ReferenceCase expected = c.at(AVERAGE);
    expected.numbers("weights", shares());
    Map<String, Tensor> average = new LinkedHashMap<>();
    sum.forEach((name, stored) -> average.put(name, stored.tensor()));
    expected.at("parameters").tensors("average of ", average);
    model.load(average);
  }

  private void atStart(TrainableModel model) {
    if (c.has("class_features")) {
      try (Head fixed = classifier(model)) {
        fixed
            .classFeatures()
            .or(() -> Optional.ofNullable(model.buffers().get("text_features")))
            .ifPresentOrElse(
                features -> c.tensor("class features", features, "class_features"),
                () -> c.comparison().problem("no class features"));
      }
    }
    if (c.has("multipliers")) {
      Optional.ofNullable(model.buffers().get("multipliers"))
          .ifPresentOrElse(
              found -> c.tensor("multipliers", found, "multipliers"),
              () -> c.comparison().problem("no multipliers"));
    }
    if (c.has("initial")) {
      ReferenceCase initial = c.at("initial");
      boolean isName = !initial.has("logits");
      try (Head start = classifier(model)) {
        compareLogits(
            "logits at the start", start, isName ? c : initial, isName ? "initial" : "logits");
        compareFeatures(start, initial);
      }
    }
    if (c.path("transfer").has("initial")) {
      transferred("at the start", model, "initial");
    }
  }

  /** Compares the features of a case. */
  private void compareFeatures(Head classifier, ReferenceCase expected) {
    if (expected.has("token_features")) {
      compareMixed(classifier, expected);
    } else if (expected.has("image_features")) {
      expected.tensor("image features", evaluated(classifier), "image_features");
    }
    if (expected.has("text_features")) {
      expected.tensor("text features", classifier.classFeatures().orElseThrow(), "text_features");
    }
  }

  /** Compares the two features that an encoder mixes. They are computed as in an export. */
  private void compareMixed(Head classifier, ReferenceCase expected) {
    TunedImageEncoder learned = classifier.encoder().orElseThrow().learned();
    PromptedVision vision = clip.promptedVision(method.title());
    try (Autograd.Switch off = Autograd.off()) {
      Tensor rows = vision.rows(c.floats("evaluate"), learned.prompts().first());
      PromptedVision.Output read = vision.output(rows, learned.prompts());
      Tensor features = vision.project(read.classRows()).unitRows();
      Tensor tokens = learned.mix().orElseThrow().tokenFeatures(read);
      expected.tensor("image features", features, "image_features");
      expected.tensor("token features", tokens, "token_features");
      expected.tensor("class logits", classifier.logits(features), "class_logits");
    }
  }

  /** Returns the features of the evaluation images for a classifier. */
  private Tensor evaluated(Head classifier) {
    return ModelCases.features(clip, classifier, c.floats("evaluate"));
  }

  private void compareLogits(String what, Head classifier, ReferenceCase expected, String key) {
    Tensor logits = ModelCases.logits(classifier, evaluated(classifier));
    expected.tensor(what, logits.plus(clip.logitBias()), key);
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
  private void transferred(String when, TrainableModel model, String key) {
    ReferenceCase transfer = c.at("transfer");
    try (Head other = learned(model).classifier(clip, scored(transfer.texts("classnames")))) {
      compareLogits("logits of other classes " + when, other, transfer, key);
    }
  }

  private void step(ReferenceCase expected, int number, TrainableModel model, Optimizer optimizer) {
    Step step = model.step(batch(expected, number, model.inputs()));
    double bound = c.at("settings").number(CLIP_NORM);
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
                c.comparison().problem("no loss '" + e.getKey() + "'" + at);
              } else {
                c.comparison().value(e.getKey() + at, loss, e.getValue().asDouble());
              }
            });
    Map<String, Tensor> gradients = new LinkedHashMap<>();
    Iterator<Tensor> next = step.gradients().iterator();
    model.parameters().keySet().forEach(name -> gradients.put(name, next.next()));
    expected.at("gradients").tensors("gradient of ", gradients);
    optimizer.step(step.gradients(), expected.number("lr"));
    expected.at("parameters").tensors("value" + at + " of ", model.parameters());
  }

  /** Returns the images of a step, or features of views of the training images. */
  private Batch batch(ReferenceCase expected, int number, ModelInputs inputs) {
    if (expected.has("indices")) {
      return context.batch(expected.ints("indices"));
    }
    long[] labels = Arrays.stream(expected.ints("labels")).asLongStream().toArray();
    Tensor images = c.floats("images"); // (S, B, 3, R, R)
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
