package org.kgcoop.report;

import java.util.ArrayList;
import java.util.List;
import org.kgcoop.Messages;
import org.kgcoop.report.Block.Entries;
import org.kgcoop.report.Block.Entry;
import org.kgcoop.report.Block.Figures;
import org.kgcoop.report.Block.Words;

/** The labels of a folder: how many are right, and who gave them. */
final class LabelSection {
  private static final int MAX_NAMES = 20;

  private LabelSection() {}

  static Section of(LabelSummary summary) {
    List<Block> blocks = new ArrayList<>();
    summary.sentences().forEach(sentence -> blocks.add(new Words(sentence)));
    blocks.add(
        new Figures(
            ReportTable.of(
                    "Who labeled the images",
                    "class",
                    summary.classes(),
                    LabelSummary.ClassRow::name)
                .numbers("by you", each -> (double) each.byYou(), SeriesGrid::number)
                .numbers("by the program", each -> (double) each.byProgram(), SeriesGrid::number)
                .build()));
    List<Entry> left = new ArrayList<>();
    if (summary.skipped() > 0) {
      left.add(new Entry("skipped", Messages.count(summary.skipped(), "image", "images")));
    }
    if (!summary.unreadable().isEmpty()) {
      left.add(new Entry("unreadable", Formats.firstOf(summary.unreadable(), MAX_NAMES)));
    }
    if (!left.isEmpty()) {
      blocks.add(new Entries(left, true));
    }
    return new Section("labels", "The labels of the folder", blocks);
  }
}
