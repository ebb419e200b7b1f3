package org.kgcoop.cli.options;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * The arguments of a command in a form that another process can run from any folder. Values from
 * configuration files become options, and paths become absolute.
 */
public final class PortableArguments {
  /** The option that is omitted, because the options of its files are listed instead. */
  private static final String CONFIG = "--config";

  /** The options whose value may be a path. */
  private static final Set<String> DATA = Set.of("--data", "--source", "--shifts");

  private final ParseResult parsed;

  /**
   * Prepares the arguments of a command.
   *
   * @param parsed the parsed command, without the name of the program
   */
  public PortableArguments(ParseResult parsed) {
    this.parsed = parsed;
  }

  /** Returns the command and its options, except for some options. */
  public List<String> without(Set<String> options) {
    List<String> words = new ArrayList<>(List.of(parsed.commandSpec().name()));
    for (OptionSpec option : parsed.matchedOptionsSet()) {
      String name = option.longestName();
      if (name.equals(CONFIG) || options.contains(name)) {
        continue;
      }
      if (option.typeInfo().isBoolean()) {
        words.add(name);
      } else {
        for (String value : option.originalStringValues()) {
          words.add(name + "=" + fromAnywhere(option, value));
        }
      }
    }
    return words;
  }

  private String fromAnywhere(OptionSpec option, String value) {
    String name = option.longestName();
    boolean path =
        option.typeInfo().getType() == Path.class
            || (name.equals("--feature-cache") && !value.equals(FeatureCacheOptions.NONE))
            || (name.equals("--clip") && exists(value))
            // With --root, paths are relative to the root, so they must not change.
            || (DATA.contains(name) && !parsed.hasMatchedOption("--root") && exists(value));
    return path ? Path.of(value).toAbsolutePath().normalize().toString() : value;
  }

  private boolean exists(String value) {
    return !DataOptions.isEmbedded(value) && Files.exists(Path.of(value));
  }
}
