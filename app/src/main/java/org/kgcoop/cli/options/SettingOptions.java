package org.kgcoop.cli.options;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Nearest;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.classifier.PublishedDefaults;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.options.SettingSources.Given;
import org.kgcoop.settings.Declaration;
import org.kgcoop.settings.Setting;
import org.kgcoop.settings.SettingException;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.train.TrainingDeclaration;
import org.kgcoop.trial.MethodSpec;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/**
 * The settings of methods and of their training. Every setting is a key of {@code --set}. Four
 * settings of the training also have an option.
 */
public final class SettingOptions {
  private static final String AUGMENT = "augment";

  @Option(
      names = SettingSources.CONFIG,
      paramLabel = "FILE",
      description =
          "Read options and settings from a YAML file. It is a file of kgcoop or of the published"
              + " code. Repeat the option for several files. Options on the command line have priority. Published files need"
              + " TRAINER.NAME, or a method on the command line.")
  private List<Path> config = new ArrayList<>();

  @Option(
      names = SettingSources.SET,
      paramLabel = "[METHOD.]KEY=VALUE",
      description =
          "Change a setting of all methods, or of one. The command help settings lists the keys of"
              + " the training, and help method NAME those of a method. Methods without the setting"
              + " ignore it. Repeat the option for several settings. If the value is a list, separate"
              + " its parts with |. Example: --set kgcoop.weight=4 --set momentum=0.8")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Option(
      names = "--lr",
      paramLabel = "X",
      description = "Set the learning rate (default: as published).")
  private @Nullable String lr;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "Set the epochs (default: as published).")
  private @Nullable String epochs;

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      description = "Set the images per step (default: as published).")
  private @Nullable String batchSize;

  @Option(
      names = "--augment",
      paramLabel = "VIEWS",
      description =
          "Choose the augmented views (default: cache:8). The value online uses new views of the"
              + " training images in every epoch (published, slow). The value cache:V uses V"
              + " precomputed views per image, one per epoch. The value pool:V uses them in random"
              + " order, so an epoch may contain several views of an image. The value test disables"
              + " augmentation.")
  private @Nullable String augment;

  @Option(
      names = "--published",
      description =
          "Train and choose settings like the published code. Every epoch then has new"
              + " augmented views, which is slow, and settings are chosen on the same images as in"
              + " that code. Epochs, batch sizes and learning rates are the published ones also"
              + " without this option. Cannot be combined with --lr, --epochs and other settings of the"
              + " training.")
  private boolean published;

  @Option(
      names = "--calibrate",
      description =
          "Fit a temperature and a rejection threshold. Both are fitted after the training, on the"
              + " validation images, and stored in the classifier. Without validation images,"
              + " cross-validation takes about four more trainings.")
  private boolean calibrate;

  private @Nullable SettingSources sources;

  /** Lets {@code --config} work for a command that has these options. */
  public static void install(CommandLine command) {
    install(command.getCommandSpec(), command.getCommandSpec());
  }

  private static void install(CommandSpec command, CommandSpec mixee) {
    for (CommandSpec mixin : mixee.mixins().values()) {
      if (mixin.userObject() instanceof SettingOptions options) {
        options.sources = new SettingSources(command, () -> options.config, options::given);
        command.defaultValueProvider(options.sources);
      }
      install(command, mixin);
    }
  }

  /** Returns the settings of the command line by {@code KEY} or {@code METHOD.KEY}. */
  private Map<String, Given> given() {
    Map<String, Given> given = new LinkedHashMap<>();
    own().forEach((key, text) -> given.put(key, Given.ofOption(option(key), text)));
    settings.forEach((name, text) -> given.put(name, Given.ofSet(name, text)));
    return given;
  }

  /** Returns the values of training settings that have an option, by key. */
  private Map<String, String> own() {
    Map<String, String> own = new LinkedHashMap<>();
    own.put("lr", lr);
    own.put("epochs", epochs);
    own.put("batch_size", batchSize);
    own.put(AUGMENT, augment);
    own.values().removeIf(Objects::isNull);
    return own;
  }

  private static String option(String key) {
    return "--" + key.replace('_', '-');
  }

  /** Returns the settings of all sources by {@code KEY} or {@code METHOD.KEY}. */
  private Map<String, Given> all() {
    if (sources == null) {
      throw new IllegalStateException("not installed");
    }
    return sources.settings();
  }

  /**
   * Returns true if a source gives the value that a sweep of a key would set for a method. A sweep
   * of {@code METHOD.KEY} replaces {@code KEY}.
   */
  boolean isGiven(String id, String key) {
    return all().keySet().stream()
        .anyMatch(name -> name.equals(key) || plain(id, name).equals(key));
  }

  /** Returns the settings that a method and its training use, by {@code KEY}. */
  private Map<String, Given> of(String id) {
    Map<String, Given> of = new LinkedHashMap<>();
    all().forEach((name, given) -> of.put(plain(id, name), given));
    of.keySet().removeIf(key -> !isOfMethod(id, key) && !isOfTraining(key));
    return of;
  }

  /**
   * Returns a method with the given settings. All others have their published values.
   *
   * @throws KgCoopException that names the file of a wrong value
   */
  MethodSpec spec(String id, PublishedDefaults preset) {
    try {
      return MethodSpec.of(method(id), training(id), preset);
    } catch (SettingException e) {
      Given given = of(id).get(e.key());
      throw given == null || given.file().isEmpty()
          ? e
          : new KgCoopException(e.category(), given.file() + ": " + e.getMessage(), e);
    }
  }

  /**
   * Returns the given settings of a method in the form that {@link MethodRegistry#parse} reads.
   *
   * @throws KgCoopException if the method is unknown
   */
  SettingValues method(String id) {
    return SettingValues.of(Declaration.METHOD, id).with(values(id, true));
  }

  /**
   * Returns the given training settings of a method.
   *
   * @throws KgCoopException if they contradict {@code --published}
   */
  public SettingValues training(String id) {
    SettingValues values = values(id, false);
    if (!published) {
      return values;
    }
    Map<String, Given> given = of(id);
    refuse(
        values.without("checkpoint_every").keys().stream()
            .map(key -> Objects.requireNonNull(given.get(key)).place())
            .toList());
    return values.with(AUGMENT, TrainingDeclaration.PUBLISHED);
  }

  /** Returns the values of a method, or of its training. */
  private SettingValues values(String id, boolean areOfMethod) {
    Map<String, Object> values = new LinkedHashMap<>();
    of(id)
        .forEach(
            (key, given) -> {
              if (areOfMethod == (!given.isOption() && isOfMethod(id, key))) {
                values.put(key, value(id, key, given.text()));
              }
            });
    return new SettingValues(values);
  }

  /**
   * Returns true if a method has a setting with that key. The key may begin with the method's name.
   */
  static boolean isOfMethod(String id, String key) {
    return MethodRegistry.keys(id).contains(plain(id, key));
  }

  static boolean isOfTraining(String key) {
    return TrainingDeclaration.keys().contains(key);
  }

  /** Removes the name of the method from a key. */
  static String plain(String id, String key) {
    String prefix = id + ".";
    return key.startsWith(prefix) ? key.substring(prefix.length()) : key;
  }

  /** Converts the text of a setting of a method, or else of its training, to its value. */
  static Object value(String id, String key, String text) {
    Setting<?> setting =
        isOfMethod(id, key) ? MethodRegistry.of(id).setting(key) : TrainingDeclaration.setting(key);
    return setting.type().fromText(text);
  }

  /** Rejects settings that are given twice, or that neither the methods nor their training have. */
  void check(List<String> ids) {
    for (String key : own().keySet()) {
      for (String name : settings.keySet()) {
        if (ids.stream()
            .filter(id -> plain(id, name).equals(key))
            .anyMatch(id -> name.equals(key) || !isOfMethod(id, key))) {
          throw KgCoopException.configuration(
              "%s and --set %s: give one of them".formatted(option(key), name));
        }
      }
    }
    Map<String, Given> left = all();
    left.keySet()
        .removeIf(
            name ->
                ids.stream()
                    .anyMatch(id -> SettingSources.keys(List.of(id)).contains(plain(id, name))));
    left.values().stream()
        .findFirst()
        .ifPresent(
            first -> {
              String where = first.file().isEmpty() ? "--set " : first.file() + ": ";
              throw unknown(where, left.keySet(), ids);
            });
  }

  /** Returns an error about keys that neither some methods nor their training have. */
  static KgCoopException unknown(String where, Collection<String> keys, List<String> ids) {
    Set<String> known = SettingSources.keys(ids);
    String hints = Nearest.hints(keys, known);
    return KgCoopException.configuration(
        "%s%s: no setting of %s; known are %s"
            .formatted(where, hints, String.join(", ", ids), String.join(", ", known)));
  }

  /** Returns true if a temperature and a threshold are fitted after each training. */
  boolean calibrate() {
    return calibrate;
  }

  /** Prints a warning about settings without an effect. */
  public void check(Output output) {
    Map<String, Given> all = all();
    Given views = all.get(AUGMENT);
    if (views != null && views.text().equals("test") && all.containsKey("transforms")) {
      output.warn("--augment test sees one fixed view: --set transforms changes nothing");
    }
  }

  /** Rejects a sweep of training settings if {@code --published} sets them. */
  void checkSweep(Stream<String> keys) {
    if (published) {
      refuse(keys.map(key -> "--sweep " + key).toList());
    }
  }

  private static void refuse(Collection<String> others) {
    if (!others.isEmpty()) {
      throw KgCoopException.configuration(
          "--published sets the training as published: leave out "
              + String.join(", ", others)
              + "; or leave out --published, and give --augment online for its views");
    }
  }
}
