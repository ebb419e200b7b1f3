package org.kgcoop.train;

import java.util.List;
import org.kgcoop.data.Item;
import org.kgcoop.features.Augmentation;
import org.kgcoop.features.TrainingLoader;
import org.kgcoop.method.TrainedMethod;
import org.kgcoop.settings.Setting;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.tensor.UpdateRule;

/**
 * The settings of a method's training.
 *
 * @param values the values of all settings that are used, as files contain them. A default that
 *     files omit can be missing
 */
public record TrainingSettings(SettingValues values) {
  /**
   * Checks the values. A setting that is not given has the default of its declaration.
   *
   * @throws org.kgcoop.KgCoopException if a key is unknown or a value is invalid
   */
  public TrainingSettings {
    values = TrainingDeclaration.resolved(values);
  }

  /**
   * Parses settings, with the method's published values as defaults.
   *
   * @param explicit the values by key
   * @param published the defaults of the method
   * @throws org.kgcoop.KgCoopException if a key is unknown, a value is invalid, or another setting
   *     does not use it
   */
  public static TrainingSettings parse(
      SettingValues explicit, TrainedMethod.Defaults published, long seed) {
    SettingValues defaults =
        SettingValues.of(TrainingDeclaration.EPOCHS.key(), published.epochs())
            .with(TrainingDeclaration.BATCH_SIZE.key(), published.batchSize())
            .with(new SettingValues(published.settings()));
    SettingValues all = defaults.with(explicit).with(TrainingDeclaration.SEED.key(), seed);
    if (explicit.text(TrainingDeclaration.AUGMENT.key()).equals(TrainingDeclaration.PUBLISHED)) {
      all = all.with(TrainingDeclaration.AUGMENT.key(), published.views());
    }
    if (explicit.has(TrainingDeclaration.TRANSFORMS)
        && defaults.has(TrainingDeclaration.TRANSFORMS)) {
      all =
          all.with(
              TrainingDeclaration.TRANSFORMS.key(),
              ViewSettingsReader.over(
                  explicit.get(TrainingDeclaration.TRANSFORMS),
                  defaults.get(TrainingDeclaration.TRANSFORMS)));
    }
    TrainingSettings settings = new TrainingSettings(all);
    TrainingDeclaration.checkUsed(explicit, all);
    return settings;
  }

  /** Returns the settings that determine the result, in the form that the constructor reads. */
  public SettingValues stored() {
    return values.without(TrainingDeclaration.CHECKPOINT_EVERY.key());
  }

  /** Returns the learning rates and the number of epochs. */
  public Schedule schedule() {
    return new Schedule(
        values.get(TrainingDeclaration.LR),
        values.get(TrainingDeclaration.EPOCHS),
        values.get(TrainingDeclaration.MIN_LR),
        new Warmup(
            values.get(TrainingDeclaration.WARMUP),
            values.get(TrainingDeclaration.WARMUP_EPOCHS),
            values.get(TrainingDeclaration.WARMUP_LR)),
        values.get(TrainingDeclaration.WARMUP_RECOUNT),
        values.get(TrainingDeclaration.LR_UNIT));
  }

  /** Returns the number of images per step. */
  public int batchSize() {
    return values.get(TrainingDeclaration.BATCH_SIZE);
  }

  /** Returns the optimizer; published: SGD with momentum 0.9 and weight decay 5e-4. */
  public UpdateRule optimizer() {
    double weightDecay = values.get(TrainingDeclaration.WEIGHT_DECAY);
    double beta1 = values.get(TrainingDeclaration.BETA1);
    double beta2 = values.get(TrainingDeclaration.BETA2);
    double epsilon = values.get(TrainingDeclaration.EPSILON);
    return switch (values.get(TrainingDeclaration.OPTIMIZER)) {
      case SGD -> new UpdateRule.Sgd(values.get(TrainingDeclaration.MOMENTUM), weightDecay);
      case ADAM -> new UpdateRule.Adam(beta1, beta2, epsilon, weightDecay, false);
      case ADAMW -> new UpdateRule.Adam(beta1, beta2, epsilon, weightDecay, true);
    };
  }

  /** Returns the maximum global norm of the gradients; 0 disables clipping. */
  public double clipNorm() {
    return values.get(TrainingDeclaration.CLIP_NORM);
  }

  /** Returns the seed of the few-shot sample, the initial context, the views and the batches. */
  public long seed() {
    return values.get(TrainingDeclaration.SEED);
  }

  /** Returns the view of an image in each epoch. */
  public Augmentation augmentation() {
    return TrainingDeclaration.augmentation(values);
  }

  /** Returns the number of epochs between checkpoints. */
  public int checkpointEvery() {
    return values.get(TrainingDeclaration.CHECKPOINT_EVERY);
  }

  /** Returns the selection of the final parameters; mostly those after the last epoch. */
  public ModelSelection modelSelection() {
    return values.get(TrainingDeclaration.MODEL_SELECTION);
  }

  /** Returns the average over epochs of {@link ModelSelection#GAUSS}. */
  public ModelSelection.Average average() {
    return new ModelSelection.Average(
        values.get(TrainingDeclaration.GAUSS_MEAN), values.get(TrainingDeclaration.GAUSS_STD));
  }

  /**
   * Returns the batches of all epochs. If all views are in one pool, an epoch has as many batches
   * as with one view per image.
   */
  public BatchSampler plan(TrainingLoader source) {
    BatchSampler imageSampler = plan(source.labels().length);
    return augmentation() instanceof Augmentation.Pool
        ? plan(source.exampleLabels().length).noLongerThan(imageSampler)
        : imageSampler;
  }

  /** Returns the batches of all epochs for a number of rows. */
  public BatchSampler plan(int rows) {
    return values.get(TrainingDeclaration.SAMPLER).plan(rows, batchSize(), seed());
  }

  /** Returns the number of training steps of all epochs on some images. */
  public long steps(List<Item> images) {
    return (long) plan(images.size()).batches(0).size() * schedule().epochs();
  }

  /** Returns the settings for a training with more epochs. */
  public TrainingSettings stretched(double factor) {
    SettingValues stretched =
        values.with(
            TrainingDeclaration.EPOCHS.key(), (int) Math.round(schedule().epochs() * factor));
    for (Setting<Double> epochs :
        List.of(TrainingDeclaration.GAUSS_MEAN, TrainingDeclaration.GAUSS_STD)) {
      if (values.has(epochs)) {
        stretched = stretched.with(epochs.key(), values.get(epochs) * factor);
      }
    }
    return new TrainingSettings(stretched);
  }
}
