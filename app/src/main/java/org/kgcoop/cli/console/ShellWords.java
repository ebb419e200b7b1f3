package org.kgcoop.cli.console;

import java.util.List;
import java.util.stream.Collectors;

/** Words of a command line as a shell takes them. */
public final class ShellWords {
  private ShellWords() {}

  /** The words with blanks between them, those quoted that a shell would read otherwise. */
  public static String join(List<String> words) {
    return words.stream().map(ShellWords::quoted).collect(Collectors.joining(" "));
  }

  private static String quoted(String word) {
    return word.matches("[A-Za-z0-9_./:=,@%+-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
