package org.kgcoop.train;

import java.util.List;
import org.kgcoop.KgCoopException;
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

  public TrainingSettings {
    if (sampler.kind() == Sampler.Kind.RANDOM_CLASS && sampler.classImages() > batchSize) {
      throw KgCoopException.configuration(
          "sampler random-class: expected a batch size of at least class_images, %s, got %s"
              .formatted(sampler.classImages(), batchSize));
    }
  }

  /**
   * Returns the batches of all epochs. If all views are in one pool, an epoch has as many batches
   * as with one view per image.
   */
  public BatchSampler plan(TrainingLoader source) {
    BatchSampler imageSampler = plan(source.labels());
    return augmentation instanceof Augmentation.Pool
        ? plan(source.exampleLabels()).noLongerThan(imageSampler)
        : imageSampler;
  }

  /** Returns the batches of all epochs for rows with these labels. */
  public BatchSampler plan(long[] labels) {
    return sampler.plan(labels, batchSize, seed);
  }

  /** Returns the number of training steps of all epochs on these images. */
  public long steps(List<Item> images) {
    long[] labels = images.stream().mapToLong(Item::label).toArray();
    return (long) plan(labels).batches(0).size() * schedule.epochs();
  }

  /**
   * Returns the settings for a training with more epochs. Steps of the decay become longer by the
   * same factor.
   */
  public TrainingSettings stretched(double factor) {
    return new TrainingSettings(
        new Schedule(
            schedule.rate(),
            (int) Math.round(schedule.epochs() * factor),
            schedule.decay().stretched(factor),
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
