package org.kgcoop.cli.classify;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.options.Parse;
import org.kgcoop.method.catalogue.ClassifierFile;
import picocli.CommandLine.Option;

/** Class names on the command line, or in a file. */
final class ClassList {
  @Option(
      names = "--classes",
      paramLabel = "LIST",
      description = "Class names with commas between them, such as cat,dog,\"golden retriever\".")
  private @Nullable String names;

  @Option(names = "--classes-file", paramLabel = "FILE", description = "Class names, one a line.")
  private @Nullable Path file;

  /** The names, each once; empty where none were given. */
  List<String> names() {
    return asWritten().stream().distinct().toList();
  }

  /** The names that a classifier is asked about: those given, or else its own. */
  List<String> namesFor(ClassifierFile file) {
    List<String> given = file.method().bound().isPresent() ? asWritten() : names();
    return given.isEmpty() ? file.classNames() : given;
  }

  /** The names, equal ones as often as they stand there: a label each. */
  List<String> asWritten() {
    if (names != null && file != null) {
      throw KgCoopException.configuration("--classes and --classes-file: expected one of them");
    }
    if (names != null) {
      return Parse.listWithRepeats("--classes", names);
    }
    return file == null ? List.of() : read(file);
  }

  private static List<String> read(Path file) {
    try {
      List<String> lines =
          Files.readAllLines(file, StandardCharsets.UTF_8).stream()
              .map(String::strip)
              .filter(line -> !line.isEmpty())
              .toList();
      if (lines.isEmpty()) {
        throw KgCoopException.configuration(file + ": no class name in it");
      }
      return lines;
    } catch (IOException e) {
      throw KgCoopException.io(file + ": cannot be read: " + e.getMessage(), e);
    }
  }
}
