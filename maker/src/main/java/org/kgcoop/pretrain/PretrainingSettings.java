package org.kgcoop.pretrain;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.tensor.DType;

/**
 * The settings of a pretraining.
 *
 * @param model the sizes; the vocabulary becomes smaller if the captions have few words
 * @param length the length of the training
 * @param batchSize B, the number of images per step
 * @param pairs the fraction of a batch for drawings that occur twice with different appearances
 * @param ordinary the fraction of the other images that are black on white and only slightly moved
 * @param rate the highest learning rate
 * @param warmup the number of warm-up steps
 * @param weightDecay the weight decay of matrices; gains, biases and the scale have none
 * @param maxNorm the maximum norm of the gradients of all weights except the scale
 * @param scale the scale of the logits
 * @param precision the precision of matrix products and convolutions, float32 or bf16
 * @param workers the number of threads, each with its part of every batch; batch normalization uses
 *     the statistics of a part
 * @param distillation the settings of a teacher, or null without one
 */
public record PretrainingSettings(
    ClipConfig model,
    Length length,
    int batchSize,
    double pairs,
    double ordinary,
    double rate,
    int warmup,
    double weightDecay,
    double maxNorm,
    Scale scale,
    long seed,
    DType precision,
    int workers,
    @Nullable Distillation distillation) {

  /**
   * The length of training. One of the two numbers is 0.
   *
   * @param steps the number of steps; the result is byte-identical for any interruptions
   * @param minutes the training time without interruptions; the learning rate follows the clock
   */
  public record Length(long steps, double minutes) {
    public Length {
      if (!(steps > 0 ^ minutes > 0) || steps < 0 || !(minutes >= 0) || minutes > 1e6) {
        throw KgCoopException.configuration(
            "length of training: expected either steps or minutes, above 0, got "
                + steps
                + " and "
                + minutes);
      }
    }

    /** Returns the completed fraction of the training: 0 to 1 and more. */
    double done(long step, double seconds) {
      return steps > 0 ? (double) step / steps : seconds / (60 * minutes);
    }
  }

  /**
   * The learned factor of cosines.
   *
   * @param start the initial value
   * @param least the minimum
   * @param most the maximum
   */
  public record Scale(double start, double least, double most) {
    public Scale {
      if (!(least > 0 && least <= start && start <= most) || most > 1e4) {
        throw KgCoopException.configuration(
            "logit scale: expected 0 < least <= start <= most, got "
                + least
                + ", "
                + start
                + " and "
                + most);
      }
    }
  }

  public PretrainingSettings {
    check(batchSize >= 2, "batch size: expected at least 2, got " + batchSize);
    check(pairs >= 0 && pairs <= 1, "pairs: expected 0 to 1, got " + pairs);
    check(ordinary >= 0 && ordinary <= 1, "ordinary: expected 0 to 1, got " + ordinary);
    check(rate > 0 && rate < 1, "learning rate: expected above 0 and below 1, got " + rate);
    check(warmup >= 0, "warm-up: expected at least 0 steps, got " + warmup);
    check(
        weightDecay >= 0 && weightDecay < 10, "weight decay: expected 0 to 10, got " + weightDecay);
    check(maxNorm > 0, "maximum norm of gradients: expected above 0, got " + maxNorm);
    check(
        precision == DType.FLOAT32 || precision == DType.BFLOAT16,
        "precision " + precision + ": expected float32 or bf16");
    check(
        workers >= 1 && batchSize % workers == 0,
        "workers: expected a number that divides the batch size " + batchSize + ", got " + workers);
    if (distillation != null) {
      checkStudent(model, length, distillation);
    }
  }

  private static void checkStudent(ClipConfig model, Length length, Distillation distillation) {
    check(
        length.steps() > 0,
        "--teacher: expected --steps, because the learning rate follows the step");
    if (!(model.vision() instanceof ClipConfig.Vit vit)) {
      throw KgCoopException.configuration("--teacher: expected --vision vit");
    }
    int side = model.imageResolution() / vit.patch();
    check(
        distillation.patches() <= side * side,
        "patches per image: expected at most " + side * side + ", got " + distillation.patches());
  }

  private static void check(boolean valid, String otherwise) {
    if (!valid) {
      throw KgCoopException.configuration(otherwise);
    }
  }

  /**
   * Returns the learning rate: a linear warm-up, then a half cosine down to 0. With a teacher, the
   * rate is constant after the warm-up until its linear fall.
   *
   * @param step the number of the step, from 0
   * @param seconds the training time so far
   */
  double rate(long step, double seconds) {
    double rising = warmup == 0 ? 1 : Math.min(1, (step + 1.0) / warmup);
    if (distillation != null) {
      return rate * rising * distillation.rate(step, length.steps());
    }
    double done = Math.min(1, length.done(step, seconds));
    return rate * rising * (1 + Math.cos(Math.PI * done)) / 2;
  }

  /** Returns the settings with another size of the vocabulary. */
  PretrainingSettings withVocabulary(int size) {
    ClipConfig sized =
        new ClipConfig(
            model.embedDim(),
            model.imageResolution(),
            model.channels(),
            model.contextLength(),
            size,
            model.textWidth(),
            model.textHeads(),
            model.textLayers(),
            model.activation(),
            model.vision());
    return new PretrainingSettings(
        sized,
        length,
        batchSize,
        pairs,
        ordinary,
        rate,
        warmup,
        weightDecay,
        maxNorm,
        scale,
        seed,
        precision,
        workers,
        distillation);
  }

  /** Returns the settings in the format of a run folder. */
  ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ObjectNode sizes = json.putObject("model");
    if (model.vision() instanceof ClipConfig.ResNet resNet) {
      sizes.put("vision", "rn");
      sizes.put("width", resNet.width());
      resNet.layers().forEach(sizes.putArray("layers")::add);
    } else if (model.vision() instanceof ClipConfig.Vit vit) {
      sizes.put("vision", "vit").put("width", vit.width());
      sizes.put("layers", vit.layers()).put("patch", vit.patch());
    }
    sizes
        .put("embed_dim", model.embedDim())
        .put("resolution", model.imageResolution())
        .put("channels", model.channels())
        .put("text_length", model.contextLength())
        .put("vocabulary", model.vocabularySize())
        .put("text_width", model.textWidth())
        .put("text_layers", model.textLayers());
    if (distillation != null) {
      distillation.describe(json);
    }
    return json.put("steps", length.steps())
        .put("minutes", length.minutes())
        .put("batch_size", batchSize)
        .put("pairs", pairs)
        .put("ordinary", ordinary)
        .put("lr", rate)
        .put("warmup", warmup)
        .put("weight_decay", weightDecay)
        .put("max_norm", maxNorm)
        .put("scale_start", scale.start())
        .put("scale_least", scale.least())
        .put("scale_most", scale.most())
        .put("seed", seed)
        .put("precision", precision.name().toLowerCase(Locale.ROOT))
        .put("workers", workers);
  }
}
