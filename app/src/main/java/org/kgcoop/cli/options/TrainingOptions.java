package org.kgcoop.cli.options;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.console.Output;
import org.kgcoop.settings.SettingType;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.train.TrainingSetting;
import org.kgcoop.train.TrainingSettings;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/**
 * The options of training: one per {@link TrainingSetting}, configuration files and checkpoints.
 */
public final class TrainingOptions {
  @SuppressWarnings("UnusedVariable") // ConfigExpansion replaces it before parsing
  @Mixin
  private ConfigOptions config = new ConfigOptions();

  @Option(
      names = "--published",
      description =
          "Train like the published code: with new augmented views in every epoch (slow), and with"
              + " the published numbers of epochs and batch sizes. Cannot be combined with options"
              + " that change the training.")
  private boolean published;

  @Option(
      names = "--checkpoint-every",
      paramLabel = "N",
      defaultValue = "5",
      description = "Set the number of epochs between checkpoints (default: ${DEFAULT-VALUE}).")
  private int checkpointEvery = 5;

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
        TrainingSetting.ALL.forEach(setting -> training.add(setting, command));
      }
      install(command, mixin);
    }
  }

  private void add(TrainingSetting setting, CommandSpec command) {
    String usual = setting.usual().isEmpty() ? "the method's published number" : setting.usual();
    OptionSpec option =
        OptionSpec.builder(setting.option())
            .type(setting.type())
            .paramLabel(setting.label())
            .description(setting.meaning() + " (default: " + usual + ").")
            .build();
    options.put(setting.key(), option);
    command.addOption(option);
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
            values.put(key, value);
          }
        });
    if (published) {
      List<String> given =
          TrainingSetting.ALL.stream()
              .filter(setting -> values.containsKey(setting.key()))
              .map(TrainingSetting::option)
              .toList();
      refuse(given);
      values.put("augment", TrainingSettings.PUBLISHED);
    }
    values.put("checkpoint_every", checkpointEvery);
    return new SettingValues(values);
  }

  /** Converts the text of a training setting to its value. */
  static Object value(String key, String text) {
    return SettingType.literal(text);
  }

  /** Returns true if a temperature and a threshold are fitted after each training. */
  boolean calibrate() {
    return calibrate;
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
