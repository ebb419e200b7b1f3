package org.kgcoop.cli.classify;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.cli.console.Output;
import picocli.CommandLine.Option;

/** Images that cannot be read: one ends a command, or they are named and left out. */
final class UnreadableImages {
  @Option(
      names = "--skip-bad",
      description =
          "Skip unreadable images: name them, process the others, and end with exit code 6.")
  private boolean skips;

  /** An image left out, and why. */
  record Skipped(Path file, String reason) {}

  private final List<Skipped> skipped = new ArrayList<>();

  /**
   * Takes note of an image that cannot be read.
   *
   * @throws KgCoopException where such images are not to be left out
   */
  void add(Path file, KgCoopException reason, Output output) {
    if (!skips) {
      throw KgCoopException.data(
          reason.getMessage() + "; --skip-bad leaves out such images", reason);
    }
    passOver(file, reason, output);
  }

  /** Takes note of an image that cannot be read, and goes on even if that was not asked for. */
  void passOver(Path file, KgCoopException reason, Output output) {
    output.error(String.valueOf(reason.getMessage()));
    skipped.add(new Skipped(file, String.valueOf(reason.getMessage())));
  }

  /** All that were left out, as JSON. */
  ArrayNode toJson() {
    ArrayNode json = JsonNodeFactory.instance.arrayNode();
    skipped.forEach(
        each ->
            json.addObject().put("image", each.file().toString()).put("problem", each.reason()));
    return json;
  }

  /** Says how many were left out; returns the exit code, which tells if that was asked for. */
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
