package org.kgcoop.cli.options;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.data.QuotedNames;
import org.kgcoop.files.Folders;
import picocli.CommandLine.Option;

/** The options for class names on the command line or in a file. */
public final class ClassList {
  @Option(
      names = "--classes",
      paramLabel = "LIST",
      description =
          "Set the class names, comma separated. Example: cat,\"golden retriever\". Put a"
              + " name with a comma in double quotes: '\"fox, red\",cat'.")
  private @Nullable String names;

  @Option(
      names = "--classes-file",
      paramLabel = "FILE",
      description = "Read the class names from a file, one per line.")
  private @Nullable Path file;

  /** Returns true if the user gave class names. */
  public boolean isGiven() {
    return names != null || file != null;
  }

  /** Returns the distinct class names, or an empty list if the user gave none. */
  public List<String> names() {
    return asWritten().stream().distinct().toList();
  }

  /** Returns the class names for a classifier: those of the user, or the classifier's own. */
  public List<String> namesFor(@Nullable ClassifierFile file) {
    if (file == null) {
      return names();
    }
    List<String> listed = file.method().closedClassReason().isPresent() ? asWritten() : names();
    return listed.isEmpty() ? file.classNames() : listed;
  }

  /** Returns the class names with duplicates, because each entry is one label. */
  public List<String> asWritten() {
    if (names != null && file != null) {
      throw KgCoopException.configuration("--classes and --classes-file: expected one of them");
    }
    if (names != null) {
      return names.contains("\"") ? quoted(names) : Parse.listWithRepeats("--classes", names);
    }
    return file == null ? List.of() : read(file);
  }

  /** Parses names with quotes like a line of CSV. */
  private static List<String> quoted(String text) {
    return QuotedNames.parse(text)
        .filter(parsed -> parsed.stream().noneMatch(String::isEmpty))
        .orElseThrow(
            () ->
                KgCoopException.configuration(
                    ("--classes '%s': expected names with commas between them, each wholly in"
                            + " double quotes or not at all, such as '\"fox, red\",cat'")
                        .formatted(text)));
  }

  private static List<String> read(Path file) {
    List<String> lines = Folders.lines(file);
    if (lines.isEmpty()) {
      throw KgCoopException.configuration(file + ": no class name in it");
    }
    return lines;
  }
}
