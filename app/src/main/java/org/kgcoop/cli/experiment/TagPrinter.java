package org.kgcoop.cli.experiment;

import java.nio.file.Path;
import org.kgcoop.Messages;
import org.kgcoop.cli.console.Output;
import org.kgcoop.report.TagSentences;
import org.kgcoop.runs.TagRecord;

/** The printed result of an adaptation to tags. */
final class TagPrinter {
  private final Output output;

  TagPrinter(Output output) {
    this.output = output;
  }

  void print(TagRecord record, Path folder) {
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
    output.print("table: " + folder.resolve(TagRecord.TABLE));
    output.print("report: " + folder.resolve("report.html"));
    boolean isOpen = record.tags().stream().anyMatch(TagRecord.Result::needsAnswers);
    output.print(
        isOpen
            ? "next: write yes or no into %s, and run the command again"
                .formatted(folder.resolve("checks.csv"))
            : "next: ./kgcoop predict %s IMAGE...".formatted(folder));
  }
}
