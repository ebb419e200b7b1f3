package org.kgcoop.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.kgcoop.EnumIds;
import org.kgcoop.KgCoopException;
import org.kgcoop.features.Augmentation;
import org.kgcoop.method.TrainedMethod;
import org.kgcoop.settings.Setting;
import org.kgcoop.settings.SettingList;
import org.kgcoop.settings.SettingType;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.tensor.UpdateRule;

/** Declarations of all training settings. The defaults are CoOp's. */
public final class TrainingDeclaration {
  /** The value of {@code augment} that selects the published augmentation of the method. */
  public static final String PUBLISHED = "published";

  private static final String PUBLISHED_NUMBER = "the method's published number";

  /** The rules of the optimizer. */
  enum Optimizer {
    SGD,
    ADAM,
    ADAMW
  }

  /** The weights that a training returns. */
  enum Selection {
    LAST,
    BEST,
    GAUSS
  }

  static final Setting<Integer> EPOCHS =
      Setting.whole("epochs", 1, "Set the number of epochs")
          .atLeast(1)
          .withDefault(PUBLISHED_NUMBER, values -> 1)
          .publishedAs("OPTIM.MAX_EPOCH", "train_epoch");

  static final Setting<Integer> BATCH_SIZE =
      Setting.whole("batch_size", 1, "Set the number of images per step")
          .atLeast(1)
          .withDefault(PUBLISHED_NUMBER, values -> 1)
          .publishedAs("DATALOADER.TRAIN_X.BATCH_SIZE");

  static final Setting<Sampler> SAMPLER =
      Setting.choice(
              "sampler",
              Sampler.RANDOM,
              "Choose what happens to an incomplete last batch of an epoch: random drops it, and"
                  + " random-all keeps it")
          .publishedAs("DATALOADER.TRAIN_X.SAMPLER");

  static final Setting<Selection> MODEL_SELECTION =
      Setting.choice(
              "model_selection",
              Selection.LAST,
              "Choose the weights of the result: after the last epoch, after the epoch with the best"
                  + " validation accuracy, or the average over epochs with Gaussian weights, as in"
                  + " PromptSRC")
          .publishedAs("TEST.FINAL_MODEL");

  static final Setting<Double> GAUSS_MEAN =
      Setting.number(
              "gauss_mean", 15, "Set the epoch with the largest weight for model_selection gauss")
          .allowing("a finite number", Double::isFinite)
          .publishedAs("TRAINER.PROMPTSRC.GPA_MEAN");

  static final Setting<Double> GAUSS_STD =
      Setting.number(
              "gauss_std",
              1,
              "Set the standard deviation of the weights in epochs for model_selection gauss")
          .above(0)
          .publishedAs("TRAINER.PROMPTSRC.GPA_STD");

  static final Setting<Integer> CHECKPOINT_EVERY =
      Setting.whole("checkpoint_every", 5, "Set the number of epochs between checkpoints")
          .atLeast(1)
          .publishedAs("TRAIN.CHECKPOINT_FREQ");

  static final Setting<Optimizer> OPTIMIZER =
      Setting.choice("optimizer", Optimizer.SGD, "Choose the optimizer").publishedAs("OPTIM.NAME");

  static final Setting<Double> MOMENTUM =
      Setting.number("momentum", 0.9, "Set the momentum of sgd")
          .allowing("0 to below 1", n -> n >= 0 && n < 1)
          .publishedAs("OPTIM.MOMENTUM");

  static final Setting<Double> WEIGHT_DECAY =
      Setting.number("weight_decay", 5e-4, "Set the weight decay")
          .atLeast(0)
          .publishedAs("OPTIM.WEIGHT_DECAY");

  static final Setting<Double> BETA1 =
      Setting.number("beta1", 0.9, "Set the decay of the mean of adam and adamw")
          .allowing("0 to below 1", n -> n >= 0 && n < 1)
          .publishedAs("OPTIM.ADAM_BETA1");

  static final Setting<Double> BETA2 =
      Setting.number("beta2", 0.999, "Set the decay of the mean square of adam and adamw")
          .allowing("0 to below 1", n -> n >= 0 && n < 1)
          .publishedAs("OPTIM.ADAM_BETA2");

  static final Setting<Double> EPSILON =
      Setting.number("epsilon", 1e-8, "Set the epsilon of adam and adamw").above(0);

  static final Setting<Double> LR =
      Setting.number("lr", 0.002, "Set the learning rate").above(0).publishedAs("OPTIM.LR", "lr");

  static final Setting<Schedule.Unit> LR_UNIT =
      Setting.choice(
              "lr_unit",
              Schedule.Unit.EPOCH,
              "Choose whether the learning rate changes after every epoch or after every step")
          .omittingDefault();

  static final Setting<Double> MIN_LR =
      Setting.number("min_lr", 0, "Set the learning rate that the decay approaches")
          .atLeast(0)
          .omittingDefault();

  static final Setting<Boolean> WARMUP_RECOUNT =
      Setting.flag(
              "warmup_recount",
              true,
              "Choose the epoch from which the decay counts: true for the first one after the"
                  + " warm-up, as in Dassl today, false for the first one of the training, as in"
                  + " older papers")
          .publishedAs("OPTIM.WARMUP_RECOUNT");

  static final Setting<Warmup.Kind> WARMUP =
      Setting.choice("warmup", Warmup.Kind.CONSTANT, "Choose the warm-up of the learning rate")
          .publishedAs("OPTIM.WARMUP_TYPE");

  static final Setting<Integer> WARMUP_EPOCHS =
      Setting.whole("warmup_epochs", 1, "Set the number of epochs of the warm-up")
          .atLeast(0)
          .publishedAs("OPTIM.WARMUP_EPOCH");

  static final Setting<Double> WARMUP_LR =
      Setting.number(
              "warmup_lr",
              1e-5,
              "Set the learning rate of a constant warm-up, or of the first epoch of a linear one")
          .atLeast(0);

  static final Setting<Double> CLIP_NORM =
      Setting.number(
              "clip_norm", 0, "Set the maximum global norm of the gradients. 0 disables the limit")
          .atLeast(0)
          .omittingDefault();

  static final Setting<String> AUGMENT =
      Setting.text(
          "augment",
          "cache:8",
          "Choose the augmented views of training images. The value online uses new views in every"
              + " epoch (published, slow). The value cache:V uses V precomputed views per image, one"
              + " of them in each epoch. The value pool:V uses them in random order, so an epoch may"
              + " contain several views of an image. The value test disables augmentation");

  static final Setting<String> TRANSFORMS =
      Setting.text(
          "transforms",
          "random_resized_crop(0.08,1),random_flip",
          "Choose the transforms of augmented views: random_resized_crop(LEAST,MOST), random_flip,"
              + " both, or none. Without numbers, the crop uses those of the method, or of Dassl");

  /** The seed, which the library and the commands set with the few-shot sample. */
  static final Setting<Long> SEED = Setting.of("seed", SettingType.LONG, 1L, "Set the seed");

  /**
   * Condition of a setting.
   *
   * @param on the choice that the setting depends on
   * @param values the values of the choice that use the setting
   */
  private record Condition(Setting<?> on, List<String> values) {}

  private static final Map<Setting<?>, Condition> CONDITIONS =
      Map.ofEntries(
          Map.entry(GAUSS_MEAN, new Condition(MODEL_SELECTION, List.of("gauss"))),
          Map.entry(GAUSS_STD, new Condition(MODEL_SELECTION, List.of("gauss"))),
          Map.entry(MOMENTUM, new Condition(OPTIMIZER, List.of("sgd"))),
          Map.entry(BETA1, new Condition(OPTIMIZER, List.of("adam", "adamw"))),
          Map.entry(BETA2, new Condition(OPTIMIZER, List.of("adam", "adamw"))),
          Map.entry(EPSILON, new Condition(OPTIMIZER, List.of("adam", "adamw"))),
          Map.entry(WARMUP_EPOCHS, new Condition(WARMUP, List.of("constant", "linear"))),
          Map.entry(WARMUP_LR, new Condition(WARMUP, List.of("constant", "linear"))));

  /** The settings of the training, in the order of the help. */
  private static final List<Setting<?>> TRAINING =
      List.of(
          EPOCHS, BATCH_SIZE, SAMPLER, MODEL_SELECTION, GAUSS_MEAN, GAUSS_STD, CHECKPOINT_EVERY);

  /** The settings of the optimizer and of the learning rate, in the order of the help. */
  private static final List<Setting<?>> OPTIMIZATION =
      List.of(
          OPTIMIZER,
          MOMENTUM,
          WEIGHT_DECAY,
          BETA1,
          BETA2,
          EPSILON,
          LR,
          LR_UNIT,
          MIN_LR,
          WARMUP_RECOUNT,
          WARMUP,
          WARMUP_EPOCHS,
          WARMUP_LR,
          CLIP_NORM);

  /** The settings of augmented views. */
  private static final List<Setting<?>> AUGMENTATION = List.of(AUGMENT, TRANSFORMS);

  /** All settings, in the order of files. */
  static final SettingList<TrainingSettings> LIST =
      new SettingList<>(
          "training",
          List.of(
              EPOCHS.from(settings -> settings.schedule().epochs()),
              BATCH_SIZE.from(TrainingSettings::batchSize),
              SAMPLER.from(TrainingSettings::sampler),
              LR.from(settings -> settings.schedule().rate()),
              MIN_LR.from(settings -> settings.schedule().minimum()),
              WARMUP_RECOUNT.from(settings -> settings.schedule().warmupRecount()),
              WARMUP.from(settings -> settings.schedule().warmup().kind()),
              WARMUP_EPOCHS.fromOptional(settings -> settings.schedule().warmup().usedEpochs()),
              WARMUP_LR.fromOptional(settings -> settings.schedule().warmup().usedRate()),
              LR_UNIT.from(settings -> settings.schedule().unit()),
              OPTIMIZER.from(settings -> optimizer(settings.optimizer())),
              MOMENTUM.fromOptional(number(MOMENTUM)),
              BETA1.fromOptional(number(BETA1)),
              BETA2.fromOptional(number(BETA2)),
              EPSILON.fromOptional(number(EPSILON)),
              WEIGHT_DECAY.from(settings -> settings.optimizer().weightDecay()),
              CLIP_NORM.from(TrainingSettings::clipNorm),
              SEED.from(TrainingSettings::seed),
              AUGMENT.from(settings -> settings.augmentation().id()),
              TRANSFORMS.from(settings -> settings.augmentation().recipe().id()),
              MODEL_SELECTION.from(settings -> selection(settings.modelSelection())),
              GAUSS_MEAN.fromOptional(
                  settings -> average(settings).map(ModelSelection.Average::mean)),
              GAUSS_STD.fromOptional(
                  settings -> average(settings).map(ModelSelection.Average::deviation)),
              CHECKPOINT_EVERY.unsaved()),
          TrainingDeclaration::settings);

  private TrainingDeclaration() {}

  /** Returns the settings that options and sweeps set, by the heading of the help. */
  public static Map<String, List<Setting<?>>> byHeading() {
    Map<String, List<Setting<?>>> settings = new LinkedHashMap<>();
    settings.put("Training", TRAINING);
    settings.put("Optimizer", OPTIMIZATION);
    settings.put("Augmentation", AUGMENTATION);
    return settings;
  }

  /** Returns all settings that options and sweeps set, in the order of the help. */
  public static List<Setting<?>> all() {
    List<Setting<?>> all = new ArrayList<>();
    byHeading().values().forEach(all::addAll);
    return all;
  }

  /** Returns the keys of {@link #all}. */
  public static List<String> keys() {
    return all().stream().<String>map(Setting::key).toList();
  }

  /** Returns the setting with a key, which must exist. */
  public static Setting<?> setting(String key) {
    return LIST.setting(key);
  }

  /**
   * Parses settings, with the method's published values as defaults.
   *
   * @param explicit the values by the keys of these declarations
   * @param published the defaults of the method
   * @throws KgCoopException if a key is unknown, a value is invalid, or another setting does not
   *     use it
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
      all =
          all.with(
              TRANSFORMS.key(),
              ViewSettingsReader.over(explicit.get(TRANSFORMS), defaults.get(TRANSFORMS)));
    }
    TrainingSettings settings = parse(all);
    checkUsed(explicit, all);
    return settings;
  }

  /** Parses complete settings. A setting that is not given has the default of its declaration. */
  static TrainingSettings parse(SettingValues values) {
    return LIST.parse(values, List.of());
  }

  /** Returns the settings that determine the result, in the form that the parser reads. */
  public static SettingValues values(TrainingSettings settings) {
    return LIST.values(settings);
  }

  /**
   * Returns true if training settings use a setting: {@code beta1} has no meaning for the optimizer
   * {@code sgd}.
   */
  public static boolean isUsed(String key, SettingValues values) {
    Condition condition = CONDITIONS.get(setting(key));
    return condition == null || condition.values().contains(choice(condition.on(), values));
  }

  /** Rejects given settings that the resolved values do not use. */
  private static void checkUsed(SettingValues explicit, SettingValues resolved) {
    for (Setting<?> setting : all()) {
      Condition condition = CONDITIONS.get(setting);
      if (condition != null && explicit.has(setting) && !isUsed(setting.key(), resolved)) {
        String choice = condition.on().key();
        throw KgCoopException.configuration(
            "setting %s: used only with %s %s, and %s is %s"
                .formatted(
                    setting.key(),
                    choice,
                    String.join(" or ", condition.values()),
                    choice,
                    choice(condition.on(), resolved)));
      }
    }
  }

  private static <T> String choice(Setting<T> setting, SettingValues values) {
    return String.valueOf(setting.type().writer().apply(values.get(setting)));
  }

  private static TrainingSettings settings(SettingValues values) {
    return new TrainingSettings(
        new Schedule(
            values.get(LR),
            values.get(EPOCHS),
            values.get(MIN_LR),
            new Warmup(values.get(WARMUP), values.get(WARMUP_EPOCHS), values.get(WARMUP_LR)),
            values.get(WARMUP_RECOUNT),
            values.get(LR_UNIT)),
        values.get(BATCH_SIZE),
        optimizer(values),
        values.get(CLIP_NORM),
        values.get(SAMPLER),
        values.get(SEED),
        Augmentation.ofId(
            values.get(AUGMENT), ViewSettingsReader.recipe(values.get(TRANSFORMS).strip())),
        values.get(CHECKPOINT_EVERY),
        selection(values));
  }

  private static UpdateRule optimizer(SettingValues values) {
    double weightDecay = values.get(WEIGHT_DECAY);
    return switch (values.get(OPTIMIZER)) {
      case SGD -> new UpdateRule.Sgd(values.get(MOMENTUM), weightDecay);
      case ADAM ->
          new UpdateRule.Adam(
              values.get(BETA1), values.get(BETA2), values.get(EPSILON), weightDecay);
      case ADAMW ->
          new UpdateRule.AdamW(
              values.get(BETA1), values.get(BETA2), values.get(EPSILON), weightDecay);
    };
  }

  private static Optimizer optimizer(UpdateRule rule) {
    return EnumIds.of(Optimizer.class, "optimizer", rule.id());
  }

  private static Function<TrainingSettings, Optional<Double>> number(Setting<Double> setting) {
    return settings -> Optional.ofNullable(numbers(settings.optimizer()).get(setting));
  }

  private static Map<Setting<Double>, Double> numbers(UpdateRule rule) {
    if (rule instanceof UpdateRule.Sgd sgd) {
      return Map.of(MOMENTUM, sgd.momentum());
    }
    if (rule instanceof UpdateRule.Adam adam) {
      return Map.of(BETA1, adam.beta1(), BETA2, adam.beta2(), EPSILON, adam.epsilon());
    }
    UpdateRule.AdamW adamW = (UpdateRule.AdamW) rule;
    return Map.of(BETA1, adamW.beta1(), BETA2, adamW.beta2(), EPSILON, adamW.epsilon());
  }

  private static ModelSelection selection(SettingValues values) {
    return switch (values.get(MODEL_SELECTION)) {
      case LAST -> new ModelSelection.Last();
      case BEST -> new ModelSelection.Best();
      case GAUSS -> new ModelSelection.Average(values.get(GAUSS_MEAN), values.get(GAUSS_STD));
    };
  }

  private static Selection selection(ModelSelection selection) {
    return selection instanceof ModelSelection.Last
        ? Selection.LAST
        : selection instanceof ModelSelection.Best ? Selection.BEST : Selection.GAUSS;
  }

  private static Optional<ModelSelection.Average> average(TrainingSettings settings) {
    return settings.modelSelection() instanceof ModelSelection.Average average
        ? Optional.of(average)
        : Optional.empty();
  }
}
