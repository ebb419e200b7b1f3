package org.kgcoop.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.kgcoop.classifier.MethodRegistry;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

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
    CommandLine program = Main.commandLine(() -> false);
    completeTopics(program);
    String script = AutoComplete.bash("kgcoop", program);
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("kgcoop.bash"), script + WORDS);
  }

  /** Completes the words of {@code help}. Its class does not know the other commands. */
  private static void completeTopics(CommandLine program) {
    List<String> topics = new ArrayList<>(program.getSubcommands().keySet());
    topics.addAll(List.of("methods", "method"));
    topics.addAll(MethodRegistry.ids());
    CommandSpec help =
        Objects.requireNonNull(program.getSubcommands().get("help")).getCommandSpec();
    PositionalParamSpec words = help.positionalParameters().get(0);
    help.remove(words);
    help.add(words.toBuilder().completionCandidates(topics).build());
  }
}
