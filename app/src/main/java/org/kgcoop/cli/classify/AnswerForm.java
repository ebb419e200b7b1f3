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
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.kgcoop.Messages;
import org.kgcoop.cli.classify.UnreadableImages.Skipped;
import org.kgcoop.cli.console.Output;
import org.kgcoop.io.TableFormat;
import org.kgcoop.runs.RunJson;

/** A format of predictions, which are written one image after the other. */
sealed interface AnswerForm {
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
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Prediction(
      String image, @Nullable Double threshold, @Nullable Boolean accepted, List<Answer> classes) {
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

  /** A format with one line per class: image, class, probability, and the mark if it is needed. */
  record Lines(Writer out) implements AnswerForm {
    @Override
    public void answer(Prediction prediction) throws IOException {
      for (Answer each : prediction.classes()) {
        out.write(
            String.format(
                Locale.ROOT,
                "%s\t%s\t%.4f%s%n",
                Messages.line(prediction.image()),
                Messages.line(each.label()),
                each.probability(),
                prediction.isMarked() ? "\t" + BELOW : ""));
      }
    }
  }

  /** A table with one row per class, and one per unreadable image. */
  record Table(TableFormat.Row row) implements AnswerForm {
    static final List<TableFormat.Column> COLUMNS =
        List.of(
            new TableFormat.Column("image", TableFormat.Type.TEXT),
            new TableFormat.Column("rank", TableFormat.Type.INTEGER),
            new TableFormat.Column("class", TableFormat.Type.TEXT),
            new TableFormat.Column("index", TableFormat.Type.INTEGER),
            new TableFormat.Column("probability", TableFormat.Type.FLOAT),
            new TableFormat.Column("problem", TableFormat.Type.TEXT),
            new TableFormat.Column("accepted", TableFormat.Type.BOOLEAN));

    /**
     * Writes the header of a CSV file. Spreadsheets cannot mistake a name for a formula.
     *
     * @param shown true if a terminal may show the output, so that control characters are replaced
     */
    static Table csv(Writer out, boolean shown) {
      // Unix line endings match other tools. A buffer would hold lines back from the writer.
      CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).bufferSize(0).build(out);
      csv.writeRecord(COLUMNS.stream().map(TableFormat.Column::name).toList());
      return new Table(
          values -> csv.writeRecord(values.stream().map(value -> cell(value, shown)).toList()));
    }

    private static String cell(@Nullable Object value, boolean shown) {
      if (value instanceof String text) {
        return Messages.cell(shown ? Messages.line(text) : text);
      }
      return value == null ? "" : value.toString();
    }

    @Override
    public void answer(Prediction prediction) throws IOException {
      int rank = 1;
      for (Answer each : prediction.classes()) {
        row.take(
            Arrays.asList(
                prediction.image(),
                rank++,
                each.name(),
                each.index(),
                each.probability(),
                null,
                prediction.accepted()));
      }
    }

    @Override
    public void problem(Path file, String reason) throws IOException {
      row.take(Arrays.asList(file.toString(), null, null, null, null, reason, null));
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
      out.write(Output.text(RunJson.tree(line), false) + "\n");
    }
  }

  /** A single JSON object with all images. */
  final class Json implements AnswerForm {
    private record Result(List<Prediction> images, List<Skipped> skipped) {}

    private final Writer out;
    private final List<Prediction> all = new ArrayList<>();

    Json(Writer out) {
      this.out = out;
    }

    @Override
    public void answer(Prediction prediction) {
      all.add(prediction);
    }

    @Override
    public void end(List<Skipped> skipped) throws IOException {
      out.write(Output.text(RunJson.tree(new Result(all, skipped)), true) + "\n");
    }
  }
}
