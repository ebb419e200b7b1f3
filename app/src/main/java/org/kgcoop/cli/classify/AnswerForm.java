package org.kgcoop.cli.classify;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.api.ClassGroups;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.options.UnreadableImages.Skipped;
import org.kgcoop.formats.TableFormat;

/** A format of predictions, which are written one image after the other. */
public sealed interface AnswerForm {
  /** The answer if no class reaches the threshold. */
  String NONE = "none of these";

  /** The index of the answer {@link #NONE}. */
  int NO_INDEX = -1;

  /** The mark of a shown class of an image whose classes are all below the threshold. */
  String BELOW = "below the threshold";

  /**
   * A predicted class of an image.
   *
   * @param label the name of the class, followed by its index if two classes have the same name
   */
  record Answer(
      @JsonProperty("class") String name, int index, float probability, @JsonIgnore String label) {}

  /**
   * An image with its classes.
   *
   * @param threshold the lowest probability of an accepted image; null if there is none
   * @param accepted false if the highest probability is below the threshold; null without one
   * @param classes the most probable first
   * @param groups with {@code --groups}: the most probable group of each level; null without
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Prediction(
      String image,
      @Nullable Double threshold,
      @Nullable Boolean accepted,
      List<Answer> classes,
      @Nullable List<ClassGroups.Group> groups) {
    /** Returns the group that is the answer, because no class reaches the threshold. */
    Optional<ClassGroups.Group> group() {
      return groups == null || !Boolean.FALSE.equals(accepted)
          ? Optional.empty()
          : groups.stream().filter(ClassGroups.Group::accepted).findFirst();
    }

    /** Returns the name of the class or group that is the answer, or {@link #NONE}. */
    String answer() {
      String name = Boolean.FALSE.equals(accepted) ? NONE : classes.get(0).name();
      return group().map(ClassGroups.Group::name).orElse(name);
    }

    boolean isMarked() {
      return Boolean.FALSE.equals(accepted) && classes.get(0).index() != NO_INDEX;
    }
  }

  /** Writes the classes of an image. */
  void answer(Prediction prediction) throws IOException;

  /** Writes the reason why an image could not be read. */
  default void problem(Path file, String reason) throws IOException {}

  /**
   * Writes the end of the output.
   *
   * @param skipped the images that could not be read
   */
  default void end(List<Skipped> skipped) throws IOException {}

  /**
   * A format with one line per class: image, class, probability, and the mark if it is needed. If
   * the answer is a group, its line has the level instead.
   */
  record Lines(Writer out) implements AnswerForm {
    @Override
    public void answer(Prediction prediction) throws IOException {
      Optional<ClassGroups.Group> group = prediction.group();
      String mark = group.map(ClassGroups.Group::level).orElse(prediction.isMarked() ? BELOW : "");
      List<Answer> shown =
          group
              .map(g -> List.of(new Answer(g.name(), NO_INDEX, g.probability(), g.name())))
              .orElse(prediction.classes());
      String image = Messages.line(prediction.image());
      String end = mark.isEmpty() ? "" : "\t" + Messages.line(mark);
      for (Answer each : shown) {
        String name = Messages.line(each.label());
        out.write(
            String.format(Locale.ROOT, "%s\t%s\t%.4f%s%n", image, name, each.probability(), end));
      }
    }
  }

  /** A table with one row per class, and one per unreadable image. */
  record Table(TableFormat.Receiver rows, List<TableFormat.Column> columns) implements AnswerForm {
    private static final List<TableFormat.Column> COLUMNS =
        List.of(
            new TableFormat.Column("image", TableFormat.Type.TEXT),
            new TableFormat.Column("rank", TableFormat.Type.INTEGER),
            new TableFormat.Column("class", TableFormat.Type.TEXT),
            new TableFormat.Column("index", TableFormat.Type.INTEGER),
            new TableFormat.Column("probability", TableFormat.Type.FLOAT),
            new TableFormat.Column("problem", TableFormat.Type.TEXT),
            new TableFormat.Column("accepted", TableFormat.Type.BOOLEAN));

    /** Returns the columns, with the answer and two for each level of groups if there are any. */
    static List<TableFormat.Column> columns(@Nullable ClassGroups groups) {
      if (groups == null) {
        return COLUMNS;
      }
      List<TableFormat.Column> columns = new ArrayList<>(COLUMNS);
      columns.add(new TableFormat.Column("answer", TableFormat.Type.TEXT));
      for (String level : groups.levels()) {
        columns.add(new TableFormat.Column(level, TableFormat.Type.TEXT));
        columns.add(new TableFormat.Column(level + "_probability", TableFormat.Type.FLOAT));
      }
      Set<String> names = new HashSet<>();
      for (TableFormat.Column column : columns) {
        if (!names.add(column.name())) {
          throw KgCoopException.data(
              "--groups: the table would have two columns %s; rename this level in the file"
                  .formatted(column.name()));
        }
      }
      return columns;
    }

    /**
     * Writes the header of a CSV file. Spreadsheets cannot mistake a name for a formula.
     *
     * @param shown true if a terminal may show the output, so that control characters are replaced
     */
    static Table csv(Writer out, boolean shown, List<TableFormat.Column> columns) {
      // Unix line endings match other tools. A buffer would hold lines back from the writer.
      CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).bufferSize(0).build(out);
      csv.writeRecord(columns.stream().map(column -> cell(column.name(), shown)).toList());
      return new Table(
          values -> csv.writeRecord(values.stream().map(value -> cell(value, shown)).toList()),
          columns);
    }

    private static String cell(@Nullable Object value, boolean shown) {
      if (value instanceof String text) {
        return Messages.cell(shown ? Messages.line(text) : text);
      }
      return value == null ? "" : value.toString();
    }

    @Override
    public void answer(Prediction found) throws IOException {
      String image = found.image();
      Boolean accepted = found.accepted();
      int rank = 1;
      for (Answer each : found.classes()) {
        write(found, image, rank++, each.name(), each.index(), each.probability(), null, accepted);
      }
    }

    /** Writes a row with the groups of an image, or without groups if it is unreadable. */
    private void write(@Nullable Prediction prediction, @Nullable Object... first)
        throws IOException {
      List<@Nullable Object> values = new ArrayList<>(Arrays.asList(first));
      if (prediction != null && prediction.groups() != null) {
        values.add(prediction.answer());
        for (ClassGroups.Group each : prediction.groups()) {
          values.add(each.name());
          values.add(each.probability());
        }
      }
      while (values.size() < columns.size()) {
        values.add(null);
      }
      rows.take(values);
    }

    @Override
    public void problem(Path file, String reason) throws IOException {
      write(null, file.toString(), null, null, null, null, reason, null);
    }
  }

  /** A format with one JSON object per image. */
  record JsonLines(Writer out) implements AnswerForm {
    @Override
    public void answer(Prediction prediction) throws IOException {
      write(prediction);
    }

    @Override
    public void problem(Path file, String reason) throws IOException {
      write(new Skipped(file.toString(), reason));
    }

    private void write(Object line) throws IOException {
      out.write(Output.text(line, false) + "\n");
    }
  }

  /** A single JSON object with all images. */
  final class JsonObject implements AnswerForm {
    private record Result(List<Prediction> images, List<Skipped> skipped) {}

    private final Writer out;
    private final List<Prediction> all = new ArrayList<>();

    JsonObject(Writer out) {
      this.out = out;
    }

    @Override
    public void answer(Prediction prediction) {
      all.add(prediction);
    }

    @Override
    public void end(List<Skipped> skipped) throws IOException {
      out.write(Output.text(new Result(all, skipped), true) + "\n");
    }
  }
}
