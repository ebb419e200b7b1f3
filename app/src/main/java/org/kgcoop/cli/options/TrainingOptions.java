package org.kgcoop.cli.options;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.console.Output;
import org.kgcoop.settings.Setting;
import org.kgcoop.settings.SettingType;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.train.TrainingDeclaration;
import org.kgcoop.trial.MethodSpec;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/**
 * The options of training: one per setting of {@link TrainingDeclaration}, configuration files and
 * checkpoints.
 */
public final class TrainingOptions {
  @SuppressWarnings("UnusedVariable") // ConfigExpansion replaces it before parsing
  @Mixin
  private ConfigOptions config = new ConfigOptions();

  @Option(
      names = "--published",
      description =
          "Train with new augmented views in every epoch, like the published code (slow), and choose"
              + " settings on the same images as that code. Epochs, batch sizes and learning rates"
              + " are the published ones also without this option. Cannot be combined with options"
              + " that change the training.")
  private boolean published;

  @Option(
      names = "--calibrate",
      description =
          "Fit a temperature and a rejection threshold after the training, and store both in the"
              + " classifier. This uses the validation images. Without validation images, it uses"
              + " cross-validation on the training images, which takes about four more trainings.")
  private boolean calibrate;

  /** The options by the keys of configuration files. */
  private final Map<String, OptionSpec> options = new LinkedHashMap<>();

  /** Adds one option per training setting to a command that has this mixin. */
  public static void install(CommandSpec command) {
    install(command, command);
  }

  private static void install(CommandSpec command, CommandSpec mixee) {
    for (CommandSpec mixin : mixee.mixins().values()) {
      if (mixin.userObject() instanceof TrainingOptions training) {
        TrainingDeclaration.all().forEach(setting -> training.add(setting, command));
      }
      install(command, mixin);
    }
  }

  private void add(Setting<?> setting, CommandSpec command) {
    SettingType<?> type = setting.type();
    OptionSpec option =
        OptionSpec.builder(option(setting.key()))
            .type(
                type.equals(SettingType.WHOLE)
                    ? Integer.class
                    : type.equals(SettingType.NUMBER) ? Double.class : String.class)
            .paramLabel(label(setting))
            .description(
                setting.description() + " (default: " + setting.defaultValue().description() + ").")
            .build();
    options.put(setting.key(), option);
    command.addOption(option);
  }

  /** Returns the placeholder of a value: the names of a choice, or a letter for a number. */
  public static String label(Setting<?> setting) {
    SettingType<?> type = setting.type();
    if (type.equals(SettingType.TEXT)) {
      return setting.key().toUpperCase(Locale.ROOT);
    }
    if (type.isList()) {
      return "N,N";
    }
    return type.isText()
        ? String.join("|", type.description().split(", | or ", -1))
        : type.equals(SettingType.WHOLE) ? "N" : type.equals(SettingType.FLAG) ? "true|false" : "X";
  }

  /** Returns the name of the option of a training setting. */
  public static String option(String key) {
    return "--" + key.replace('_', '-');
  }

  /**
   * Returns the settings of the command line, by the keys of configuration files.
   *
   * @throws KgCoopException if the settings contradict {@code --published}
   */
  SettingValues explicitSettings() {
    Map<String, Object> values = new LinkedHashMap<>();
    options.forEach(
        (key, option) -> {
          Object value = option.getValue();
          if (value != null) {
            values.put(key, value instanceof String text ? value(key, text) : value);
          }
        });
    if (published) {
      List<String> explicit =
          values.keySet().stream()
              .filter(key -> !key.equals("checkpoint_every"))
              .map(TrainingOptions::option)
              .toList();
      refuse(explicit);
      values.put("augment", TrainingDeclaration.PUBLISHED);
    }
    return new SettingValues(values);
  }

  /** Converts the text of a training setting to its value. */
  static Object value(String key, String text) {
    return TrainingDeclaration.setting(key).type().fromText(text);
  }

  /** Returns true if a temperature and a threshold are fitted after each training. */
  boolean calibrate() {
    return calibrate;
  }

  /** Rejects training settings for a method that is not trained in steps. */
  public void checkUsed(MethodSpec method) {
    method.checkTrained(explicitSettings());
  }

  /** Prints a warning about options without an effect. */
  public void check(Output output) {
    SettingValues explicit = explicitSettings();
    if (explicit.text("augment").equals("test") && explicit.has("transforms")) {
      output.warn("--augment test sees one fixed view: --transforms changes nothing");
    }
  }

  /** Rejects a sweep of training settings if {@code --published} sets them. */
  void checkSweep(Collection<String> keys) {
    if (published) {
      refuse(keys.stream().map(key -> "--sweep " + key).toList());
    }
  }

  private static void refuse(List<String> others) {
    if (!others.isEmpty()) {
      throw KgCoopException.configuration(
          "--published sets the training as published: leave out "
              + String.join(", ", others)
              + "; or leave out --published, and give --augment online for its views");
    }
  }
}
