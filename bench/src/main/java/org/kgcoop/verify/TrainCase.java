package org.kgcoop.verify;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.TunedImageEncoder;
import org.kgcoop.clip.VisionTransformer;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.method.FittedMethod;
import org.kgcoop.method.Lasp;
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

  private final Case c;
  private final Clip clip;
  private final TrainedMethod method;
  private final CaseFitContext context;

  private TrainCase(Case c) {
    this.c = c;
    clip = c.clip();
    method = method(c);
    context = new CaseFitContext(c, c.texts("classnames"));
  }

  static void run(Case c) {
    new TrainCase(c).run();
  }

  /** Returns the method of a case, which must have trained parameters. */
  private static TrainedMethod method(Case c) {
    SettingValues settings =
        SettingValues.fromJson(c.at("settings").json())
            .without("all_classnames") // not settings of methods
            .without(CLIP_NORM);
    return MethodRegistry.parse(settings).trained().orElseThrow();
  }

  /** Creates a model that starts from the tensors of a case. */
  static TrainableModel model(Case c, List<String> classNames) {
    TrainedMethod method = method(c);
    CaseFitContext context = new CaseFitContext(c, classNames);
    List<Case> steps = c.all("steps");
    TrainableModel model =
        method instanceof Lasp lasp
            ? lasp.model(context, step -> noise(steps.get((int) step)))
            : method instanceof ClipLora lora
                ? lora.model(context, kept(steps))
                : method.model(context);
    Map<String, Tensor> init = new LinkedHashMap<>();
    c.at("init")
        .json()
        .fieldNames()
        .forEachRemaining(name -> init.put(name, c.at("init").tensor(name)));
    model.load(init);
    return model;
  }

  /** Returns the dropout masks of a case, one per step. */
  private static DropoutMasks kept(List<Case> steps) {
    return (step, matrix, place, length, width) ->
        steps
            .get((int) step)
            .at("kept")
            .tensor(matrix) // (rows, most, width)
            .select(0, place)
            .narrow(0, 0, length);
  }

  /** Returns the noise of a step. */
  private static Optional<IntFunction<Tensor>> noise(Case step) {
    return step.has("noise")
        ? Optional.of(template -> step.tensor("noise").select(0, template))
        : Optional.empty();
  }

  private void run() {
    try (TrainableModel model = model(c, context.classNames());
        Optimizer optimizer =
            new Optimizer(List.copyOf(model.parameters().values()), OptimizerCase.rule(c))) {
      atStart(model);
      Map<String, StoredTensor> sum = Map.of();
      List<Case> steps = c.all("steps");
      for (int s = 0; s < steps.size(); s++) {
        try (Scope scope = Scope.open("step")) {
          step(steps.get(s), s, model, optimizer);
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
    int steps = Math.max(1, c.integer("steps_per_epoch"));
    return c.has(AVERAGE) && (step + 1) % steps == 0
        ? ModelSelection.Average.sum(sum, model.parameters(), shares()[step / steps])
        : sum;
  }

  private double[] shares() {
    return DataCases.average(c.at(AVERAGE)).shares(c.integer("epochs"));
  }

  /** Compares an average over epochs, and loads it into the model. */
  private void average(Map<String, StoredTensor> sum, TrainableModel model) {
    c.at(AVERAGE).compare("weights", shares());
    Map<String, Tensor> average = new LinkedHashMap<>();
    sum.forEach((name, stored) -> average.put(name, stored.tensor()));
    c.at(AVERAGE).compareAll("average of ", "parameters", average);
    model.load(average);
  }

  private void atStart(TrainableModel model) {
    try (Head start = classifier(model)) {
      if (c.has("class_features")) {
        Tensor features =
            start
                .classFeatures()
                .orElseGet(() -> Objects.requireNonNull(model.buffers().get("text_features")));
        c.compare("class features", "class_features", features);
      }
      if (c.has("multipliers")) {
        Tensor found = Objects.requireNonNull(model.buffers().get("multipliers"));
        c.compare("multipliers", "multipliers", found);
      }
      if (c.has("initial")) {
        Case initial = c.at("initial");
        boolean isPart = initial.has("logits");
        compareLogits(
            "logits at the start", start, isPart ? initial : c, isPart ? "logits" : "initial");
        compareFeatures(start, initial);
      }
    }
    if (c.at("transfer").has("initial")) {
      transferred("at the start", model, "initial");
    }
  }

  /** Compares the features of a case. */
  private void compareFeatures(Head classifier, Case expected) {
    if (expected.has("token_features")) {
      compareMixed(classifier, expected);
    } else if (expected.has("image_features")) {
      expected.compare("image features", "image_features", evaluated(classifier));
    }
    if (expected.has("text_features")) {
      expected.compare("text features", "text_features", classifier.classFeatures().orElseThrow());
    }
  }

  /** Compares the two features that an encoder mixes. They are computed as in an export. */
  private void compareMixed(Head classifier, Case expected) {
    TunedImageEncoder learned = classifier.encoder().orElseThrow().learned();
    VisionTransformer vision = clip.promptedVision(method.title());
    try (Autograd.Switch off = Autograd.off()) {
      Tensor rows = vision.rows(c.tensor("evaluate"), learned.prompts().first());
      VisionTransformer.Output read = vision.output(rows, learned.prompts());
      Tensor features = vision.project(read.classRows()).unitRows();
      Tensor ofTokens = learned.mix().orElseThrow().tokenFeatures(read);
      expected.compare("image features", "image_features", features);
      expected.compare("token features", "token_features", ofTokens);
      expected.compare("class logits", "class_logits", classifier.logits(features));
    }
  }

  /** Returns the features of the evaluation images for a classifier. */
  private Tensor evaluated(Head classifier) {
    return ModelCases.features(clip, classifier, c.tensor("evaluate"));
  }

  private void compareLogits(String what, Head classifier, Case expected, String key) {
    expected.compare(what, key, ModelCases.logits(clip, classifier, evaluated(classifier)));
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
    return c.at("settings").is("virtual")
        ? Stream.concat(names.stream(), context.allClassNames().stream()).distinct().toList()
        : names;
  }

  private FittedMethod learned(TrainableModel model) {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    model.parameters().forEach((name, value) -> tensors.put(name, StoredTensor.of(name, value)));
    return new FittedMethod(method, context.classNames(), tensors);
  }

  /** Compares the logits of classes that were not trained. */
  private void transferred(String when, TrainableModel model, String key) {
    Case transfer = c.at("transfer");
    try (Head other = learned(model).classifier(clip, scored(transfer.texts("classnames")))) {
      compareLogits("logits of other classes " + when, other, transfer, key);
    }
  }

  private void step(Case expected, int number, TrainableModel model, Optimizer optimizer) {
    Step whole = model.step(batch(expected, number, model.inputs()));
    double bound = c.at("settings").number(CLIP_NORM);
    Step step = bound > 0 ? whole.clipped(bound) : whole;
    String at = " of step " + number;
    Case losses = expected.at("losses");
    losses
        .json()
        .fieldNames()
        .forEachRemaining(
            name -> {
              Double loss = step.losses().get(name);
              if (loss == null) {
                c.comparison().problem("no loss '" + name + "'" + at);
              } else {
                c.comparison().value(name + at, loss, losses.number(name));
              }
            });
    Map<String, Tensor> gradients = LpCase.gradients(step, model.parameters());
    expected.compareAll("gradient of ", "gradients", gradients);
    optimizer.step(step.gradients(), expected.number("lr"));
    expected.compareAll("value" + at + " of ", "parameters", model.parameters());
  }

  /** Returns the images of a step, or features of views of the training images. */
  private Batch batch(Case expected, int number, ModelInputs inputs) {
    if (expected.has("indices")) {
      return context.batch(expected.ints("indices"));
    }
    long[] labels = Arrays.stream(expected.ints("labels")).asLongStream().toArray();
    Tensor images = c.tensor("images"); // (S, B, 3, R, R)
    long place = expected.has("batch") ? expected.integer("batch") : number % images.size(0);
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
