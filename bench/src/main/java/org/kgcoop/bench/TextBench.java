package org.kgcoop.bench;

import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.method.PromptMethod;
import org.kgcoop.model.Batch;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.prompt.PromptText;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Engine;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures a training step on given image features: texts forward and backward. */
@Command(
    name = "text",
    mixinStandardHelpOptions = true,
    header = "Measure the text part of a training step, forward and backward.")
final class TextBench implements Callable<Integer> {
  @Option(
      names = "--classes",
      defaultValue = "50",
      description = "Number of classes (default: ${DEFAULT-VALUE}).")
  private int classes;

  @Option(
      names = "--context",
      defaultValue = "4",
      description = "Number of context tokens (default: ${DEFAULT-VALUE}).")
  private int context;

  @Option(
      names = "--family",
      defaultValue = "clip",
      description =
          "Family of the model, whose text encoder has the shapes of B/16: biomedclip, clip, siglip"
              + " or pe (default: ${DEFAULT-VALUE}).")
  private String family;

  @Option(
      names = "--batch",
      defaultValue = "128",
      description = "Images per batch (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--method",
      defaultValue = "kgcoop",
      description = "Method (default: ${DEFAULT-VALUE}).")
  private String method;

  @Option(
      names = "--position",
      defaultValue = "end",
      description =
          "Position of the class name: end, middle or front; or csc for class-specific context"
              + " vectors (default: ${DEFAULT-VALUE}).")
  private String position;

  @Option(
      names = "--reference-gradients",
      description =
          "Let the reference also compute the gradients of the text encoder's weights, as a"
              + " program that does not freeze them.")
  private boolean allGradients;

  @Option(
      names = "--compare",
      paramLabel = "METHOD",
      description = "Use kgcoop's step of this method as the reference.")
  private @Nullable String compared;

  @Mixin private BenchOptions options = new BenchOptions();

  @SuppressWarnings("NullAway.Init") // picocli sets defaults
  TextBench() {}

  @Override
  public Integer call() {
    return compared == null ? againstThePublished() : againstOurs(compared);
  }

  private int againstThePublished() {
    List<String> names = BenchModel.classNames(classes);
    PromptMethod prompt = MethodRegistry.parsePrompt(settings(method));
    try (Clip ours = BenchModel.load(family, options.precision());
        Clip reference = BenchModel.load(family, DType.FLOAT32);
        PublishedClip plain = new PublishedClip(reference, options.referencePrecision());
        PublishedMethod published =
            new PublishedMethod(reference, plain, prompt, names, classesAtATime(ours.config()));
        TrainableModel model = prompt.model(ours, names, 1);
        Scope scope = Scope.open("bench")) {
      if (allGradients) {
        published.trainTexts();
      }
      Batch seen = batch(ours);
      double peak = Measurement.peak(options.precision());
      Measurement.Medians medians =
          options.measure(
              () -> {
                try (Scope step = Scope.open("reference")) {
                  PublishedMethod.Result unused = published.step(model.parameters(), seen);
                }
              },
              () -> step(model, seen));
      PromptText text = PromptText.learned(ours, names, prompt.context());
      double passes = prompt.id().equals("prograd") ? 3 : 2;
      double images = prompt.id().equals("cocoop") ? batch : 1;
      double flop = passes * images * flop(ours.config(), text);
      options.print(
          "text %s, %s, %s classes, M %s, batch %s, %s, %s"
              .formatted(family, method, classes, context, batch, position, options.precision()),
          medians,
          flop,
          peak);
    }
    return 0;
  }

  /** Measures the steps of two methods of kgcoop, alternating. */
  private int againstOurs(String other) {
    List<String> names = BenchModel.classNames(classes);
    PromptMethod prompt = MethodRegistry.parsePrompt(settings(method));
    try (Clip ours = BenchModel.load(options.precision());
        TrainableModel first = MethodRegistry.parsePrompt(settings(other)).model(ours, names, 1);
        TrainableModel second = prompt.model(ours, names, 1);
        Scope scope = Scope.open("bench")) {
      Batch seen = batch(ours);
      Measurement.Medians medians =
          options.measure(
              () -> {
                Engine.setThreadsOfAnOperation(1);
                step(first, seen);
              },
              () -> step(second, seen));
      options.print(
          "text %s against %s, %s classes, M %s, batch %s, %s"
              .formatted(method, other, classes, context, batch, options.precision()),
          medians,
          Double.NaN,
          Double.NaN);
    }
    return 0;
  }

  /** Returns how many classes have as many positions as 50 texts of CLIP, because of memory. */
  private static int classesAtATime(ClipConfig config) {
    int positions = PublishedMethod.CLASSES_AT_A_TIME * BenchModel.VIT_B_16.contextLength();
    return Math.min(
        PublishedMethod.CLASSES_AT_A_TIME, Math.max(1, positions / config.contextLength()));
  }

  private static void step(TrainableModel model, Batch seen) {
    try (Scope step = Scope.open("ours")) {
      Tensor unused = model.step(seen).gradients().get(0);
    }
  }

  private Batch batch(Clip clip) {
    return new Batch(
        BenchModel.features(batch, clip.config().embedDim()), BenchModel.labels(batch, classes));
  }

  private SettingValues settings(String id) {
    SettingValues settings = SettingValues.of("method", id).with("context_tokens", context);
    if (MethodRegistry.keys(id).contains("words")) {
      settings = settings.with("words", context == 4 ? "a photo of a" : "");
    }
    if (!MethodRegistry.keys(id).contains("class_position")) {
      return settings;
    }
    return position.equals("csc")
        ? settings.with("class_specific", true)
        : settings.with("class_position", position);
  }

  /**
   * Returns the floating-point operations of one pass over the packed tokens. The last block
   * computes only the ends of texts.
   */
  static double flop(ClipConfig config, PromptText text) {
    int shared = config.form().causal() ? text.sharedLength() : 0;
    double rows = shared;
    for (PromptText.Row row : text.rows()) {
      rows += row.end() + 1 - shared;
    }
    if (!config.form().text().endsAtEndOfText()) {
      rows = (double) config.contextLength() * text.classes();
    }
    double square = (double) config.textWidth() * config.textWidth();
    double whole = 24 * square * rows * (config.textLayers() - 1);
    return whole + 4 * square * rows + 20 * square * text.classes();
  }
}
