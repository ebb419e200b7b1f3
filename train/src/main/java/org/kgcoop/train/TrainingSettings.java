package org.kgcoop.train;

import static org.kgcoop.train.TrainingDeclaration.AUGMENT;
import static org.kgcoop.train.TrainingDeclaration.BATCH_SIZE;
import static org.kgcoop.train.TrainingDeclaration.BETA1;
import static org.kgcoop.train.TrainingDeclaration.BETA2;
import static org.kgcoop.train.TrainingDeclaration.CHECKPOINT_EVERY;
import static org.kgcoop.train.TrainingDeclaration.CLIP_NORM;
import static org.kgcoop.train.TrainingDeclaration.EPOCHS;
import static org.kgcoop.train.TrainingDeclaration.EPSILON;
import static org.kgcoop.train.TrainingDeclaration.GAUSS_MEAN;
import static org.kgcoop.train.TrainingDeclaration.GAUSS_STD;
import static org.kgcoop.train.TrainingDeclaration.LR;
import static org.kgcoop.train.TrainingDeclaration.LR_UNIT;
import static org.kgcoop.train.TrainingDeclaration.MIN_LR;
import static org.kgcoop.train.TrainingDeclaration.MODEL_SELECTION;
import static org.kgcoop.train.TrainingDeclaration.MOMENTUM;
import static org.kgcoop.train.TrainingDeclaration.OPTIMIZER;
import static org.kgcoop.train.TrainingDeclaration.PUBLISHED;
import static org.kgcoop.train.TrainingDeclaration.SAMPLER;
import static org.kgcoop.train.TrainingDeclaration.SEED;
import static org.kgcoop.train.TrainingDeclaration.TRANSFORMS;
import static org.kgcoop.train.TrainingDeclaration.WARMUP;
import static org.kgcoop.train.TrainingDeclaration.WARMUP_EPOCHS;
import static org.kgcoop.train.TrainingDeclaration.WARMUP_LR;
import static org.kgcoop.train.TrainingDeclaration.WARMUP_RECOUNT;
import static org.kgcoop.train.TrainingDeclaration.WEIGHT_DECAY;

import java.util.List;
import java.util.function.IntFunction;
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
        SettingValues.of(EPOCHS.key(), published.epochs())
            .with(BATCH_SIZE.key(), published.batchSize())
            .with(new SettingValues(published.settings()));
    SettingValues all = defaults.with(explicit).with(SEED.key(), seed);
    if (explicit.text(AUGMENT.key()).equals(PUBLISHED)) {
      all = all.with(AUGMENT.key(), published.views());
    }
    if (explicit.has(TRANSFORMS) && defaults.has(TRANSFORMS)) {
      String views = ViewSettingsReader.over(explicit.get(TRANSFORMS), defaults.get(TRANSFORMS));
      all = all.with(TRANSFORMS.key(), views);
    }
    TrainingSettings settings = new TrainingSettings(all);
    TrainingDeclaration.checkUsed(explicit, all);
    return settings;
  }

  /** Returns the settings that determine the result, in the form that the constructor reads. */
  public SettingValues stored() {
    return values.without(CHECKPOINT_EVERY.key());
  }

  /** Returns the learning rates and the number of epochs. */
  public Schedule schedule() {
    return new Schedule(
        values.get(LR),
        values.get(EPOCHS),
        values.get(MIN_LR),
        new Warmup(values.get(WARMUP), values.get(WARMUP_EPOCHS), values.get(WARMUP_LR)),
        values.get(WARMUP_RECOUNT),
        values.get(LR_UNIT));
  }

  /** Returns the number of images per step. */
  public int batchSize() {
    return values.get(BATCH_SIZE);
  }

  /** Returns the optimizer; published: SGD with momentum 0.9 and weight decay 5e-4. */
  public UpdateRule optimizer() {
    double weightDecay = values.get(WEIGHT_DECAY);
    double beta1 = values.get(BETA1);
    double beta2 = values.get(BETA2);
    double epsilon = values.get(EPSILON);
    return switch (values.get(OPTIMIZER)) {
      case SGD -> new UpdateRule.Sgd(values.get(MOMENTUM), weightDecay);
      case ADAM -> new UpdateRule.Adam(beta1, beta2, epsilon, weightDecay, false);
      case ADAMW -> new UpdateRule.Adam(beta1, beta2, epsilon, weightDecay, true);
    };
  }

  /** Returns the maximum global norm of the gradients; 0 disables clipping. */
  public double clipNorm() {
    return values.get(CLIP_NORM);
  }

  /** Returns the seed of the few-shot sample, the initial context, the views and the batches. */
  public long seed() {
    return values.get(SEED);
  }

  /** Returns the view of an image in each epoch. */
  public Augmentation augmentation() {
    return TrainingDeclaration.augmentation(values);
  }

  /** Returns the number of epochs between checkpoints. */
  public int checkpointEvery() {
    return values.get(CHECKPOINT_EVERY);
  }

  /** Returns the selection of the final parameters; mostly those after the last epoch. */
  public ModelSelection modelSelection() {
    return values.get(MODEL_SELECTION);
  }

  /** Returns the average over epochs of {@link ModelSelection#GAUSS}. */
  public ModelSelection.Average average() {
    return new ModelSelection.Average(values.get(GAUSS_MEAN), values.get(GAUSS_STD));
  }

  /**
   * Returns the batches of all epochs. If all views are in one pool, an epoch has as many batches
   * as with one view per image.
   */
  public IntFunction<List<int[]>> plan(TrainingLoader source) {
    int images = source.labels().length;
    return augmentation().isPool()
        ? epoch -> {
          List<int[]> all = batches(source.exampleLabels().length, epoch);
          return all.subList(0, Math.min(all.size(), batches(images, epoch).size()));
        }
        : epoch -> batches(images, epoch);
  }

  /** Returns the batches of an epoch, counted from 0, for a number of rows. */
  public List<int[]> batches(int rows, int epoch) {
    return values.get(SAMPLER).batches(rows, batchSize(), seed(), epoch);
  }

  /** Returns the number of training steps of all epochs on some images. */
  public long steps(List<Item> images) {
    return (long) batches(images.size(), 0).size() * schedule().epochs();
  }

  /** Returns the settings for a training with more epochs. */
  public TrainingSettings stretched(double factor) {
    SettingValues stretched =
        values.with(EPOCHS.key(), (int) Math.round(schedule().epochs() * factor));
    for (Setting<Double> epochs : List.of(GAUSS_MEAN, GAUSS_STD)) {
      if (values.has(epochs)) {
        stretched = stretched.with(epochs.key(), values.get(epochs) * factor);
      }
    }
    return new TrainingSettings(stretched);
  }
}
