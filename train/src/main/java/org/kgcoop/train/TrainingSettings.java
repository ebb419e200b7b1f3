package org.kgcoop.train;

import java.util.List;
import org.kgcoop.data.Item;
import org.kgcoop.features.Augmentation;
import org.kgcoop.features.TrainingLoader;
import org.kgcoop.tensor.UpdateRule;

/**
 * The settings of a method's training.
 *
 * @param schedule the learning rates and the number of epochs
 * @param batchSize the number of images per step
 * @param optimizer the optimizer; published: SGD with momentum 0.9 and weight decay 5e-4
 * @param clipNorm the maximum global gradient norm; 0 disables clipping
 * @param sampler the selection of images for batches; published: random
 * @param seed the seed of the few-shot sample, the initial context, the views and the batch order
 * @param augmentation the view of an image in each epoch
 * @param checkpointEvery the number of epochs between checkpoints
 * @param modelSelection the selection of the final parameters; mostly those after the last epoch
 */
public record TrainingSettings(
    Schedule schedule,
    int batchSize,
    UpdateRule optimizer,
    double clipNorm,
    Sampler sampler,
    long seed,
    Augmentation augmentation,
    int checkpointEvery,
    ModelSelection modelSelection) {

  /**
   * Returns the batches of all epochs. If all views are in one pool, an epoch has as many batches
   * as with one view per image.
   */
  public BatchSampler plan(TrainingLoader source) {
    BatchSampler imageSampler = plan(source.labels().length);
    return augmentation instanceof Augmentation.Pool
        ? plan(source.exampleLabels().length).noLongerThan(imageSampler)
        : imageSampler;
  }

  /** Returns the batches of all epochs for a number of rows. */
  public BatchSampler plan(int rows) {
    return sampler.plan(rows, batchSize, seed);
  }

  /** Returns the number of training steps of all epochs on some images. */
  public long steps(List<Item> images) {
    return (long) plan(images.size()).batches(0).size() * schedule.epochs();
  }

  /** Returns the settings for a training with more epochs. */
  public TrainingSettings stretched(double factor) {
    return new TrainingSettings(
        new Schedule(
            schedule.rate(),
            (int) Math.round(schedule.epochs() * factor),
            schedule.minimum(),
            schedule.warmup(),
            schedule.warmupRecount(),
            schedule.unit()),
        batchSize,
        optimizer,
        clipNorm,
        sampler,
        seed,
        augmentation,
        checkpointEvery,
        modelSelection.stretched(factor));
  }
}
