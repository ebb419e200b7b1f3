package org.kgcoop.cli.options;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.Nearest;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.config.ConfigFile;
import org.kgcoop.config.ReferenceConfig;
import org.kgcoop.train.TrainingDeclaration;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * The options and settings in the files of {@code --config}. After picocli has read the command
 * line, it asks for the values of all other options, so values of files pass the same checks.
 */
public final class SettingsFiles implements IDefaultValueProvider {
  static final String CONFIG = "--config";
  static final String SET = "--set";

  /** A separator of values that neither an argument nor a YAML file can contain. */
  public static final String NEXT = "\0";

  /** The values of an option or a setting, and the name of their file. */
  private record Given(String file, List<String> texts) {
    String text() {
      return String.join(",", texts);
    }
  }

  private final CommandSpec command;

  /** The arguments that decide what is read: picocli uses this object for several command lines. */
  private List<Object> arguments = List.of();

  private Map<String, Given> options = Map.of(); // by long name
  private Map<String, Given> settings = Map.of(); // by KEY or METHOD.KEY

  SettingsFiles(CommandSpec command) {
    this.command = command;
  }

  /** Returns the files of a command that has {@code --config}. */
  static SettingsFiles of(CommandSpec command) {
    return (SettingsFiles) Objects.requireNonNull(command.defaultValueProvider());
  }

  /** Returns the keys of the training and of some methods. */
  static Set<String> keys(Collection<String> ids) {
    Set<String> keys = new LinkedHashSet<>();
    ids.forEach(id -> keys.addAll(MethodRegistry.keys(id)));
    keys.addAll(TrainingDeclaration.keys());
    return keys;
  }

  /** Returns the name of the option of a training setting. */
  static String option(String key) {
    return "--" + key.replace('_', '-');
  }

  @Override
  public @Nullable String defaultValue(ArgSpec argument) {
    if (!(argument instanceof OptionSpec option)) {
      return null;
    }
    List<String> values = values(option);
    return values.isEmpty() ? null : String.join(NEXT, values);
  }

  /** Returns the values of an option in the files, one unless the option can be repeated. */
  List<String> values(OptionSpec option) {
    read();
    Given given = options.get(option.longestName());
    if (given == null || given.texts.isEmpty() || swept().contains(key(option.longestName()))) {
      return List.of();
    }
    return option.isMultiValue() ? given.texts : List.of(given.text());
  }

  /** Returns the settings that neither {@code --set} nor a sweep replaces. */
  Map<String, String> settings() {
    read();
    Set<String> stronger = new LinkedHashSet<>(swept());
    stronger.addAll(this.<Map<String, String>>option(SET, Map.of()).keySet());
    Map<String, String> left = new LinkedHashMap<>();
    settings.forEach((key, given) -> left.put(key, given.text()));
    left.keySet().removeIf(key -> stronger.stream().anyMatch(other -> replaces(other, key)));
    return left;
  }

  /** Returns the file that gives an option or a setting, or an empty text. */
  String origin(String name) {
    OptionSpec option = command.findOption(name);
    if (option != null && isOnCommandLine(option)) {
      return "";
    }
    Given given = option == null ? settings.get(name) : options.get(option.longestName());
    return given == null ? "" : given.file;
  }

  /** Adds the name of the file to an error of picocli about a value in a file. */
  public static ParameterException named(ParameterException e) {
    if (e.getArgSpec() instanceof OptionSpec option
        && e.getCommandLine().getDefaultValueProvider() instanceof SettingsFiles files) {
      String file = files.origin(option.longestName());
      return file.isEmpty()
          ? e
          : new ParameterException(e.getCommandLine(), file + ": " + e.getMessage(), e);
    }
    return e;
  }

  /** {@code KEY} replaces the setting of every method, {@code METHOD.KEY} only that of one. */
  private static boolean replaces(String stronger, String key) {
    return key.equals(stronger) || key.endsWith("." + stronger);
  }

  private static String key(String option) {
    return option.replaceFirst("^-+", "").replace('-', '_');
  }

  private static boolean isOnCommandLine(OptionSpec option) {
    return !option.originalStringValues().isEmpty();
  }

  private <T> T option(String name, T missing) {
    OptionSpec option = command.findOption(name);
    T value = option == null ? null : option.getValue();
    return value == null ? missing : value;
  }

  /** Returns the keys that a sweep varies. */
  private Set<String> swept() {
    OptionSpec option = command.findOption("--sweep");
    if (option == null) {
      return Set.of();
    }
    return given(option).stream()
        .map(sweep -> key(sweep.split("=", 2)[0].strip()))
        .collect(Collectors.toSet());
  }

  private void read() {
    List<Path> names = option(CONFIG, List.of());
    OptionSpec method = optionOfOne("method");
    List<Object> now = List.of(names, method == null ? List.of() : method.originalStringValues());
    if (now.equals(arguments)) {
      return;
    }
    try {
      options = new LinkedHashMap<>();
      settings = new LinkedHashMap<>();
      List<ConfigFile> published = new ArrayList<>();
      for (Path name : names) {
        ConfigFile file = ConfigFile.read(name);
        if (file.isReference()) {
          published.add(file);
        } else {
          add(file);
        }
      }
      if (!published.isEmpty()) {
        addBelow(published, method == null ? null : method(method));
      }
      arguments = now;
    } catch (KgCoopException e) {
      throw new ParameterException(command.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  /** Adds the values of a file of kgcoop. Keys that are no options are settings. */
  private void add(ConfigFile file) {
    Set<String> known = new TreeSet<>(keys(MethodRegistry.ids()));
    command.options().stream()
        .filter(option -> !option.usageHelp() && !option.longestName().equals(CONFIG))
        .forEach(option -> known.add(option.longestName().substring(2)));
    List<String> unknown = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : file.content().properties()) {
      String name = entry.getKey();
      Given given = new Given(file.name(), texts(entry.getValue()));
      if (name.equals("set") && entry.getValue() instanceof ObjectNode object) {
        new ConfigFile(file.name(), object)
            .flat()
            .forEach((key, value) -> set(key, new Given(file.name(), List.of(value.asText()))));
      } else if (known.contains(name) && command.findOption("--" + name) != null) {
        options.put("--" + name, given);
      } else if (known.contains(key(name))) {
        set(key(name), given);
      } else {
        unknown.add(name);
      }
    }
    if (!unknown.isEmpty()) {
      throw KgCoopException.configuration(
          "%s: no option or setting of %s: %s"
              .formatted(file.name(), command.name(), Nearest.hints(unknown, known)));
    }
  }

  private void set(String key, Given given) {
    settings.keySet().removeIf(other -> replaces(key, other));
    settings.put(key, given);
  }

  private static List<String> texts(JsonNode value) {
    if (!value.isArray()) {
      return List.of(value.isObject() ? value.toString() : value.asText());
    }
    List<String> texts = new ArrayList<>();
    value.forEach(element -> texts.add(element.asText()));
    return texts;
  }

  /** Adds the values of published files that the other files do not have. */
  private void addBelow(List<ConfigFile> published, @Nullable String method) {
    ReferenceConfig.Translation translation = ReferenceConfig.translate(published, method);
    String file = published.get(published.size() - 1).name();
    Map<String, List<String>> ignored = translation.ignoredByReason();
    Map<String, Given> stronger = settings;
    settings = new LinkedHashMap<>();
    translation
        .options()
        .forEach(
            (name, value) -> {
              Given given = new Given(file, List.of(value));
              OptionSpec option = optionOfOne(name);
              if (option != null) {
                options.putIfAbsent(option.longestName(), given);
              } else if (TrainingDeclaration.keys().contains(key(name))) {
                set(key(name), given);
              } else {
                ignored
                    .computeIfAbsent("this command has no such option", reason -> new ArrayList<>())
                    .add("--" + name);
              }
            });
    translation.settings().forEach((key, value) -> set(key, new Given(file, List.of(value))));
    stronger.forEach(this::set);
    if (!ignored.isEmpty()) {
      String line =
          ignored.entrySet().stream()
              .map(each -> "%s (%s)".formatted(String.join(", ", each.getValue()), each.getKey()))
              .collect(Collectors.joining("; ", "warning: ignored: ", ""));
      command.commandLine().getErr().println(Messages.line(line));
    }
  }

  /** Returns the texts of an option on the command line, or else in the files of kgcoop. */
  private List<String> given(OptionSpec option) {
    return isOnCommandLine(option)
        ? option.originalStringValues()
        : options.getOrDefault(option.longestName(), new Given("", List.of())).texts;
  }

  /** Returns the method that the command line or a file of kgcoop names, or null if not one. */
  private @Nullable String method(OptionSpec option) {
    String text = String.join(",", given(option));
    return text.isEmpty() || text.contains(",") ? null : text.strip();
  }

  /**
   * Returns the option for a key of the published code that has one value: seed, method or data
   * set. Some commands accept several values instead. The data set is the one to train on, which is
   * the source of a transfer.
   */
  private @Nullable OptionSpec optionOfOne(String name) {
    OptionSpec source = name.equals("data") ? command.findOption("--source") : null;
    OptionSpec option = source == null ? command.findOption("--" + name) : source;
    return option == null && (name.equals("seed") || name.equals("method"))
        ? command.findOption("--" + name + "s")
        : option;
  }
}
