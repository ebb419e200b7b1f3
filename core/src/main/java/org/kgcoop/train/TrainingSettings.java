package org.kgcoop.train;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
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
 * @param kept the selection of the final parameters; mostly those after the last epoch
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
    ModelSelection kept) {

  /** The value of {@code augment} that selects the published augmentation of the method. */
  public static final String PUBLISHED = "published";

  public TrainingSettings {
    if (batchSize < 1) {
      throw KgCoopException.configuration("batch size: expected at least 1, got " + batchSize);
    }
    if (!(clipNorm >= 0) || Double.isInfinite(clipNorm)) {
      throw KgCoopException.configuration(
          "gradient norm limit: expected above 0, or 0 for none, got " + clipNorm);
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

  /**
   * Parses settings, with the default for each missing one.
   *
   * @param values keys of {@link TrainingSetting#ALL}, {@code seed} and {@code checkpoint_every}
   * @throws KgCoopException if a key is unknown or a value is invalid
   */
  static TrainingSettings parse(SettingValues values) {
    TrainingConfigReader stated = new TrainingConfigReader(values);
    return new TrainingSettings(
        new Schedule(
            stated.number("lr"),
            stated.whole("epochs"),
            Decay.ofId(stated.text("decay")),
            Warmup.ofId(Warmup.over(stated.text("warmup"), stated.usual("warmup"))),
            Schedule.Variant.ofId(stated.text("schedule")),
            Schedule.Unit.ofId(stated.text("lr_unit"))),
        stated.whole("batch_size"),
        OptimizerReader.rule(
            OptimizerReader.over(stated.text("optimizer"), stated.usual("optimizer"))),
        stated.number("clip_norm"),
        Sampler.ofId(stated.text("sampler")),
        stated.seed(),
        Augmentation.ofId(
            stated.text("augment"), ViewSettingsReader.recipe(stated.text("transforms"))),
        stated.whole(TrainingConfigReader.CHECKPOINT_EVERY),
        ModelSelection.ofId(stated.text("keep")));
  }

  /**
   * Parses settings as {@link #parse(SettingValues)}, with the method's published values as
   * defaults.
   *
   * @param published the defaults of the method
   */
  public static TrainingSettings parse(
      SettingValues values, TrainedMethod.Defaults published, long seed) {
    SettingValues all =
        SettingValues.of("epochs", published.epochs())
            .with("batch_size", published.batchSize())
            .with(new SettingValues(published.settings()));
    for (Map.Entry<String, Object> setting : values.values().entrySet()) {
      String key = setting.getKey();
      all = all.with(key, over(key, setting.getValue(), all.text(key)));
    }
    if (all.text("augment").equals(PUBLISHED)) {
      all = all.with("augment", published.views());
    }
    return parse(all.with(TrainingConfigReader.SEED, seed));
  }

  /** A setting over the method's published one: some consist of parts that may be left out. */
  private static Object over(String key, Object stated, String other) {
    if (other.isEmpty()) {
      return stated;
    }
    String text = String.valueOf(stated);
    return switch (key) {
      case "optimizer" -> OptimizerReader.over(text, other);
      case "decay" -> Decay.over(text, other);
      case "warmup" -> Warmup.over(text, other);
      case "transforms" -> ViewSettingsReader.over(text, other);
      default -> stated;
    };
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

  /**
   * Returns the settings that determine the result, in the form that {@link #parse(SettingValues)}
   * reads.
   */
  public ObjectNode toJson() {
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("epochs", schedule.epochs())
            .put("batch_size", batchSize)
            .put("sampler", sampler.id())
            .put("lr", schedule.rate())
            .put("decay", schedule.decay().id())
            .put("schedule", schedule.variant().id())
            .put("warmup", schedule.warmup().id());
    if (schedule.unit() != Schedule.Unit.EPOCH) {
      json.put("lr_unit", schedule.unit().id());
    }
    json.put("optimizer", OptimizerReader.text(optimizer));
    if (clipNorm != 0) {
      json.put("clip_norm", clipNorm);
    }
    return json.put("seed", seed)
        .put("augment", augmentation.id())
        .put("transforms", augmentation.recipe().id())
        .put("keep", kept.id());
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
            schedule.variant(),
            schedule.unit()),
        batchSize,
        optimizer,
        clipNorm,
        sampler,
        seed,
        augmentation,
        checkpointEvery,
        kept.stretched(factor));
  }
}
