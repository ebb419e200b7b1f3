package org.kgcoop.cli.experiment;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.kgcoop.Messages;
import org.kgcoop.cli.console.Output;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.report.TagSentences;
import org.kgcoop.runs.TagRecord;
import org.kgcoop.tags.LearnedTag;

/** The printed result of an adaptation to tags, and its table {@code tags.csv}. */
final class TagPrinter {
  private final Output output;

  TagPrinter(Output output) {
    this.output = output;
  }

  void print(TagRecord record, Path folder) {
    Path table = folder.resolve("tags.csv");
    AtomicFile.write(
        table, stream -> write(record, new OutputStreamWriter(stream, StandardCharsets.UTF_8)));
    output.json(record);
    TagSentences sentences = new TagSentences(record);
    output.print(sentences.learnedFrom());
    if (!record.without().isEmpty()) {
      output.warn(
          "no image that was learned from has the tag, so it is left out: "
              + Messages.firstOf(record.without()));
    }
    sentences.tags().forEach(output::print);
    sentences.end().forEach(output::print);
    record.images().unreadable().forEach(output::error);
    output.print("classifier: " + folder.resolve("classifier.safetensors"));
    output.print("table: " + table);
    output.print("report: " + folder.resolve("report.html"));
    boolean isOpen =
        record.tags().stream()
            .anyMatch(each -> each.check() != null && !each.check().open().isEmpty());
    output.print(
        isOpen
            ? "next: write yes or no into %s, and run the command again"
                .formatted(folder.resolve("checks.csv"))
            : "next: ./kgcoop predict %s IMAGE...".formatted(folder));
  }

  private static void write(TagRecord record, OutputStreamWriter to) throws IOException {
    CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(to);
    csv.writeRecord(
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
    for (TagRecord.Result each : record.tags()) {
      LearnedTag tag = each.tag();
      csv.writeRecord(
          Messages.cell(tag.name()),
          String.valueOf(tag.by().isWritten()),
          tag.by().id(),
          text(tag.promise()),
          text(tag.finds()),
          number(tag.threshold()),
          text(tag.images()),
          text(each.positives()),
          number(each.effectivePositives()),
          String.valueOf(tag.unknown()));
    }
    csv.flush();
  }

  private static String text(@Nullable Integer value) {
    return value == null ? "" : value.toString();
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.6g", value);
  }
}
