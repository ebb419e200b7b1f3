package org.kgcoop.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.kgcoop.KgCoopException;
import org.kgcoop.cache.Augmentation;
import org.kgcoop.cache.TrainingLoader;
import org.kgcoop.method.TrainedMethod;
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

  private static final ObjectMapper JSON = new ObjectMapper();

  /** The value of {@code augment} that selects the published augmentation of the method. */
  public static final String PUBLISHED = "published";

  /** PyTorch's epsilon. It is not written, because older run folders do not contain it. */
  private static final double USUAL_EPSILON = 1e-8;

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
   * @param json keys of {@link TrainingSetting#ALL}, {@code seed} and {@code checkpoint_every}
   * @throws KgCoopException if a key is unknown or a value is invalid
   */
  static TrainingSettings parse(JsonNode json) {
    TrainingConfigReader stated = new TrainingConfigReader(json);
    return new TrainingSettings(
        new Schedule(
            stated.number("lr"),
            stated.whole("epochs"),
            Decay.ofId(stated.text("decay"), stated.number("gamma"), stated.number("lr_minimum")),
            Schedule.Warmup.ofId(stated.text("warmup")),
            stated.whole("warmup_epochs"),
            stated.number("warmup_lr"),
            Schedule.Variant.ofId(stated.text("schedule")),
            Schedule.Unit.ofId(stated.text("lr_unit"))),
        stated.whole("batch_size"),
        rule(stated),
        stated.number("clip_norm"),
        Sampler.ofId(stated.text("sampler")),
        stated.seed(),
        Augmentation.ofId(stated.text("augment"), ViewSettingsReader.recipe(stated)),
        stated.whole(TrainingConfigReader.CHECKPOINT_EVERY),
        ModelSelection.ofId(stated.text("keep")));
  }

  /**
   * Parses settings as {@link #parse(JsonNode)}, with the method's published values as defaults.
   *
   * @param published the defaults of the method
   */
  public static TrainingSettings parse(JsonNode json, TrainedMethod.Defaults published, long seed) {
    ObjectNode all =
        JsonNodeFactory.instance
            .objectNode()
            .put("epochs", published.epochs())
            .put("batch_size", published.batchSize());
    published.settings().forEach((key, value) -> all.set(key, JSON.valueToTree(value)));
    json.properties().forEach(setting -> all.set(setting.getKey(), setting.getValue()));
    if (all.path("augment").asText().equals(PUBLISHED)) {
      all.put("augment", published.views());
    }
    return parse(all.put(TrainingConfigReader.SEED, seed));
  }

  private static UpdateRule rule(TrainingConfigReader stated) {
    String name = stated.text("optimizer");
    double weightDecay = stated.number("weight_decay");
    double epsilon = stated.number("epsilon");
    return switch (name) {
      case "sgd" -> new UpdateRule.Sgd(stated.number("momentum"), weightDecay);
      case "adam" ->
          new UpdateRule.Adam(stated.number("beta1"), stated.number("beta2"), epsilon, weightDecay);
      case "adamw" ->
          new UpdateRule.AdamW(
              stated.number("beta1"), stated.number("beta2"), epsilon, weightDecay);
      case "rmsprop" ->
          new UpdateRule.RmsProp(
              stated.number("alpha"), stated.number("momentum"), epsilon, weightDecay);
      default ->
          throw KgCoopException.configuration(
              "optimizer '" + name + "': expected sgd, adam, adamw or rmsprop");
    };
  }

  /**
   * Returns the batches of all epochs. If all views are in one pool, an epoch has as many batches
   * as with one view per image.
   */
  public BatchSampler plan(TrainingLoader source) {
    BatchSampler ofImages = sampler.plan(source.labels(), batchSize, seed);
    return augmentation instanceof Augmentation.Pool
        ? sampler.plan(source.exampleLabels(), batchSize, seed).noLongerThan(ofImages)
        : ofImages;
  }

  /**
   * Returns the settings that determine the result, in the form that {@link #parse(JsonNode)}
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
            .put("decay", schedule.decay().id());
    if (schedule.decay() instanceof Decay.SingleStep step) {
      json.put("gamma", step.gamma());
    } else if (schedule.decay() instanceof Decay.MultiStep steps) {
      json.put("gamma", steps.gamma());
    } else if (schedule.decay() instanceof Decay.Cosine cosine && cosine.minimum() != 0) {
      json.put("lr_minimum", cosine.minimum()); // older run folders do not contain it
    }
    json.put("schedule", schedule.variant().id())
        .put("warmup", schedule.warmup().id())
        .put("warmup_epochs", schedule.warmupEpochs())
        .put("warmup_lr", schedule.warmupRate());
    if (schedule.unit() != Schedule.Unit.EPOCH) {
      json.put("lr_unit", schedule.unit().id()); // older run folders do not contain it
    }
    json.put("optimizer", optimizer.id());
    if (optimizer instanceof UpdateRule.Sgd sgd) {
      json.put("momentum", sgd.momentum());
    } else if (optimizer instanceof UpdateRule.Adam adam) {
      json.put("beta1", adam.beta1()).put("beta2", adam.beta2());
    } else if (optimizer instanceof UpdateRule.AdamW adam) {
      json.put("beta1", adam.beta1()).put("beta2", adam.beta2());
    } else if (optimizer instanceof UpdateRule.RmsProp rms) {
      json.put("alpha", rms.alpha()).put("momentum", rms.momentum());
    }
    if (optimizer.epsilon() != USUAL_EPSILON) {
      json.put("epsilon", optimizer.epsilon());
    }
    if (clipNorm != 0) {
      json.put("clip_norm", clipNorm);
    }
    return json.put("weight_decay", optimizer.weightDecay())
        .put("seed", seed)
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
            schedule.warmupEpochs(),
            schedule.warmupRate(),
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
