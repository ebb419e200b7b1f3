package org.kgcoop.cli.sorting;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.cli.console.Output;
import org.kgcoop.data.layout.PhotoKeywords;

/**
 * A writer of the classes of images as keywords. A sidecar that cannot be changed is reported and
 * stays as it is.
 */
final class KeywordWriter {
  private final List<List<String>> levels;
  private final List<String> names;
  private final Set<String> except;
  private final BooleanSupplier interrupted;
  private final Output output;
  private final Map<Path, List<Integer>> waiting = new LinkedHashMap<>();
  private int images;
  private int written;
  private int left;

  /**
   * Makes a writer.
   *
   * @param levels the levels of each answer, the largest group first and its name last
   * @param except the names of answers that give no keyword
   * @param interrupted true if work should stop
   */
  KeywordWriter(
      List<List<String>> levels, Set<String> except, BooleanSupplier interrupted, Output output) {
    this.levels = levels;
    this.names = levels.stream().map(each -> each.get(each.size() - 1)).toList();
    this.except = except;
    this.interrupted = interrupted;
    this.output = output;
  }

  /** Adds an image with the indexes of its answers for {@link #writeAll}. */
  void add(Path image, List<Integer> indexes) {
    waiting.put(image, indexes);
  }

  /** Writes the keywords of all added images, next to them. */
  void writeAll() {
    waiting.forEach(
        (image, indexes) -> {
          if (interrupted.getAsBoolean()) {
            throw new KgCoopException(
                KgCoopException.Category.INTERRUPTED,
                "interrupted: keywords of %s of %s images written; run the same command again to resume"
                    .formatted(images, waiting.size()));
          }
          write(image, image, indexes);
        });
  }

  /**
   * Writes the keywords of an image.
   *
   * @param target the image that gets the keywords: the same, or its copy
   * @param indexes the indexes of the answers; empty for none
   */
  void write(Path image, Path target, List<Integer> indexes) {
    images++;
    List<List<String>> keywords =
        indexes.stream()
            .filter(index -> !except.contains(names.get(index)))
            .map(levels::get)
            .toList();
    try {
      written += PhotoKeywords.write(image, target, keywords, names) ? 1 : 0;
    } catch (KgCoopException e) {
      if (e.category() != KgCoopException.Category.DATA) {
        throw e;
      }
      left++;
      output.error(String.valueOf(e.getMessage()));
    }
  }

  /** Returns a summary of one line. */
  String summary() {
    String sidecars = Messages.count(written, "sidecar", "sidecars");
    String all = Messages.count(images, "image", "images");
    String others = left == 0 ? "" : ", %s left as they are".formatted(left);
    return "keywords: %s written for %s%s".formatted(sidecars, all, others);
  }

  /** Returns the number of sidecars that could not be changed. */
  int left() {
    return left;
  }
}
