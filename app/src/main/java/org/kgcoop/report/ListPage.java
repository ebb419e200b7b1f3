package org.kgcoop.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.kgcoop.report.Block.Figures;
import org.kgcoop.report.Block.Words;
import org.kgcoop.report.ProgressSection.Begun;
import org.kgcoop.runs.TableResults;

/** A page of what there is: lists whose names lead to pages of their own. */
public final class ListPage {
  private ListPage() {}

  /**
   * A list.
   *
   * @param corner what the names of its lines are
   * @param columns of numbers or short words
   * @param note said below it; may be empty
   */
  public record Listing(
      String heading, String corner, List<Column> columns, List<Line> lines, String note) {}

  /** A column; of numbers they stand at the right. */
  public record Column(String title, boolean numeric) {}

  /**
   * A line.
   *
   * @param link where its name leads; empty for nowhere
   * @param note said below its name; may be empty
   * @param entries one a column
   */
  public record Line(String name, String link, String note, List<String> entries) {}

  /**
   * A table or a run of which something is to come.
   *
   * @param link where its name leads
   * @param note said below its name; may be empty
   */
  public record UnderWay(Path folder, String name, String link, String note) {}

  /**
   * The page as HTML; a browser loads it again while something is under way.
   *
   * @param summary a sentence that says what is listed
   * @param underWay told first
   */
  public static String html(
      String title,
      String summary,
      List<UnderWay> underWay,
      List<Listing> listings,
      ReportPage.Back back) {
    List<Section> sections = new ArrayList<>();
    List<Table> tables = new ArrayList<>();
    List<Begun> runs = new ArrayList<>();
    for (UnderWay each : underWay) {
      if (Run.isOne(each.folder)) {
        runs.add(new Begun(new Run(each.folder), each.name, each.note, each.link));
      } else {
        TableResults.readSoFar(each.folder)
            .ifPresent(table -> tables.add(Table.of(table, each.folder, each.name)));
      }
    }
    ProgressSection.of(tables, runs, "").ifPresent(sections::add);
    for (Listing listing : listings) {
      List<Block> blocks = new ArrayList<>();
      blocks.add(new Figures(grid(listing)));
      if (!listing.note.isEmpty()) {
        blocks.add(new Words(listing.note));
      }
      sections.add(new Section("list-" + (sections.size() + 1), listing.heading, blocks));
    }
    return ReportPage.html(
        new Page(title, summary, sections, underWay.isEmpty() ? 0 : Page.REFRESH), back);
  }

  private static Grid grid(Listing listing) {
    List<Grid.Column> columns =
        IntStream.range(0, listing.columns.size())
            .mapToObj(
                i -> {
                  Column column = listing.columns.get(i);
                  return new Grid.Column(
                      column.title,
                      column.numeric,
                      listing.lines.stream()
                          .map(line -> Grid.Figure.of(line.entries.get(i)))
                          .toList());
                })
            .toList();
    return Grid.of(
        listing.heading,
        listing.corner,
        listing.lines.stream().map(Line::name).toList(),
        listing.lines.stream().map(Line::note).toList(),
        listing.lines.stream().map(Line::link).toList(),
        columns);
  }
}
