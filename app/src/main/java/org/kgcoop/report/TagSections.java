package org.kgcoop.report;

import java.nio.file.Path;
import java.util.List;
import org.kgcoop.runs.TagRecord;
import org.kgcoop.runs.TagRecord.Result;

/** The page of an adaptation to tags. */
final class TagSections {
  private TagSections() {}

  static Page page(TagRecord record) {
    TagSentences sentences = new TagSentences(record);
    return new Page(
        "Tags of " + record.settings().data(),
        sentences.learnedFrom(),
        List.of(checks(record), tags(record, sentences)),
        List.of());
  }

  private static Section checks(TagRecord record) {
    Section section = new Section("checks", "Images to check");
    EmbeddedImages thumbnails = new EmbeddedImages(List.of());
    for (Result each : record.tags()) {
      if (each.check() != null && each.needsAnswers()) {
        section.heading(each.tag().name());
        section.words("Write yes or no into the row of each image in checks.csv.");
        section.gallery(
            each.check().open().stream()
                .map(
                    file -> // the caption is its name in the file
                    new Section.Image(thumbnails.thumbnail(Path.of(file)).orElse(""), file, file))
                .toList());
      }
    }
    return section;
  }

  private static Section tags(TagRecord record, TagSentences sentences) {
    Section section = new Section("tags", "Tags");
    sentences.end().forEach(section::words);
    section.table(
        new ReportTable<>(
                "Tags and their promises", "tag", record.tags(), each -> each.tag().name())
            .notes(sentences::promise)
            .numbers("images that have it", Result::positives, SeriesGrid::number));
    return section;
  }
}
