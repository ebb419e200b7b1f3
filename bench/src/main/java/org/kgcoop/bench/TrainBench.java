package org.kgcoop.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.clip.Clip;
import org.kgcoop.method.PromptMethod;
import org.kgcoop.model.Batch;
import org.kgcoop.model.Step;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Optimizer;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;
import org.kgcoop.tensor.UpdateRule;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures a training step, with images and update. */
@Command(
    name = "train",
    header = "Measure an entire training step. The reference encodes its images in every step.")
final class TrainBench extends PromptBench {
  @Option(
      names = "--augment",
      description =
          "Source of the image features of kgcoop. cache: features that were encoded before."
              + " online: encoded in every step. Default: ${DEFAULT-VALUE}.")
  private String augment = "cache";

  TrainBench() {
    super(0);
  }

  @Override
  public Integer call() {
    List<String> names = names();
    PromptMethod prompt = MethodRegistry.parsePrompt(settings(method));
    completeBatch(prompt);
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
      Tensor images = BenchModel.images(batch);
      Tensor labels = BenchModel.labels(batch, classes);
      Tensor banked = BenchModel.features(batch, ours.config().embedDim());
      boolean online = augment.equals("online");
      options.report(
          medians ->
              String.format(
                  Locale.ROOT,
                  "train %s, %d classes, M %d, batch %d, %s, %s: %.3f ms per image (reference"
                      + " %.1f)",
                  method,
                  classes,
                  context,
                  batch,
                  augment,
                  options.precision(),
                  medians.ours() / batch,
                  medians.reference() / batch),
          flop(ours, prompt, batch) + (online ? batch * ImageBench.FLOP_PER_IMAGE : 0),
          () ->
              published.step(model.parameters(), new Batch(byParts(images, plain::image), labels)),
          () -> {
            Tensor features =
                online
                    ? byParts(images, part -> ours.imageEncoder().features(part).unitRows())
                    : banked;
            Step made = model.step(new Batch(features, labels));
            sgd.step(made.gradients(), 1e-5);
            return made;
          });
    }
    return 0;
  }

  /** Encodes 32 images at a time. The activations of a batch of 128 would not fit into memory. */
  private static Tensor byParts(Tensor images, UnaryOperator<Tensor> encoder) {
    List<Tensor> features = new ArrayList<>();
    try (Autograd.Switch off = Autograd.off()) {
      for (long from = 0; from < images.size(0); from += 32) {
        try (Scope scope = Scope.open("part")) {
          Tensor part = images.narrow(0, from, Math.min(32, images.size(0) - from));
          features.add(scope.promote(encoder.apply(part)));
        }
      }
      return Tensor.concat(features, 0);
    }
  }
}
