package org.kgcoop.cli.console;

import java.util.List;
import java.util.stream.Collectors;

/** The arguments of a command line in shell syntax. */
public final class ShellWords {
  private ShellWords() {}

  /** Joins arguments with spaces, and quotes those that a shell would change. */
  public static String join(List<String> words) {
    return words.stream().map(ShellWords::quoted).collect(Collectors.joining(" "));
  }

  private static String quoted(String word) {
    return word.matches("[A-Za-z0-9_./:=,@%+-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
