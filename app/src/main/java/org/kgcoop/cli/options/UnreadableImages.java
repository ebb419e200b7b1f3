package org.kgcoop.cli.options;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.cli.console.Output;
import org.kgcoop.files.Folders;
import org.kgcoop.image.ImageNames;
import picocli.CommandLine.Option;

/**
 * The unreadable images of a command. The first one ends the command, or all of them are reported
 * and skipped.
 */
public final class UnreadableImages {
  @Option(
      names = "--skip-bad",
      description = "Skip unreadable images, and end with exit code 6. Their names are printed.")
  private boolean skips;

  /** A skipped image and the reason. */
  public record Skipped(String image, String problem) {}

  private final List<Skipped> skipped = new ArrayList<>();

  /** Those of unsupported formats, which a folder often has many of: they share one line. */
  private final List<Path> unsupported = new ArrayList<>();

  /**
   * Records an unreadable image.
   *
   * @throws KgCoopException if unreadable images are not to be skipped
   */
  public void add(Path image, KgCoopException reason, Output output) {
    if (!skips) {
      throw KgCoopException.data(reason.getMessage() + "; --skip-bad leaves it out", reason);
    }
    passOver(image, reason, output);
  }

  /** Records and skips an unreadable image, even without {@code --skip-bad}. */
  public void passOver(Path image, KgCoopException reason, Output output) {
    String problem = String.valueOf(reason.getMessage());
    String name = Folders.name(image);
    if (ImageNames.isImage(name) && !ImageNames.isRead(name)) {
      unsupported.add(image);
    } else {
      output.error(problem);
    }
    skipped.add(new Skipped(image.toString(), problem));
  }

  public List<Skipped> skipped() {
    return skipped;
  }

  /**
   * Prints the number of skipped images. Returns the exit code, which depends on {@code
   * --skip-bad}.
   */
  public int end(long all, Output output) {
    if (skipped.isEmpty()) {
      return 0;
    }
    ImageNames.leftOut(unsupported).ifPresent(output::error);
    String images = Messages.count(all, "image", "images");
    output.info("left out: %s of %s, see above".formatted(skipped.size(), images));
    return (skips ? KgCoopException.Category.SKIPPED : KgCoopException.Category.DATA).exitCode();
  }
}
