package org.kgcoop.report;

import java.util.List;
import org.kgcoop.report.chart.Drawing;

/** A part of a section. */
sealed interface Block {

  /** The charts in it. */
  default List<Chart> charts() {
    return List.of();
  }

  /** A paragraph. */
  record Words(String text) implements Block {}

  /** The heading of what follows. */
  record Heading(String text) implements Block {}

  /** A heading below that. */
  record Subheading(String text) implements Block {}

  /**
   * A chart.
   *
   * @param caption what it shows, in a sentence
   * @param legend names of the series, by color, "" for one that is not drawn; empty where there is
   *     nothing to tell apart
   * @param numbers what it shows, for those who do not see it
   */
  record Chart(String caption, Drawing drawing, List<String> legend, ReportTable numbers)
      implements Block {
    @Override
    public List<Chart> charts() {
      return List.of(this);
    }
  }

  /** Charts beside each other, where there is room. */
  record Charts(List<Chart> charts) implements Block {}

  /** A table. */
  record Figures(ReportTable grid) implements Block {}

  /** Terms and what is to be said of them. */
  record Entries(List<Entry> entries, boolean narrow) implements Block {}

  /** A term. */
  record Entry(String term, String text) {}

  /** Images. */
  record Gallery(List<Image> images) implements Block {}

  /**
   * A small image.
   *
   * @param source a data URI
   * @param name what the data set calls it
   */
  record Image(String source, String name, String caption) {}
}
