package org.kgcoop.cli.classify;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.cli.console.Output;
import picocli.CommandLine.Option;

/**
 * The unreadable images of a command. The first one ends the command, or all of them are reported
 * and skipped.
 */
final class UnreadableImages {
  @Option(
      names = "--skip-bad",
      description = "Skip unreadable images, and end with exit code 6. Their names are printed.")
  private boolean skips;

  /** A skipped image and the reason. */
  record Skipped(String image, String problem) {}

  private final List<Skipped> skipped = new ArrayList<>();

  /**
   * Records an unreadable image.
   *
   * @throws KgCoopException if unreadable images are not to be skipped
   */
  void add(Path file, KgCoopException reason, Output output) {
    if (!skips) {
      throw KgCoopException.data(
          reason.getMessage() + "; --skip-bad leaves out such images", reason);
    }
    passOver(file, reason, output);
  }

  /** Records and skips an unreadable image, even without {@code --skip-bad}. */
  void passOver(Path file, KgCoopException reason, Output output) {
    output.error(String.valueOf(reason.getMessage()));
    skipped.add(new Skipped(file.toString(), String.valueOf(reason.getMessage())));
  }

  List<Skipped> skipped() {
    return skipped;
  }

  /**
   * Prints the number of skipped images. Returns the exit code, which depends on {@code
   * --skip-bad}.
   */
  int end(long all, Output output) {
    if (skipped.isEmpty()) {
      return 0;
    }
    output.info(
        "left out: %s of %s, named above"
            .formatted(skipped.size(), Messages.count(all, "image", "images")));
    return (skips ? KgCoopException.Category.SKIPPED : KgCoopException.Category.DATA).exitCode();
  }
}
