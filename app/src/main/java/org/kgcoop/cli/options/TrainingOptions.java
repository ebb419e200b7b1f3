package org.kgcoop.cli.options;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.console.Output;
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
  private static final ObjectMapper JSON = new ObjectMapper();

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
  ObjectNode explicitSettings() {
    ObjectNode stated = JSON.createObjectNode();
    options.forEach(
        (key, option) -> {
          if (option.getValue() != null) {
            stated.set(key, JSON.<JsonNode>valueToTree(option.getValue()));
          }
        });
    if (published) {
      List<String> given =
          TrainingSetting.ALL.stream()
              .filter(setting -> stated.has(setting.key()))
              .map(TrainingSetting::option)
              .toList();
      refuse(given);
      stated.put("augment", TrainingSettings.PUBLISHED);
    }
    return stated.put("checkpoint_every", checkpointEvery);
  }

  /** Returns true if a temperature and a threshold are fitted after each training. */
  boolean calibrate() {
    return calibrate;
  }

  /** Prints a warning about options without an effect. */
  public void check(Output output) {
    ObjectNode stated = explicitSettings();
    if (stated.path("augment").asText().equals("test") && stated.has("transforms")) {
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
