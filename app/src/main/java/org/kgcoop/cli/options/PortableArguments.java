package org.kgcoop.cli.options;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * A command line in words that mean the same in another process, started elsewhere: what files say
 * is said by options, and paths are absolute.
 */
public final class PortableArguments {
  /** The files' options stand in its place. */
  private static final String CONFIG = "--config";

  /** Options that take a path or something else. */
  private static final Set<String> DATA = Set.of("--data", "--source", "--shifts");

  private final ParseResult parsed;
  private final Path directory;

  /**
   * The words of a command.
   *
   * @param parsed of the command itself, not of the program
   * @param directory the folder that its relative paths start from
   */
  public PortableArguments(ParseResult parsed, Path directory) {
    this.parsed = parsed;
    this.directory = directory.toAbsolutePath();
  }

  /** The command and its options, but for some. */
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
            // Below a root, relative paths begin there.
            || (DATA.contains(name) && !parsed.hasMatchedOption("--root") && exists(value));
    return path ? directory.resolve(value).normalize().toString() : value;
  }

  private boolean exists(String value) {
    return !DataOptions.isEmbedded(value) && Files.exists(directory.resolve(value));
  }
}
