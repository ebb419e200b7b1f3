package org.kgcoop.adapt;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.files.CsvFile;
import org.kgcoop.files.FileErrors;
import org.kgcoop.random.PythonRandom;
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

  /** The number of images of a check. */
  static final int IMAGES = 30;

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
      return tag.equals(of.name()) && threshold.equals(text(of));
    }
  }

  private static String text(LearnedTag tag) {
    return String.format(Locale.ROOT, "%.6f", tag.threshold());
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
            if (fields.get(0).isEmpty() || fields.get(1).isEmpty() || fields.get(3).isEmpty()) {
              throw KgCoopException.data(
                  "%s, line %s: expected the columns %s, as --check wrote them"
                      .formatted(file, line.getStartingLineNumber(), String.join(",", COLUMNS)));
            }
            if (!answer.isEmpty() && !YES.contains(answer) && !NO.contains(answer)) {
              throw KgCoopException.data(
                  "%s, line %s: the answer is '%s'; expected yes or no"
                      .formatted(file, line.getStartingLineNumber(), fields.get(2)));
            }
            rows.add(new Row(fields.get(0), fields.get(1), answer, fields.get(3)));
          });
    } catch (IOException e) {
      throw FileErrors.unreadable(file, e);
    }
    return new TagChecks(file, rows);
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
    List<Path> open =
        own.stream()
            .filter(row -> !isLost && row.answer().isEmpty())
            .map(row -> Path.of(row.image()))
            .toList();
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
        .filter(tag -> rows.stream().anyMatch(row -> row.tag().equals(tag.name())))
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
    if (reached.size() < IMAGES) {
      throw KgCoopException.configuration(
          "--check %s: %s of this folder would get the tag, and a check needs %s; give more images"
              .formatted(tag.name(), Messages.count(reached.size(), "image", "images"), IMAGES));
    }
    List<String> shuffled = new ArrayList<>(reached);
    new PythonRandom(seed).shuffle(shuffled);
    List<Row> all = new ArrayList<>(rows);
    all.removeIf(row -> row.tag().equals(tag.name())); // of another threshold
    shuffled.subList(0, IMAGES).stream()
        .sorted()
        .forEach(image -> all.add(new Row(tag.name(), image, "", text(tag))));
    AtomicFile.write(
        file,
        stream -> {
          CsvWriter csv =
              CsvWriter.builder()
                  .lineDelimiter(LineDelimiter.LF)
                  .build(new OutputStreamWriter(stream, StandardCharsets.UTF_8));
          csv.writeRecord(COLUMNS);
          all.forEach(
              row -> csv.writeRecord(row.tag(), row.image(), row.answer(), row.threshold()));
          csv.flush();
        });
    return new TagChecks(file, all);
  }
}
