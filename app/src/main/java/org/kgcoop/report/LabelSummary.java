package org.kgcoop.report;

import java.util.List;
import org.kgcoop.Messages;
import org.kgcoop.report.Section.Entry;

/**
 * What the report of a labeled folder says about its labels.
 *
 * @param sentences about the accuracy
 * @param classes who labeled how many images
 * @param skipped the number of undecided images
 * @param unreadable the images that were left out
 */
public record LabelSummary(
    List<String> sentences, List<ClassRow> classes, int skipped, List<String> unreadable) {
  private static final int MAX_NAMES = 20;

  public LabelSummary {
    sentences = List.copyOf(sentences);
    classes = List.copyOf(classes);
    unreadable = List.copyOf(unreadable);
  }

  /** The images of a class, by who labeled them. */
  public record ClassRow(String name, int byYou, int byProgram) {}

  /** Returns the section about the labels. */
  Section section() {
    Section section = new Section("labels", "The labels of the folder");
    sentences.forEach(section::words);
    section.table(
        new ReportTable<>("Who labeled the images", "class", classes, ClassRow::name)
            .numbers("by you", ClassRow::byYou, SeriesGrid::number)
            .numbers("by the program", ClassRow::byProgram, SeriesGrid::number));
    section.entries(
        true,
        new Entry("skipped", skipped == 0 ? "" : Messages.count(skipped, "image", "images")),
        new Entry("unreadable", Formats.firstOf(unreadable, MAX_NAMES)));
    return section;
  }
}
