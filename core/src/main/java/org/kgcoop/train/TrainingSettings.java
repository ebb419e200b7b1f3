package org.kgcoop.train;

import static org.kgcoop.train.TrainingDeclaration.AUGMENT;
import static org.kgcoop.train.TrainingDeclaration.BATCH_SIZE;
import static org.kgcoop.train.TrainingDeclaration.EPOCHS;
import static org.kgcoop.train.TrainingDeclaration.SEED;
import static org.kgcoop.train.TrainingDeclaration.TRANSFORMS;

import java.util.List;
import org.kgcoop.KgCoopException;
import org.kgcoop.features.Augmentation;
import org.kgcoop.features.TrainingLoader;
import org.kgcoop.method.TrainedMethod;
import org.kgcoop.settings.SettingValues;
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

  /** The value of {@code augment} that selects the published augmentation of the method. */
  public static final String PUBLISHED = "published";

  public TrainingSettings {
    if (sampler.kind() == Sampler.Kind.RANDOM_CLASS && sampler.classImages() > batchSize) {
      throw KgCoopException.configuration(
          "sampler random-class: expected a batch size of at least class_images, %s, got %s"
              .formatted(sampler.classImages(), batchSize));
    }
  }

  /**
   * Parses settings, with the method's published values as defaults.
   *
   * @param given the values by the keys of {@link TrainingDeclaration}
   * @param published the defaults of the method
   * @throws KgCoopException if a key is unknown, a value is invalid, or another setting does not
   *     use it
   */
  public static TrainingSettings parse(
      SettingValues given, TrainedMethod.Defaults published, long seed) {
    SettingValues defaults =
        SettingValues.of(EPOCHS.key(), published.epochs())
            .with(BATCH_SIZE.key(), published.batchSize())
            .with(new SettingValues(published.settings()));
    SettingValues all = defaults.with(given).with(SEED.key(), seed);
    if (given.text(AUGMENT.key()).equals(PUBLISHED)) {
      all = all.with(AUGMENT.key(), published.views());
    }
    if (given.has(TRANSFORMS) && defaults.has(TRANSFORMS)) {
      all =
          all.with(
              TRANSFORMS.key(),
              ViewSettingsReader.over(given.get(TRANSFORMS), defaults.get(TRANSFORMS)));
    }
    TrainingSettings settings = parse(all);
    TrainingDeclaration.checkUsed(given, all);
    return settings;
  }

  /** Parses complete settings. A setting that is not given has the default of its declaration. */
  static TrainingSettings parse(SettingValues values) {
    return TrainingDeclaration.LIST.parse(values, List.of());
  }

  /**
   * Returns the batches of all epochs. If all views are in one pool, an epoch has as many batches
   * as with one view per image.
   */
  public BatchSampler plan(TrainingLoader source) {
    BatchSampler ofImages = plan(source.labels());
    return augmentation instanceof Augmentation.Pool
        ? plan(source.exampleLabels()).noLongerThan(ofImages)
        : ofImages;
  }

  /** Returns the batches of all epochs for rows with these labels. */
  public BatchSampler plan(long[] labels) {
    return sampler.plan(labels, batchSize, seed);
  }

  /** Returns the settings that determine the result, in the form that the parser reads. */
  public SettingValues settingValues() {
    return TrainingDeclaration.LIST.values(this);
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
