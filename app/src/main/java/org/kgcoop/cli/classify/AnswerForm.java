package org.kgcoop.cli.classify;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.kgcoop.Messages;
import org.kgcoop.cli.classify.UnreadableImages.Skipped;
import org.kgcoop.cli.console.Output;
import org.kgcoop.runs.RunJson;

/** A format of predictions, which are written one image after the other. */
sealed interface AnswerForm {
  /** The answer if no class reaches the threshold. */
  String NONE = "none of these";

  /** The index of the answer {@link #NONE}. */
  int NO_INDEX = -1;

  /**
   * A predicted class of an image.
   *
   * @param label the name of the class, followed by its index if two classes have the same name
   */
  record Answer(
      @JsonProperty("class") String name, int index, float probability, @JsonIgnore String label) {}

  /** An image with its classes, as JSON. */
  record Prediction(String image, List<Answer> classes) {
    static Prediction of(Path file, List<Answer> answers) {
      return new Prediction(file.toString(), answers);
    }
  }

  /** Writes the beginning of the output. */
  default void begin(Writer out) throws IOException {}

  /** Writes the classes of an image, the most probable first. */
  void answer(Path file, List<Answer> answers, Writer out) throws IOException;

  /** Writes the reason why an image could not be read. */
  default void problem(Path file, String reason, Writer out) throws IOException {}

  /**
   * Writes the end of the output.
   *
   * @param skipped the images that could not be read
   */
  default void end(List<Skipped> skipped, Writer out) throws IOException {}

  /** A format with one line per class: image, class and probability. */
  record Lines() implements AnswerForm {
    @Override
    public void answer(Path file, List<Answer> answers, Writer out) throws IOException {
      for (Answer each : answers) {
        out.write(
            String.format(
                Locale.ROOT,
                "%s\t%s\t%.4f%n",
                Messages.line(file.toString()),
                Messages.line(each.label()),
                each.probability()));
      }
    }
  }

  /**
   * A CSV file with a header and one line per class. Spreadsheets cannot mistake a name for a
   * formula.
   *
   * @param shown true if a terminal may show the output, so that control characters are replaced
   */
  record Csv(boolean shown) implements AnswerForm {
    @Override
    public void begin(Writer out) throws IOException {
      writeRow(out, "image", "rank", "class", "index", "probability", "problem");
    }

    @Override
    public void answer(Path file, List<Answer> answers, Writer out) throws IOException {
      for (int i = 0; i < answers.size(); i++) {
        Answer each = answers.get(i);
        writeRow(
            out,
            cell(file.toString()),
            String.valueOf(i + 1),
            cell(each.name()),
            String.valueOf(each.index()),
            Float.toString(each.probability()),
            "");
      }
    }

    @Override
    public void problem(Path file, String reason, Writer out) throws IOException {
      writeRow(out, cell(file.toString()), "", "", "", "", cell(reason));
    }

    private String cell(String text) {
      return Messages.cell(shown ? Messages.line(text) : text);
    }

    private static void writeRow(Writer out, String... cells) throws IOException {
      // Unix line endings match other tools. A buffer would hold lines back from the writer.
      CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).bufferSize(0).build(out);
      csv.writeRecord(cells);
    }
  }

  /** A format with one JSON object per image. */
  record JsonLines() implements AnswerForm {
    @Override
    public void answer(Path file, List<Answer> answers, Writer out) throws IOException {
      write(Prediction.of(file, answers), out);
    }

    @Override
    public void problem(Path file, String reason, Writer out) throws IOException {
      write(new Skipped(file.toString(), reason), out);
    }

    private static void write(Object line, Writer out) throws IOException {
      out.write(Output.text(RunJson.tree(line), false) + "\n");
    }
  }

  /** A single JSON object with all images. */
  final class Json implements AnswerForm {
    private record Result(List<Prediction> images, List<Skipped> skipped) {}

    private final List<Prediction> all = new ArrayList<>();

    @Override
    public void answer(Path file, List<Answer> answers, Writer out) {
      all.add(Prediction.of(file, answers));
    }

    @Override
    public void end(List<Skipped> skipped, Writer out) throws IOException {
      out.write(Output.text(RunJson.tree(new Result(all, skipped)), true) + "\n");
    }
  }
}
