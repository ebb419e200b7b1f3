package org.kgcoop.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.Item;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.model.Head;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.prompt.PromptText;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;
import org.kgcoop.trial.Evaluator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures the step from features to the accuracy. */
@Command(
    name = "evaluate",
    mixinStandardHelpOptions = true,
    header =
        "Measure an evaluation on cached features. The reference encodes its texts for every test"
            + " batch.")
final class EvaluateBench implements Callable<Integer> {
  private static final String TEMPLATE = "a photo of a {}.";

  /** The test batch size of the published configurations. */
  private static final int BATCH = 100;

  @Option(
      names = "--images",
      defaultValue = "10000",
      description = "Number of test images (default: ${DEFAULT-VALUE}).")
  private int images;

  @Option(
      names = "--classes",
      defaultValue = "1000",
      description = "Number of classes (default: ${DEFAULT-VALUE}).")
  private int classes;

  @Mixin private BenchOptions options = new BenchOptions();

  @SuppressWarnings("NullAway.Init") // picocli sets defaults
  EvaluateBench() {}

  @Override
  public Integer call() {
    List<String> names = BenchModel.classNames(classes);
    try (Clip ours = BenchModel.load(options.precision());
        Clip reference = BenchModel.load(DType.FLOAT32);
        PublishedClip plain = new PublishedClip(reference, options.referencePrecision());
        Head classifier = new ZeroShot(List.of(TEMPLATE)).classifier(ours, names);
        Scope scope = Scope.open("bench");
        Autograd.Switch off = Autograd.off()) {
      Tensor features = BenchModel.features(images, ours.config().embedDim());
      List<Item> items = new ArrayList<>();
      for (int i = 0; i < images; i++) {
        items.add(new Item("image" + i, Path.of("image" + i), i % classes, "class"));
      }
      PromptText text =
          PromptText.learned(reference, names, ContextSettings.shared(4, "a photo of a"));
      Tensor context = BenchModel.features(4, reference.config().textWidth());
      Tensor batch = features.narrow(0, 0, Math.min(BATCH, images));
      int batches = (images + BATCH - 1) / BATCH;
      Measurement.Medians medians =
          options.measure(
              () -> Measurement.inScope(() -> logits(plain, text, context, batch)),
              () -> {
                Evaluator.Result unused = Evaluator.evaluate(classifier, features, items, classes);
              });
      options.print(
          new Case(
              "evaluate, %s images, %s classes, %s (reference: one batch, times %s)"
                  .formatted(images, classes, options.precision(), batches),
              batches * medians.reference(),
              medians.ours(),
              2.0 * images * classes * ours.config().embedDim() / medians.ours() / 1e6,
              Measurement.peak(DType.FLOAT32),
              Measurement.peakResident()));
    }
    return 0;
  }

  /** Returns the logits of one batch of images. Encodes the texts in parts. */
  private static Tensor logits(
      PublishedClip plain, PromptText text, Tensor context, Tensor features) {
    List<Tensor> parts = new ArrayList<>();
    for (int from = 0; from < text.classes(); from += PublishedMethod.CLASSES_AT_A_TIME) {
      int to = Math.min(from + PublishedMethod.CLASSES_AT_A_TIME, text.classes());
      int[] ends = text.rows().subList(from, to).stream().mapToInt(PromptText.Row::end).toArray();
      try (Scope scope = Scope.open("part")) {
        parts.add(scope.promote(plain.text(plain.prompts(text, context, from, to), ends)));
      }
    }
    return features.matmul(Tensor.concat(parts, 0).transpose(0, 1));
  }
}
