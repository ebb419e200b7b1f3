package org.kgcoop.bench;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.kgcoop.KgCoopException;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.DeepPrompts;
import org.kgcoop.clip.VisionTransformer;
import org.kgcoop.method.TrainedMethod;
import org.kgcoop.method.encoder.EncoderMethod;
import org.kgcoop.model.Batch;
import org.kgcoop.model.ModelInputs;
import org.kgcoop.model.Step;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;
import org.kgcoop.tensor.Workers;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures a training step of a method that trains inside the image encoder. */
@Command(
    name = "encoders",
    header =
        "Measure one training step, images and texts, of a method that trains inside the image"
            + " encoder.")
final class EncodersBench extends StepBench {
  /** The GFLOP of an image, forward and backward. Unused outputs are not counted. */
  private static final Map<String, Double> PER_IMAGE =
      Map.of(
          "maple",
          66.0,
          "ivlp",
          65.8,
          "vpt",
          66.3,
          "promptsrc",
          66.3,
          "clip-lora",
          65.9,
          "mmrl",
          36.1);

  /** The GFLOP of one text, forward and backward, measured for 50 texts. */
  private static final double PER_TEXT = 31.0 / 50;

  @Option(
      names = "--online",
      description =
          "Use new views in every step. kgcoop then computes frozen blocks and the teacher's"
              + " features instead of reading them from the feature cache.")
  private boolean online;

  EncodersBench() {
    super(4, "ivlp");
  }

  @Override
  public Integer call() {
    List<String> names = names();
    TrainedMethod made =
        MethodRegistry.parse(SettingValues.of("method", method)).trained().orElseThrow();
    if (!(made instanceof EncoderMethod encoder)) {
      throw KgCoopException.configuration(method + " does not train inside the image encoder");
    }
    completeBatch(encoder);
    try (Clip ours = BenchModel.load(options.precision());
        TrainableModel model = encoder.model(ours, names, 1);
        Scope scope = Scope.open("bench")) {
      Tensor images = BenchModel.images(batch);
      Tensor labels = BenchModel.labels(batch, classes);
      VisionTransformer vision = ours.promptedVision(method);
      Batch banked = seen(ours, vision, model.inputs(), images, labels);
      boolean fresh = model.inputs().block().orElse(1) == 0;
      Supplier<Step> ourStep =
          () -> {
            Batch seen =
                online
                    ? seen(ours, vision, model.inputs(), images, labels)
                    : fresh ? withRows(vision, banked, model.inputs(), images) : banked;
            return model.step(seen);
          };
      if (options.oursOnly()) {
        report(ourStep, ourStep);
        return 0;
      }
      try (Clip reference = BenchModel.load(DType.FLOAT32);
          PublishedClip plain = new PublishedClip(reference, options.referencePrecision());
          PublishedEncoders published =
              new PublishedEncoders(reference, plain, encoder.settingValues().toJson(), names)) {
        report(() -> published.step(model.parameters(), images, labels), ourStep);
      }
    }
    return 0;
  }

  private void report(Supplier<?> reference, Supplier<?> ours) {
    double texts = method.equals("vpt") ? 0 : classes * PER_TEXT; // VPT does not train texts
    options.report(
        medians ->
            "encoders %s, batch %s, %s classes%s, %s"
                .formatted(method, batch, classes, online ? ", online" : "", options.precision()),
        1e9 * (batch * PER_IMAGE.getOrDefault(method, Double.NaN) + texts),
        reference,
        ours);
  }

  /**
   * Returns the input of a training step: tokens and, if the model uses them, features of the
   * frozen encoder.
   */
  static Batch seen(
      Clip clip, VisionTransformer vision, ModelInputs inputs, Tensor images, Tensor labels) {
    try (Autograd.Switch off = Autograd.off()) {
      if (inputs.block().isEmpty()) {
        return new Batch(clip.imageEncoder().features(images).unitRows(), labels);
      }
      int block = inputs.block().getAsInt();
      List<List<Tensor>> each =
          Workers.map(
              Math.toIntExact(images.size(0)),
              i -> {
                Tensor rows = vision.rows(images.narrow(0, i, 1), block);
                DeepPrompts none = new DeepPrompts(block, List.of());
                return inputs.features()
                    ? List.of(rows, vision.features(rows, none).unitRows())
                    : List.of(rows);
              });
      return new Batch(inputs.features() ? joined(each, 1) : null, joined(each, 0), labels, 0);
    }
  }

  private static Tensor joined(List<List<Tensor>> each, int place) {
    return Tensor.concat(each.stream().map(made -> made.get(place)).toList(), 0);
  }

  private static Batch withRows(
      VisionTransformer vision, Batch before, ModelInputs inputs, Tensor images) {
    try (Autograd.Switch off = Autograd.off()) {
      return new Batch(
          inputs.features() ? before.features() : null,
          vision.rows(images, inputs.block().getAsInt()),
          before.labels(),
          before.step());
    }
  }
}
