package org.kgcoop.cli;

import org.kgcoop.KgCoopException;
import org.kgcoop.tensor.UpdateRule;
import org.kgcoop.train.TrainingSettings;
import picocli.CommandLine.Option;

/** How gradients become updates. */
final class OptimizerOptions {
  /** What PyTorch adds to a root of squares. */
  private static final double EPSILON = 1e-8;

  @Option(
      names = "--optimizer",
      paramLabel = "NAME",
      defaultValue = "sgd",
      description = "sgd, adam, adamw or rmsprop (default: ${DEFAULT-VALUE}).")
  private String optimizer = "sgd";

  @Option(
      names = "--momentum",
      paramLabel = "X",
      defaultValue = "0.9",
      description = "Of sgd and rmsprop (default: ${DEFAULT-VALUE}).")
  private double momentum = TrainingSettings.MOMENTUM;

  @Option(
      names = "--weight-decay",
      paramLabel = "X",
      defaultValue = "5e-4",
      description = "Default: ${DEFAULT-VALUE}.")
  private double weightDecay = TrainingSettings.WEIGHT_DECAY;

  @Option(
      names = "--beta1",
      paramLabel = "X",
      defaultValue = "0.9",
      description = "Of adam and adamw (default: ${DEFAULT-VALUE}).")
  private double beta1 = 0.9;

  @Option(
      names = "--beta2",
      paramLabel = "X",
      defaultValue = "0.999",
      description = "Of adam and adamw (default: ${DEFAULT-VALUE}).")
  private double beta2 = 0.999;

  @Option(
      names = "--alpha",
      paramLabel = "X",
      defaultValue = "0.99",
      description = "Of rmsprop (default: ${DEFAULT-VALUE}).")
  private double alpha = 0.99;

  UpdateRule rule() {
    return switch (optimizer) {
      case "sgd" -> new UpdateRule.Sgd(momentum, weightDecay);
      case "adam" -> new UpdateRule.Adam(beta1, beta2, EPSILON, weightDecay);
      case "adamw" -> new UpdateRule.AdamW(beta1, beta2, EPSILON, weightDecay);
      case "rmsprop" -> new UpdateRule.RmsProp(alpha, momentum, EPSILON, weightDecay);
      default ->
          throw KgCoopException.configuration(
              "--optimizer " + optimizer + ": expected sgd, adam, adamw or rmsprop");
    };
  }
}
