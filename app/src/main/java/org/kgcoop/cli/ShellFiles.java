package org.kgcoop.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.AutoComplete;

/** A generator of the shell completion, which the archive contains. */
final class ShellFiles {
  /** A name such as embedded:objects is one word, as a path with a colon is for a program. */
  private static final String WORDS = "COMP_WORDBREAKS=${COMP_WORDBREAKS//:}\n";

  private ShellFiles() {}

  /** Writes the file into the folder of the only argument. */
  public static void main(String[] arguments) throws IOException {
    write(Path.of(arguments[0]));
  }

  static void write(Path folder) throws IOException {
    String script = AutoComplete.bash("kgcoop", Main.commandLine(() -> false));
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("kgcoop.bash"), script + WORDS);
  }
}
