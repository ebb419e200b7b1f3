package org.kgcoop.cli.options;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.Stack;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.Nearest;
import org.kgcoop.config.ConfigFile;
import org.kgcoop.config.OptionValues;
import org.kgcoop.config.ReferenceConfig;
import org.kgcoop.prompt.KgCoOp;
import org.kgcoop.prompt.MethodCatalogue;
import picocli.CommandLine;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * Replaces {@code --config FILE} and KEY VALUE pairs by the options that they stand for, before the
 * command line is parsed: so files go through the same checks as options. What the command line
 * itself gives is left out of them.
 */
public final class ConfigExpansion implements IParameterPreprocessor {
  private static final String WEIGHT = "weight";

  /** The keys of what --weight gives. */
  private static final Set<String> WEIGHTS = Set.of(WEIGHT, KgCoOp.ID + "." + WEIGHT);

  private final CommandSpec command;
  private final Path directory;

  private ConfigExpansion(CommandSpec command, Path directory) {
    this.command = command;
    this.directory = directory;
  }

  /**
   * Lets a command that has the option read files.
   *
   * @param directory the folder that their paths start from
   */
  public static void install(CommandLine commandLine, Path directory) {
    CommandSpec spec = commandLine.getCommandSpec();
    if (spec.findOption(ConfigOptions.CONFIG) != null) {
      spec.preprocessor(new ConfigExpansion(spec, directory));
    }
  }

  @Override
  @SuppressWarnings("JdkObsolete") // the type is picocli's
  public boolean preprocess(
      Stack<String> stack, CommandSpec spec, @Nullable ArgSpec arg, Map<String, Object> info) {
    List<String> words = new ArrayList<>(stack);
    Collections.reverse(words);
    try {
      List<String> expanded = expanded(words);
      Collections.reverse(expanded);
      stack.clear();
      stack.addAll(expanded);
    } catch (KgCoopException e) {
      throw new ParameterException(command.commandLine(), String.valueOf(e.getMessage()), e);
    }
    return false;
  }

  private List<String> expanded(List<String> words) {
    int pairWords = ReferenceConfig.pairWords(words);
    List<String> own = words.subList(0, words.size() - pairWords);
    List<String> pairs = words.subList(words.size() - pairWords, words.size());
    List<ConfigFile> files =
        given(own, ConfigOptions.CONFIG).stream()
            .map(file -> ConfigFile.read(directory.resolve(file)))
            .toList();
    List<ConfigFile> published = files.stream().filter(ConfigFile::isReference).toList();
    OptionValues ofFiles = OptionValues.empty();
    for (ConfigFile file : files) {
      if (!file.isReference()) {
        ofFiles = ofFiles.with(checked(file));
      }
    }
    OptionValues values = ofFiles;
    if (!published.isEmpty() || !pairs.isEmpty()) {
      ReferenceConfig.Translation translation =
          ReferenceConfig.translate(published, pairs, method(own, pairs, ofFiles));
      List<String> left = new ArrayList<>(translation.ignored());
      List<String> methods = methods(own, ofFiles);
      // From weak to strong: published files, own files, pairs.
      values =
          fitting(translation.values(), methods, left)
              .with(ofFiles)
              .with(fitting(translation.ofPairs(), methods, new ArrayList<>()));
      if (!left.isEmpty()) {
        command
            .commandLine()
            .getErr()
            .println(Messages.line("warning: without a meaning here: " + String.join(", ", left)));
      }
    }
    List<String> expanded = arguments(values.without(settings(own)), own);
    expanded.addAll(own);
    return expanded;
  }

  /** The settings of a file of this program; its weight is one like others. */
  private OptionValues checked(ConfigFile file) {
    OptionValues values = OptionValues.of(file);
    checkKeys(file, values);
    List<String> weight = values.options().remove(WEIGHT);
    if (weight != null) {
      if (values.settings().keySet().stream().anyMatch(WEIGHTS::contains)) {
        throw KgCoopException.configuration(
            file.name() + ": weight and set: weight: give one of them");
      }
      values.settings().put(WEIGHT, String.join(",", weight));
    }
    return values;
  }

  /** The settings of methods that the command line itself gives. */
  private Set<String> settings(List<String> own) {
    Set<String> keys = new HashSet<>();
    given(own, "--set").forEach(text -> keys.add(key(text)));
    keys.addAll(swept(own));
    OptionSpec weight = option(WEIGHT);
    if (weight != null && isNamed(weight, own)) {
      keys.addAll(WEIGHTS);
    }
    return keys;
  }

  private static Set<String> swept(List<String> own) {
    Set<String> keys = new HashSet<>();
    given(own, "--sweep").forEach(text -> keys.add(key(text).replace('-', '_')));
    return keys;
  }

  private static String key(String setting) {
    return setting.replaceFirst("=.*", "").strip();
  }

  /** What the command line gives to an option, each time that it does. */
  private static List<String> given(List<String> words, String option) {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < words.size(); i++) {
      if (words.get(i).startsWith(option + "=")) {
        values.add(words.get(i).substring(option.length() + 1));
      } else if (words.get(i).equals(option) && i + 1 < words.size()) {
        values.add(words.get(i + 1));
      }
    }
    return values;
  }

  /** The one method that is asked for, or null where that is open, or there are several. */
  private @Nullable String method(List<String> own, List<String> pairs, OptionValues ofFiles) {
    OptionSpec option = optionOfOne("method");
    if (option == null || (!isNamed(option, own) && pairs.contains("TRAINER.NAME"))) {
      return null;
    }
    List<String> values = values(option, own, ofFiles);
    return values.size() == 1 ? values.get(0) : null;
  }

  /** The methods that are asked for, as far as that is known before the line is parsed. */
  private List<String> methods(List<String> own, OptionValues ofFiles) {
    OptionSpec option = option("methods");
    if (option == null) {
      return MethodCatalogue.ids();
    }
    List<String> values = values(option, own, ofFiles);
    return values.isEmpty() ? List.of(String.valueOf(option.defaultValue()).split(",")) : values;
  }

  /** The value that the command line, or else a file, gives an option. */
  private static List<String> values(OptionSpec option, List<String> own, OptionValues ofFiles) {
    List<String> values = given(own, option.longestName());
    if (values.isEmpty()) {
      values = ofFiles.options().getOrDefault(plain(option), List.of());
    }
    return values.stream().flatMap(text -> Stream.of(text.split(","))).map(String::strip).toList();
  }

  private @Nullable OptionSpec option(String name) {
    return command.findOption("--" + name);
  }

  /**
   * The option for what the published code knows one of, where some commands take several: a seed,
   * a method, a data set. Its data set is the one to train on, which is the source of a transfer.
   */
  private @Nullable OptionSpec optionOfOne(String name) {
    OptionSpec source = name.equals("data") ? option("source") : null;
    if (source != null) {
      return source;
    }
    OptionSpec option = option(name);
    return option == null && (name.equals("seed") || name.equals("method"))
        ? option(name + "s")
        : option;
  }

  /**
   * A translation in options that the command has.
   *
   * @param methods of others no setting is wanted
   * @param left gets what has no option
   */
  private OptionValues fitting(OptionValues translated, List<String> methods, List<String> left) {
    OptionValues fitting = OptionValues.empty();
    translated
        .settings()
        .forEach(
            (key, value) -> {
              int point = key.indexOf('.');
              if (point < 0 || methods.contains(key.substring(0, point))) {
                fitting.settings().put(key, value);
              } else {
                left.add("--set " + key);
              }
            });
    translated
        .options()
        .forEach(
            (name, value) -> {
              OptionSpec option = optionOfOne(name);
              if (option == null) {
                left.add("--" + name);
              } else {
                fitting.options().put(plain(option), value);
              }
            });
    return fitting;
  }

  private void checkKeys(ConfigFile file, OptionValues values) {
    Set<String> known = known();
    List<String> unknown = new ArrayList<>(values.options().keySet());
    unknown.removeAll(known);
    if (!unknown.isEmpty()) {
      throw KgCoopException.configuration(
          "%s: no option of %s: %s"
              .formatted(file.name(), command.name(), Nearest.hints(unknown, known)));
    }
  }

  private Set<String> known() {
    return command.options().stream()
        .filter(option -> !option.usageHelp() && !option.versionHelp())
        .map(ConfigExpansion::plain)
        .filter(name -> !name.equals("config"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String plain(OptionSpec option) {
    return option.longestName().replaceFirst("^-+", "");
  }

  /** The words that give those values, but for what the command line gives itself. */
  private List<String> arguments(OptionValues values, List<String> own) {
    List<String> words = new ArrayList<>();
    Set<String> swept = swept(own);
    values
        .options()
        .forEach(
            (name, given) -> {
              OptionSpec option = option(name);
              if (option != null
                  && !isNamed(option, own)
                  && !swept.contains(name.replace('-', '_'))) {
                words.addAll(words(option, given));
              }
            });
    values.settings().forEach((key, value) -> words.add("--set=" + key + "=" + value));
    return words;
  }

  private static boolean isNamed(OptionSpec option, List<String> words) {
    for (String name : option.names()) {
      if (words.stream().anyMatch(word -> word.equals(name) || word.startsWith(name + "="))) {
        return true;
      }
    }
    return false;
  }

  private static List<String> words(OptionSpec option, List<String> given) {
    String name = option.longestName();
    if (option.typeInfo().isBoolean()) {
      return switch (String.join(",", given)) {
        case "true" -> List.of(name);
        case "false" -> List.of();
        default ->
            throw KgCoopException.configuration(
                plain(option) + ": expected true or false, got " + String.join(",", given));
      };
    }
    return option.isMultiValue()
        ? given.stream().map(value -> name + "=" + value).toList()
        : List.of(name + "=" + String.join(",", given));
  }
}
