package org.kgcoop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Tests that the first sentence of Javadoc begins with its subject. */
class EnglishTest {

  private static final Set<String> NO_OPENING =
      Set.of(
          "what", "whether", "how", "which", "those", "of", "as", "where", "who", "when", "why",
          "it", "they", "he", "she", "this", "that", "these", "one", "its", "their");

  private static final Pattern COMMENT = Pattern.compile("(?s)/\\*\\*[\\s*]*(\\w+)");

  @Test
  void aFirstSentenceNamesItsThing() throws IOException {
    List<String> openings = new ArrayList<>();
    for (Path source : sources()) {
      String text = Files.readString(source);
      Matcher comment = COMMENT.matcher(text);
      while (comment.find()) {
        if (NO_OPENING.contains(comment.group(1).toLowerCase(Locale.ROOT))) {
          long line = text.substring(0, comment.start()).lines().count();
          openings.add(source.getFileName() + ":" + line + ": " + comment.group(1));
        }
      }
    }
    assertThat(openings).isEmpty();
  }

  /** Returns the main sources of all modules. The test is skipped if they do not exist. */
  private static List<Path> sources() throws IOException {
    Path root = Path.of("").toAbsolutePath().resolveSibling("");
    assumeTrue(Files.isDirectory(root.resolve("core/src/main/java")));
    List<Path> sources = new ArrayList<>();
    try (Stream<Path> modules = Files.list(root)) {
      for (Path module : modules.map(m -> m.resolve("src/main/java")).toList()) {
        if (Files.isDirectory(module)) {
          try (Stream<Path> files = Files.walk(module)) {
            files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
          }
        }
      }
    }
    return sources;
  }
}
