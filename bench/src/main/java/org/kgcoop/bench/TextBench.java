package org.kgcoop.bench;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.method.PromptMethod;
import org.kgcoop.model.Batch;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Engine;
import org.kgcoop.tensor.Scope;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures a training step on given image features: texts forward and backward. */
@Command(name = "text", header = "Measure the text part of a training step, forward and backward.")
final class TextBench extends PromptBench {
  @Option(
      names = "--family",
      description =
          "Family of the model, whose text encoder has the shapes of B/16: biomedclip, clip, siglip"
              + " or pe (default: ${DEFAULT-VALUE}).")
  private String family = "clip";

  @Option(
      names = "--position",
      description =
          "Position of the class name: end, middle or front; or csc for class-specific context"
              + " vectors (default: ${DEFAULT-VALUE}).")
  private String position = "end";

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

  TextBench() {
    super(128);
  }

  @Override
  public Integer call() {
    List<String> names = names();
    PromptMethod prompt = MethodRegistry.parsePrompt(settings(method));
    completeBatch(prompt);
    try (Clip ours = BenchModel.load(family, options.precision());
        TrainableModel model = prompt.model(ours, names, 1);
        Scope scope = Scope.open("bench")) {
      Batch seen =
          new Batch(
              BenchModel.features(batch, ours.config().embedDim()),
              BenchModel.labels(batch, classes));
      if (compared != null) {
        againstOurs(compared, ours, model, seen);
        return 0;
      }
      try (Clip reference = BenchModel.load(family, DType.FLOAT32);
          PublishedClip plain = new PublishedClip(reference, options.referencePrecision());
          PublishedMethod published =
              new PublishedMethod(reference, plain, prompt, names, classesAtATime(ours.config()))) {
        if (allGradients) {
          published.trainTexts();
        }
        options.report(
            medians ->
                "text %s, %s, %s classes, M %s, batch %s, %s, %s"
                    .formatted(
                        family, method, classes, context, batch, position, options.precision()),
            flop(ours, prompt, batch),
            () -> published.step(model.parameters(), seen),
            () -> model.step(seen));
      }
    }
    return 0;
  }

  /** Measures the steps of two methods of kgcoop, alternating. */
  private void againstOurs(String other, Clip ours, TrainableModel model, Batch seen) {
    PromptMethod prompt = MethodRegistry.parsePrompt(settings(other));
    try (TrainableModel reference = prompt.model(ours, names(), 1)) {
      options.report(
          medians ->
              "text %s against %s, %s classes, M %s, batch %s, %s"
                  .formatted(method, other, classes, context, batch, options.precision()),
          Double.NaN,
          () -> {
            Engine.setThreadsOfAnOperation(1);
            return reference.step(seen);
          },
          () -> model.step(seen));
    }
  }

  /** Returns how many classes have as many positions as 50 texts of CLIP, because of memory. */
  private static int classesAtATime(ClipConfig config) {
    int positions = PublishedMethod.CLASSES_AT_A_TIME * BenchModel.VIT_B_16.contextLength();
    return Math.min(
        PublishedMethod.CLASSES_AT_A_TIME, Math.max(1, positions / config.contextLength()));
  }

  @Override
  SettingValues settings(String id) {
    if (!MethodRegistry.keys(id).contains("class_position")) {
      return super.settings(id);
    }
    return position.equals("csc")
        ? super.settings(id).with("class_specific", true)
        : super.settings(id).with("class_position", position);
  }
}
