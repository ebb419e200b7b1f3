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
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
 * The options and settings of a command. Each source replaces what those before it give:
 *
 * <ol>
 *   <li>files of the published code, in their order
 *   <li>files of kgcoop, in their order
 *   <li>{@code --sweep}
 *   <li>the command line: options and {@code --set}
 * </ol>
 *
 * {@code KEY} replaces the setting of every method, {@code METHOD.KEY} only that of one. A setting
 * that no source gives has its published value ({@link org.kgcoop.classifier.PublishedDefaults}). A
 * sweep of a key that the command line sets is an error.
 *
 * <p>After picocli has read the command line, it asks this object for all other options, so values
 * of files pass the same checks.
 */
public final class SettingSources implements IDefaultValueProvider {
  static final String CONFIG = "--config";
  static final String SET = "--set";

  /**
   * The separator of the values of a repeated option: picocli takes them from files as one text. No
   * argument and no YAML file contains it.
   */
  static final String NEXT = "\0";

  /**
   * A value of a source.
   *
   * @param name the name in the source, such as {@code --lr}, {@code --set kgcoop.weight}, or
   *     {@code weight} in a file
   * @param texts the values, several only for an option that can be repeated
   * @param file the name of the file; empty for the command line
   * @param isOption true for an option such as {@code --epochs}. It is for training by steps, also
   *     if a method has a setting with this key
   */
  record Given(String name, List<String> texts, String file, boolean isOption) {
    private static final Given NONE = new Given("", List.of(), "", true);

    static Given ofOption(String name, String text) {
      return new Given(name, List.of(text), "", true);
    }

    static Given ofSet(String key, String text) {
      return new Given(SET + " " + key, List.of(text), "", false);
    }

    String text() {
      return String.join(",", texts);
    }

    /** Returns the place for a message. */
    String place() {
      return file.isEmpty() ? name : name + " of " + file;
    }
  }

  private final CommandSpec command;
  private final Supplier<List<Path>> config;
  private final Supplier<Map<String, Given>> commandLine;

  /** The arguments that decide what is read: picocli uses this object for several command lines. */
  private List<Object> arguments = List.of();

  private Map<String, Given> options = Map.of(); // of files, by long name
  private Map<String, Given> ofFiles = Map.of(); // settings by KEY or METHOD.KEY

  /**
   * Creates the sources of a command.
   *
   * @param config the files, once picocli has read the command line
   * @param commandLine the settings of the command line by {@code KEY} or {@code METHOD.KEY}
   */
  SettingSources(
      CommandSpec command, Supplier<List<Path>> config, Supplier<Map<String, Given>> commandLine) {
    this.command = command;
    this.config = config;
    this.commandLine = commandLine;
  }

  /** Returns the sources of a command that has {@code --config}. */
  static SettingSources of(CommandSpec command) {
    return (SettingSources) Objects.requireNonNull(command.defaultValueProvider());
  }

  /** Returns the keys of the training and of some methods. */
  static Set<String> keys(Collection<String> ids) {
    Set<String> keys = new LinkedHashSet<>();
    ids.forEach(id -> keys.addAll(MethodRegistry.keys(id)));
    keys.addAll(TrainingDeclaration.keys());
    return keys;
  }

  /** Returns the settings by {@code KEY} or {@code METHOD.KEY}, from the weakest source on. */
  Map<String, Given> settings() {
    read();
    Map<String, Given> settings = new LinkedHashMap<>(ofFiles);
    swept().forEach(key -> remove(key, settings));
    Map<String, Given> stronger = commandLine.get();
    stronger.keySet().forEach(key -> remove(key, settings));
    settings.putAll(stronger);
    return settings;
  }

  private static void remove(String stronger, Map<String, Given> settings) {
    settings.keySet().removeIf(key -> key.equals(stronger) || key.endsWith("." + stronger));
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
    if (given == null || given.texts.isEmpty()) {
      return List.of();
    }
    return option.isMultiValue() ? given.texts : List.of(given.text());
  }

  /** Adds the name of the file to an error of picocli about a value in a file. */
  public static ParameterException named(ParameterException e) {
    if (e.getArgSpec() instanceof OptionSpec option
        && !isOnCommandLine(option)
        && e.getCommandLine().getDefaultValueProvider() instanceof SettingSources sources) {
      Given given = sources.options.get(option.longestName());
      return given == null
          ? e
          : new ParameterException(e.getCommandLine(), given.file + ": " + e.getMessage(), e);
    }
    return e;
  }

  /** Returns a key with underscores. Options and sweeps may have dashes, as names of methods do. */
  private static String key(String name) {
    int dot = name.indexOf('.') + 1;
    return name.substring(0, dot) + name.substring(dot).replace('-', '_');
  }

  /** Returns the {@code KEY} or {@code METHOD.KEY} of a sweep. */
  static String sweptKey(String sweep) {
    return key(sweep.split("=", 2)[0].strip());
  }

  private static boolean isOnCommandLine(OptionSpec option) {
    return !option.originalStringValues().isEmpty();
  }

  /** Returns the keys that a sweep varies. */
  private Set<String> swept() {
    OptionSpec option = command.findOption("--sweep");
    return option == null
        ? Set.of()
        : given(option).stream().map(SettingSources::sweptKey).collect(Collectors.toSet());
  }

  private void read() {
    List<Path> names = config.get();
    OptionSpec method = optionOfOne("method");
    List<Object> now = List.of(names, method == null ? List.of() : method.originalStringValues());
    if (now.equals(arguments)) {
      return;
    }
    try {
      options = new LinkedHashMap<>();
      ofFiles = new LinkedHashMap<>();
      List<ConfigFile> files = names.stream().map(ConfigFile::read).toList();
      List<ConfigFile> published = files.stream().filter(ConfigFile::isReference).toList();
      files.stream().filter(file -> !file.isReference()).forEach(this::add);
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
    Set<String> settings = keys(MethodRegistry.ids());
    Set<String> known = new TreeSet<>(settings);
    command.options().stream()
        .filter(option -> !option.usageHelp() && !option.longestName().equals(CONFIG))
        .forEach(option -> known.add(option.longestName().substring(2)));
    List<String> unknown = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : file.content().properties()) {
      String name = entry.getKey();
      JsonNode value = entry.getValue();
      boolean isOption = known.contains(name) && command.findOption("--" + name) != null;
      if (name.equals("set")) {
        addSet(file, value);
      } else if (isOption && !TrainingDeclaration.keys().contains(key(name))) {
        options.put("--" + name, new Given(name, texts(value), file.name(), true));
      } else if (settings.contains(key(name))) {
        set(key(name), texts(value), file, isOption);
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

  /** Adds the settings below {@code set}, or a list of {@code KEY=VALUE}. */
  private void addSet(ConfigFile file, JsonNode value) {
    if (value instanceof ObjectNode object) {
      new ConfigFile(file.name(), object)
          .flat()
          .forEach((key, each) -> set(key, texts(each), file, false));
      return;
    }
    for (String text : texts(value)) {
      String[] parts = text.split("=", 2);
      if (parts.length < 2) {
        throw KgCoopException.configuration(
            "%s: set '%s': expected KEY: VALUE below set, or KEY=VALUE"
                .formatted(file.name(), text));
      }
      set(parts[0].strip(), List.of(parts[1]), file, false);
    }
  }

  private void set(String key, List<String> texts, ConfigFile file, boolean isOption) {
    set(new Given(key, List.of(text(key, texts)), file.name(), isOption));
  }

  private void set(Given setting) {
    remove(setting.name, ofFiles);
    ofFiles.put(setting.name, setting);
  }

  /** Returns the elements of a list as the text of an option. */
  private static String text(String name, List<String> texts) {
    String key = name.substring(name.indexOf('.') + 1);
    boolean isList =
        Stream.concat(
                TrainingDeclaration.all().stream(),
                MethodRegistry.all().stream().flatMap(method -> method.settings().stream()))
            .anyMatch(setting -> setting.key().equals(key) && setting.type().isList());
    return String.join(isList ? "|" : ",", texts);
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
    translation
        .options()
        .forEach(
            (name, value) -> {
              OptionSpec option = optionOfOne(name);
              if (option == null) {
                ignored
                    .computeIfAbsent("this command has no such option", reason -> new ArrayList<>())
                    .add("--" + name);
              } else {
                options.putIfAbsent(
                    option.longestName(), new Given(name, List.of(value), file, true));
              }
            });
    Map<String, Given> stronger = ofFiles;
    ofFiles = new LinkedHashMap<>();
    translation
        .settings()
        .forEach(
            (key, value) ->
                set(
                    new Given(
                        key, List.of(value), file, TrainingDeclaration.keys().contains(key))));
    stronger.values().forEach(this::set);
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
        : options.getOrDefault(option.longestName(), Given.NONE).texts;
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
