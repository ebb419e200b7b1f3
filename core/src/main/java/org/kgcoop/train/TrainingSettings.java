package org.kgcoop.train;

import org.kgcoop.KgCoopException;
import org.kgcoop.bank.Augmentation;
import org.kgcoop.tensor.UpdateRule;

/**
 * How a method is trained.
 *
 * @param schedule the rates, and how many epochs
 * @param batchSize pictures a step
 * @param optimizer published SGD with momentum 0.9 and weight decay 5e-4
 * @param sampler which pictures are seen together, published at random
 * @param seed of the few-shot draw, the start of the context, the views and the order
 * @param augmentation which view of a picture an epoch sees
 * @param checkpointEvery epochs between checkpoints
 * @param keepBest whether the epoch that is best on the validation pictures is kept, not the last
 */
public record TrainingSettings(
    Schedule schedule,
    int batchSize,
    UpdateRule optimizer,
    Sampler sampler,
    long seed,
    Augmentation augmentation,
    int checkpointEvery,
    boolean keepBest) {

  public static final double MOMENTUM = 0.9;
  public static final double WEIGHT_DECAY = 5e-4;
  public static final double RATE = 0.002;

  public TrainingSettings {
    if (batchSize < 1) {
      throw KgCoopException.configuration("batch size: expected at least 1, got " + batchSize);
    }
    if (checkpointEvery < 1) {
      throw KgCoopException.configuration(
          "epochs between checkpoints: expected at least 1, got " + checkpointEvery);
    }
    if (sampler instanceof Sampler.RandomClass classes && classes.instances() > batchSize) {
      throw KgCoopException.configuration(
          "sampler %s: expected a batch size of at least %s, got %s"
              .formatted(sampler.id(), classes.instances(), batchSize));
    }
  }

  /** With SGD, in random order: the published way. */
  public TrainingSettings(
      Schedule schedule,
      int batchSize,
      double momentum,
      double weightDecay,
      long seed,
      Augmentation augmentation,
      int checkpointEvery,
      boolean keepBest) {
    this(
        schedule,
        batchSize,
        new UpdateRule.Sgd(momentum, weightDecay),
        new Sampler.Random(),
        seed,
        augmentation,
        checkpointEvery,
        keepBest);
  }

  /** The same for so many times the epochs; where the rate falls in steps, these are longer too. */
  public TrainingSettings stretched(double factor) {
    return new TrainingSettings(
        new Schedule(
            schedule.rate(),
            (int) Math.round(schedule.epochs() * factor),
            schedule.decay().stretched(factor),
            schedule.warmup(),
            schedule.warmupEpochs(),
            schedule.warmupRate(),
            schedule.variant()),
        batchSize,
        optimizer,
        sampler,
        seed,
        augmentation,
        checkpointEvery,
        keepBest);
  }
}
