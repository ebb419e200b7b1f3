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
    SettingSources sources = SettingSources.of(parsed.commandSpec());
    List<String> words = new ArrayList<>(List.of(parsed.commandSpec().name()));
    for (OptionSpec option : parsed.commandSpec().options()) {
      String name = option.longestName();
      if (name.equals(SettingSources.CONFIG) || options.contains(name)) {
        continue; // the options of the files are listed instead
      }
      if (name.equals(SettingSources.SET)) {
        sources
            .settings()
            .forEach(
                (key, given) -> {
                  if (!given.file().isEmpty()) {
                    words.add(name + "=" + key + "=" + given.text());
                  }
                });
      }
      boolean matched = parsed.hasMatchedOption(option);
      List<String> values = matched ? option.originalStringValues() : sources.values(option);
      if (!option.typeInfo().isBoolean()) {
        values.forEach(value -> words.add(name + "=" + fromAnywhere(option, value)));
      } else if (matched || values.equals(List.of("true"))) {
        words.add(name);
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
            || (DATA.contains(name) && !hasRoot() && exists(value));
    return path ? Path.of(value).toAbsolutePath().normalize().toString() : value;
  }

  private boolean hasRoot() {
    OptionSpec root = parsed.commandSpec().findOption("--root");
    return root != null && root.getValue() != null;
  }

  private boolean exists(String value) {
    return !DataOptions.isEmbedded(value) && Files.exists(Path.of(value));
  }
}
