package org.kgcoop.bench;

import java.util.List;
import java.util.concurrent.Callable;
import org.kgcoop.Messages;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.clip.Clip;
import org.kgcoop.method.PromptMethod;
import org.kgcoop.model.Batch;
import org.kgcoop.model.Step;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.prompt.PromptText;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Optimizer;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;
import org.kgcoop.tensor.UpdateRule;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures a training step, with images and update. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    header = "Measure an entire training step. The reference encodes its images in every step.")
final class TrainBench implements Callable<Integer> {
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
      names = "--batch",
      description = "Images per batch (default: the published batch size of the method).")
  private int batch;

  @Option(
      names = "--method",
      defaultValue = "kgcoop",
      description = "Method (default: ${DEFAULT-VALUE}).")
  private String method;

  @Option(
      names = "--augment",
      defaultValue = "cache",
      description =
          "Source of the image features of kgcoop. cache: features that were encoded before."
              + " online: encoded in every step. Default: ${DEFAULT-VALUE}.")
  private String augment;

  @Mixin private BenchOptions options = new BenchOptions();

  @SuppressWarnings("NullAway.Init") // picocli sets defaults
  TrainBench() {}

  @Override
  public Integer call() {
    List<String> names = BenchModel.classNames(classes);
    PromptMethod prompt =
        MethodRegistry.parsePrompt(
            SettingValues.of("method", method)
                .with("context_tokens", context)
                .with("words", context == 4 ? "a photo of a" : ""));
    int size = batch > 0 ? batch : prompt.defaults().batchSize();
    try (Clip ours = BenchModel.load(options.precision());
        Clip reference = BenchModel.load(DType.FLOAT32);
        PublishedClip plain = new PublishedClip(reference, options.referencePrecision());
        PublishedMethod published =
            new PublishedMethod(
                reference, plain, prompt, names, PublishedMethod.CLASSES_AT_A_TIME);
        TrainableModel model = prompt.model(ours, names, 1);
        Optimizer sgd =
            new Optimizer(List.copyOf(model.parameters().values()), new UpdateRule.Sgd(0.9, 5e-4));
        Scope scope = Scope.open("bench")) {
      Tensor images = BenchModel.images(size);
      Tensor labels = BenchModel.labels(size, classes);
      Tensor banked = BenchModel.features(size, ours.config().embedDim());
      boolean online = augment.equals("online");
      double peak = Measurement.peak(options.precision());
      Measurement.Medians medians =
          options.measure(
              () -> {
                try (Scope step = Scope.open("reference")) {
                  Tensor features = plainFeatures(plain, images);
                  PublishedMethod.Result unused =
                      published.step(model.parameters(), new Batch(features, labels));
                }
              },
              () -> {
                try (Scope step = Scope.open("ours")) {
                  Tensor features = online ? encoded(ours, images) : banked;
                  Step made = model.step(new Batch(features, labels));
                  sgd.step(made.gradients(), 1e-5);
                }
              });
      double passes = prompt.id().equals("prograd") ? 3 : 2;
      double textPasses = prompt.id().equals("cocoop") ? size : 1;
      double flop =
          passes
                  * textPasses
                  * TextBench.flop(ours.config(), PromptText.learned(ours, names, prompt.context()))
              + (online ? size * ImageBench.FLOP_PER_IMAGE : 0);
      options.print(
          Messages.format(
              "train %s, %d classes, M %d, batch %d, %s, %s: %.3f ms per image (reference %.1f)",
              method,
              classes,
              context,
              size,
              augment,
              options.precision(),
              medians.ours() / size,
              medians.reference() / size),
          medians,
          flop,
          peak);
    }
    return 0;
  }

  /** Encodes 32 images at a time. The activations of a batch of 128 would not fit into memory. */
  private static Tensor plainFeatures(PublishedClip plain, Tensor images) {
    try (Autograd.Switch off = Autograd.off()) {
      return Measurement.byParts(images, 32, plain::image);
    }
  }

  private static Tensor encoded(Clip clip, Tensor images) {
    try (Autograd.Switch off = Autograd.off()) {
      return Measurement.byParts(images, 32, part -> clip.imageEncoder().features(part).unitRows());
    }
  }
}
