package org.kgcoop.train;

import org.kgcoop.KgCoopException;
import org.kgcoop.bank.Augmentation;

/**
 * How a method is trained.
 *
 * @param schedule the rates, and how many epochs
 * @param batchSize pictures a step
 * @param momentum of SGD, published 0.9
 * @param weightDecay of SGD, published 5e-4
 * @param seed of the few-shot draw, the start of the context, the views and the order
 * @param augmentation which view of a picture an epoch sees
 * @param checkpointEvery epochs between checkpoints
 * @param keepBest whether the epoch that is best on the validation pictures is kept, not the last
 */
public record TrainingSettings(
    Schedule schedule,
    int batchSize,
    double momentum,
    double weightDecay,
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
    if (!(momentum >= 0 && momentum < 1)) {
      throw KgCoopException.configuration("momentum: expected 0 to below 1, got " + momentum);
    }
    if (!(weightDecay >= 0) || Double.isInfinite(weightDecay)) {
      throw KgCoopException.configuration("weight decay: expected at least 0, got " + weightDecay);
    }
  }

  /** The same for another number of epochs. */
  public TrainingSettings withEpochs(int epochs) {
    return new TrainingSettings(
        new Schedule(
            schedule.rate(),
            epochs,
            schedule.warmup(),
            schedule.warmupEpochs(),
            schedule.warmupRate(),
            schedule.variant()),
        batchSize,
        momentum,
        weightDecay,
        seed,
        augmentation,
        checkpointEvery,
        keepBest);
  }
}
