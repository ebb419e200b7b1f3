package org.kgcoop.runs;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.kgcoop.Messages;
import org.kgcoop.files.CsvFile;
import org.kgcoop.files.Json;
import org.kgcoop.tags.LearnedTag;

/**
 * The record of an adaptation to tags: {@code tags.json} in its folder.
 *
 * @param settings the settings that determine the result
 * @param provenance versions, the command and its directory, the path of the weights
 * @param images the images
 * @param tags the tags, those with the least promise first: not measured, below the wish, written
 * @param without the tags that no labeled image has, which are not learned
 */
public record TagRecord(
    Settings settings,
    JsonNode provenance,
    Images images,
    List<Result> tags,
    List<String> without) {
  /** The name of the file. */
  public static final String FILE = "tags.json";

  /** The table of the tags in the same folder. */
  public static final String TABLE = "tags.csv";

  private static final List<String> COLUMNS =
      List.of(
          "tag",
          "written",
          "by",
          "promise",
          "finds",
          "threshold",
          "images",
          "positives",
          "effective_positives",
          "unknown");

  /**
   * The settings that determine the result.
   *
   * @param data the name of the folder
   * @param fingerprint the fingerprint of the labeled images and their tags
   * @param wish of 100 images that get a tag, so many must be right
   */
  public record Settings(
      String data, String fingerprint, int wish, long seed, String template, JsonNode clip) {}

  /**
   * The images.
   *
   * @param labeled the number of images that were learned from
   * @param groups the number of their groups of near copies
   * @param all the number of images in the folder
   * @param unreadable the images that were left out, with the reason
   */
  public record Images(int labeled, int groups, int all, List<String> unreadable) {}

  /**
   * A tag.
   *
   * @param positives the number of labeled images that have it
   * @param effectivePositives their effective number
   * @param check a check by a person; null if there is none
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Result(
      LearnedTag tag, int positives, double effectivePositives, @Nullable Check check) {
    /** Returns true if a person has to answer before the tag can be written. */
    public boolean needsAnswers() {
      return !tag.by().isWritten() && check != null && !check.open().isEmpty();
    }

    private List<String> cells() {
      return List.of(
          Messages.cell(tag.name()),
          String.valueOf(tag.by().isWritten()),
          tag.by().id(),
          text(tag.promise()),
          text(tag.finds()),
          number(tag.threshold()),
          text(tag.images()),
          text(positives),
          number(effectivePositives),
          String.valueOf(tag.unknown()));
    }
  }

  /**
   * A check of random images that get the tag.
   *
   * @param images the number of images to check
   * @param right the number that a person called right so far
   * @param wrong the number that a person called wrong so far
   * @param open the images without an answer; none if the check can no longer reach the wish
   */
  public record Check(int images, int right, int wrong, List<String> open) {
    /** The number of images of a check. */
    public static final int IMAGES = 30;
  }

  /** Writes the record and the table. */
  public void write(Path folder) {
    List<List<String>> lines = new ArrayList<>(List.of(COLUMNS));
    tags.forEach(each -> lines.add(each.cells()));
    CsvFile.write(folder.resolve(TABLE), lines);
    Json.write(folder.resolve(FILE), this);
  }

  private static String text(@Nullable Integer value) {
    return value == null ? "" : value.toString();
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.6g", value);
  }
}
