package org.kgcoop.adapt;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.commons.rng.core.source64.SplitMix64;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.files.CsvFile;
import org.kgcoop.files.FileErrors;
import org.kgcoop.random.Seeds;
import org.kgcoop.runs.TagRecord.Check;
import org.kgcoop.tags.LearnedTag;
import org.kgcoop.tags.TagMeasurement;

/**
 * The images that a person checks, in {@code checks.csv}: random images of the folder that get a
 * tag. The person writes yes or no into the column {@code answer}. Each threshold has one check,
 * because the best of several would promise too much.
 *
 * @param file the file
 * @param rows its rows
 */
record TagChecks(Path file, List<Row> rows) {
  static final String FILE = "checks.csv";

  private static final List<String> COLUMNS = List.of("tag", "image", "answer", "threshold");
  private static final Set<String> YES = Set.of("yes", "y", "1");
  private static final Set<String> NO = Set.of("no", "n", "0");

  /**
   * An image to check.
   *
   * @param answer yes or no in the words of the person; empty if there is none yet
   * @param threshold the threshold that the image reached, as text
   */
  record Row(String tag, String image, String answer, String threshold) {
    boolean isOf(LearnedTag of) {
      return tag.equals(text(of.name())) && threshold.equals(text(of.threshold()));
    }
  }

  private static String text(String tag) {
    return Messages.cell(tag);
  }

  private static String text(double threshold) {
    return String.format(Locale.ROOT, "%.6f", threshold);
  }

  /**
   * Reads the checks of a folder; without a file, there are none.
   *
   * @throws KgCoopException of the category DATA for a row that is damaged, or an answer that is
   *     neither yes nor no
   */
  static TagChecks read(Path folder) {
    Path file = folder.resolve(FILE);
    List<Row> rows = new ArrayList<>();
    if (!Files.exists(file)) {
      return new TagChecks(file, rows);
    }
    try {
      CsvFile.read(
          file,
          line -> {
            List<String> fields =
                COLUMNS.stream().map(column -> line.findField(column).orElse("")).toList();
            String answer = fields.get(2).strip().toLowerCase(Locale.ROOT);
            double threshold = number(fields.get(3));
            if (fields.get(0).isEmpty() || fields.get(1).isEmpty() || Double.isNaN(threshold)) {
              throw KgCoopException.data(
                  "%s, line %s: expected the columns %s, as --check wrote them"
                      .formatted(file, line.getStartingLineNumber(), String.join(",", COLUMNS)));
            }
            if (!answer.isEmpty() && !YES.contains(answer) && !NO.contains(answer)) {
              throw KgCoopException.data(
                  "%s, line %s: the answer is '%s'; expected yes or no"
                      .formatted(file, line.getStartingLineNumber(), fields.get(2)));
            }
            rows.add(new Row(fields.get(0), fields.get(1), answer, text(threshold)));
          });
    } catch (IOException e) {
      throw FileErrors.unreadable(file, e);
    }
    checkWhole(file, rows);
    return new TagChecks(file, rows);
  }

  /** Reads a threshold; a spreadsheet may write fewer digits, or a comma. */
  private static double number(String text) {
    try {
      return Double.parseDouble(text.strip().replace(',', '.'));
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  /** Checks that nobody deleted rows, which would make a promise too high. */
  private static void checkWhole(Path file, List<Row> rows) {
    Map<List<String>, List<String>> images =
        rows.stream()
            .collect(
                Collectors.groupingBy(
                    row -> List.of(row.tag(), row.threshold()),
                    LinkedHashMap::new,
                    Collectors.mapping(Row::image, Collectors.toList())));
    images.forEach(
        (check, of) -> {
          if (of.size() != Check.IMAGES || Set.copyOf(of).size() != Check.IMAGES) {
            throw KgCoopException.data(
                "%s: %s with %s; expected %s different images; put back the rows that were there"
                    .formatted(
                        file,
                        Messages.count(of.size(), "row", "rows"),
                        check.get(0),
                        Check.IMAGES));
          }
        });
  }

  /** Returns the state of the check of a tag, if images were drawn for its threshold. */
  Optional<Check> of(LearnedTag tag, int wish) {
    List<Row> own = rows.stream().filter(row -> row.isOf(tag)).toList();
    if (own.isEmpty()) {
      return Optional.empty();
    }
    int right = (int) own.stream().filter(row -> YES.contains(row.answer())).count();
    int wrong = (int) own.stream().filter(row -> NO.contains(row.answer())).count();
    boolean isLost = TagMeasurement.afterCheck(own.size() - wrong, own.size()) < wish;
    List<String> open =
        own.stream().filter(row -> !isLost && row.answer().isEmpty()).map(Row::image).toList();
    return Optional.of(new Check(own.size(), right, wrong, open));
  }

  /** Returns a tag after its check, which admits it if the check reaches the wish. */
  LearnedTag applied(LearnedTag tag, int wish) {
    Check check = of(tag, wish).orElse(null);
    if (tag.by().isWritten() || check == null || check.right() + check.wrong() < check.images()) {
      return tag;
    }
    int promise = TagMeasurement.afterCheck(check.right(), check.images());
    return promise < wish ? tag : tag.checked(promise);
  }

  /** Returns the tags with a check of another threshold than today's. */
  List<String> outdated(List<LearnedTag> tags) {
    return tags.stream()
        .filter(tag -> rows.stream().anyMatch(row -> row.tag().equals(text(tag.name()))))
        .filter(tag -> rows.stream().noneMatch(row -> row.isOf(tag)))
        .map(LearnedTag::name)
        .toList();
  }

  /**
   * Draws the images of a check without replacement, and writes the file.
   *
   * @param reached the images of the folder that reach the threshold of the tag
   * @throws KgCoopException of the category CONFIGURATION if there are too few
   */
  TagChecks drawn(LearnedTag tag, List<String> reached, long seed) {
    if (reached.size() < Check.IMAGES) {
      throw KgCoopException.configuration(
          "--check %s: %s of this folder would get the tag, and a check needs %s; give more images"
              .formatted(
                  tag.name(), Messages.count(reached.size(), "image", "images"), Check.IMAGES));
    }
    SplitMix64 random = Seeds.generator("check:%s:%s".formatted(seed, tag.name()));
    List<String> left = new ArrayList<>(reached);
    List<Row> all = new ArrayList<>(rows);
    Set<String> drawn = new TreeSet<>();
    while (drawn.size() < Check.IMAGES) {
      drawn.add(left.remove(random.nextInt(left.size())));
    }
    drawn.forEach(image -> all.add(new Row(text(tag.name()), image, "", text(tag.threshold()))));
    List<List<String>> lines = new ArrayList<>(List.of(COLUMNS));
    all.forEach(row -> lines.add(List.of(row.tag(), row.image(), row.answer(), row.threshold())));
    CsvFile.write(file, lines);
    return new TagChecks(file, all);
  }
}
