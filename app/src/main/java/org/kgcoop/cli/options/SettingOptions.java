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

  @SuppressWarnings("UnusedVariable") // SettingsFiles reads it during parsing
  @Option(
      names = SettingsFiles.CONFIG,
      paramLabel = "FILE",
      description =
          "Read options and settings from a YAML file. It is a file of kgcoop or of the published"
              + " code. Repeat the option for several files. Options on the command line have priority. Published files need"
              + " TRAINER.NAME, or a method on the command line.")
  private List<Path> config = new ArrayList<>();

  @Option(
      names = SettingsFiles.SET,
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

  private @Nullable SettingsFiles files;

  /** Lets {@code --config} work for a command that has these options. */
  public static void install(CommandLine command) {
    install(command.getCommandSpec(), command.getCommandSpec());
  }

  private static void install(CommandSpec command, CommandSpec mixee) {
    for (CommandSpec mixin : mixee.mixins().values()) {
      if (mixin.userObject() instanceof SettingOptions options) {
        options.files = new SettingsFiles(command);
        command.defaultValueProvider(options.files);
      }
      install(command, mixin);
    }
  }

  /** Returns the settings of files, replaced and extended by those of the command line. */
  private Map<String, String> all() {
    Map<String, String> all = new LinkedHashMap<>(files().settings());
    all.putAll(settings);
    return all;
  }

  private SettingsFiles files() {
    if (files == null) {
      throw new IllegalStateException("not installed");
    }
    return files;
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

  /**
   * Returns a method with the given settings. All others have their published values.
   *
   * @throws KgCoopException that names the file of a wrong value
   */
  MethodSpec spec(String id, PublishedDefaults preset) {
    try {
      return MethodSpec.of(method(id), training(id), preset);
    } catch (SettingException e) {
      String key = e.key();
      String file =
          Stream.of(SettingsFiles.option(key), key, id + "." + key)
              .map(files()::origin)
              .filter(origin -> !origin.isEmpty())
              .findFirst()
              .orElse("");
      throw file.isEmpty() ? e : new KgCoopException(e.category(), file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Returns the given settings of a method in the form that {@link MethodRegistry#parse} reads.
   *
   * @throws KgCoopException if the method is unknown
   */
  SettingValues method(String id) {
    SettingValues values = SettingValues.of(Declaration.METHOD, id);
    for (Map.Entry<String, String> each : all().entrySet()) {
      String key = plain(id, each.getKey());
      if (isOfMethod(id, key)) {
        values = values.with(key, value(id, key, each.getValue()));
      }
    }
    return values;
  }

  /**
   * Returns the given training settings of a method.
   *
   * @throws KgCoopException if they contradict {@code --published}
   */
  public SettingValues training(String id) {
    Map<String, String> texts = new LinkedHashMap<>(own());
    Map<String, String> names = new LinkedHashMap<>();
    texts.keySet().forEach(key -> names.put(key, SettingsFiles.option(key)));
    all()
        .forEach(
            (name, text) -> {
              String key = plain(id, name);
              boolean isReplaced = own().containsKey(key) && isOnCommandLine(key);
              if (isOfTraining(key) && !isOfMethod(id, key) && !isReplaced) {
                texts.put(key, text);
                names.put(key, SettingsFiles.SET + " " + name);
              }
            });
    SettingValues values = SettingValues.NONE;
    for (Map.Entry<String, String> each : texts.entrySet()) {
      values = values.with(each.getKey(), value(id, each.getKey(), each.getValue()));
    }
    if (published) {
      names.remove("checkpoint_every");
      refuse(names.values());
      values = values.with(AUGMENT, TrainingDeclaration.PUBLISHED);
    }
    return values;
  }

  private boolean isOnCommandLine(String key) {
    return files().origin(SettingsFiles.option(key)).isEmpty();
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
        if (isOnCommandLine(key)
            && ids.stream().anyMatch(id -> plain(id, name).equals(key) && !isOfMethod(id, key))) {
          throw KgCoopException.configuration(
              "%s and --set %s: give one of them".formatted(SettingsFiles.option(key), name));
        }
      }
    }
    List<String> left = new ArrayList<>(all().keySet());
    left.removeIf(
        name ->
            ids.stream().anyMatch(id -> SettingsFiles.keys(List.of(id)).contains(plain(id, name))));
    if (!left.isEmpty()) {
      boolean isGiven = settings.containsKey(left.get(0));
      throw unknown(isGiven ? "--set " : files().origin(left.get(0)) + ": ", left, ids);
    }
  }

  /** Returns an error about keys that neither some methods nor their training have. */
  static KgCoopException unknown(String where, Collection<String> keys, List<String> ids) {
    Set<String> known = SettingsFiles.keys(ids);
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
    if ("test".equals(augment) && all().containsKey("transforms")) {
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
