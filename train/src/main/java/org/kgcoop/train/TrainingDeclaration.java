package org.kgcoop.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.features.Augmentation;
import org.kgcoop.settings.Setting;
import org.kgcoop.settings.SettingException;
import org.kgcoop.settings.SettingType;
import org.kgcoop.settings.SettingValues;

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

  static final Setting<ModelSelection> MODEL_SELECTION =
      Setting.choice(
              "model_selection",
              ModelSelection.LAST,
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
      decay("momentum", 0.9, "Set the momentum of sgd").publishedAs("OPTIM.MOMENTUM");

  static final Setting<Double> WEIGHT_DECAY =
      Setting.number("weight_decay", 5e-4, "Set the weight decay")
          .atLeast(0)
          .publishedAs("OPTIM.WEIGHT_DECAY");

  static final Setting<Double> BETA1 =
      decay("beta1", 0.9, "Set the decay of the mean of adam and adamw")
          .publishedAs("OPTIM.ADAM_BETA1");

  static final Setting<Double> BETA2 =
      decay("beta2", 0.999, "Set the decay of the mean square of adam and adamw")
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

  private static final String TRAINING = "Training";
  private static final String OPTIMIZATION = "Optimizer";
  private static final String AUGMENTATION = "Augmentation";

  /**
   * A setting in the list.
   *
   * @param heading the heading of the help; empty for a setting that no option sets
   * @param on the choice that the setting depends on, or null
   * @param users the values of the choice that use the setting
   */
  private record Listed(
      Setting<?> setting, String heading, @Nullable Setting<?> on, List<String> users) {
    static Listed in(String heading, Setting<?> setting) {
      return new Listed(setting, heading, null, List.of());
    }

    Listed usedBy(Setting<?> choice, String... values) {
      return new Listed(setting, heading, choice, List.of(values));
    }

    boolean isUsed(SettingValues values) {
      return on == null || users.contains(choice(on, values));
    }
  }

  /**
   * All settings, in the order of files. A choice is in front of the settings that depend on it.
   */
  private static final List<Listed> ALL =
      List.of(
          Listed.in(TRAINING, EPOCHS),
          Listed.in(TRAINING, BATCH_SIZE),
          Listed.in(TRAINING, SAMPLER),
          Listed.in(OPTIMIZATION, LR),
          Listed.in(OPTIMIZATION, MIN_LR),
          Listed.in(OPTIMIZATION, WARMUP_RECOUNT),
          Listed.in(OPTIMIZATION, WARMUP),
          Listed.in(OPTIMIZATION, WARMUP_EPOCHS).usedBy(WARMUP, "constant", "linear"),
          Listed.in(OPTIMIZATION, WARMUP_LR).usedBy(WARMUP, "constant", "linear"),
          Listed.in(OPTIMIZATION, LR_UNIT),
          Listed.in(OPTIMIZATION, OPTIMIZER),
          Listed.in(OPTIMIZATION, MOMENTUM).usedBy(OPTIMIZER, "sgd"),
          Listed.in(OPTIMIZATION, BETA1).usedBy(OPTIMIZER, "adam", "adamw"),
          Listed.in(OPTIMIZATION, BETA2).usedBy(OPTIMIZER, "adam", "adamw"),
          Listed.in(OPTIMIZATION, EPSILON).usedBy(OPTIMIZER, "adam", "adamw"),
          Listed.in(OPTIMIZATION, WEIGHT_DECAY),
          Listed.in(OPTIMIZATION, CLIP_NORM),
          Listed.in("", SEED),
          Listed.in(AUGMENTATION, AUGMENT),
          Listed.in(AUGMENTATION, TRANSFORMS),
          Listed.in(TRAINING, MODEL_SELECTION),
          Listed.in(TRAINING, GAUSS_MEAN).usedBy(MODEL_SELECTION, "gauss"),
          Listed.in(TRAINING, GAUSS_STD).usedBy(MODEL_SELECTION, "gauss"),
          Listed.in(TRAINING, CHECKPOINT_EVERY));

  private TrainingDeclaration() {}

  private static Setting<Double> decay(String key, double value, String description) {
    return Setting.number(key, value, description).allowing("0 to below 1", n -> n >= 0 && n < 1);
  }

  /** Returns the settings that options and sweeps set, by the heading of the help. */
  public static Map<String, List<Setting<?>>> byHeading() {
    Map<String, List<Setting<?>>> settings = new LinkedHashMap<>();
    for (String heading : List.of(TRAINING, OPTIMIZATION, AUGMENTATION)) {
      settings.put(
          heading,
          ALL.stream()
              .filter(each -> each.heading().equals(heading))
              .<Setting<?>>map(Listed::setting)
              .toList());
    }
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
    return listed(key).setting();
  }

  private static Listed listed(String key) {
    return ALL.stream().filter(each -> each.setting().key().equals(key)).findFirst().orElseThrow();
  }

  /**
   * Returns the values of all settings that the given ones use, as files contain them.
   *
   * @throws KgCoopException if a key is unknown or a value is invalid
   */
  static SettingValues resolved(SettingValues given) {
    given.checkKeys("training", ALL.stream().map(each -> each.setting().key()).toList());
    Map<String, Object> values = new LinkedHashMap<>();
    for (Listed each : ALL) {
      if (each.isUsed(given)) {
        each.setting().write(each.setting().read(given), values);
      }
    }
    Augmentation augmentation = augmentation(given);
    values.put(AUGMENT.key(), augmentation.id());
    values.put(TRANSFORMS.key(), augmentation.recipe().id());
    return new SettingValues(values);
  }

  static Augmentation augmentation(SettingValues values) {
    return Augmentation.ofId(
        values.get(AUGMENT), ViewSettingsReader.recipe(values.get(TRANSFORMS).strip()));
  }

  /**
   * Returns true if training settings use a setting: {@code beta1} has no meaning for the optimizer
   * {@code sgd}.
   */
  public static boolean isUsed(String key, SettingValues values) {
    return listed(key).isUsed(values);
  }

  /** Rejects given settings that the resolved values do not use. */
  static void checkUsed(SettingValues explicit, SettingValues resolved) {
    for (Listed each : ALL) {
      if (each.on() != null && explicit.has(each.setting()) && !each.isUsed(resolved)) {
        String choice = each.on().key();
        String users = String.join(" or ", each.users());
        String chosen = choice(each.on(), resolved);
        throw new SettingException(
            each.setting().key(),
            "used only with %s %s, and %s is %s".formatted(choice, users, choice, chosen));
      }
    }
  }

  private static <T> String choice(Setting<T> setting, SettingValues values) {
    return String.valueOf(setting.type().writer().apply(values.get(setting)));
  }
}
