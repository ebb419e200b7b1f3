package org.kgcoop.cli.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.kgcoop.method.CoOp;
import org.kgcoop.method.KgCoOp;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.runs.TableResults;
import org.kgcoop.runs.TableResults.Row;

/**
 * A base-to-new table in sentences: what CoOp gained and lost against zero-shot CLIP, and what
 * KgCoOp kept of it. Their numbers are rounded first, so that they add up as they stand.
 */
final class DemoSummary {
  private DemoSummary() {}

  /**
   * A change of both accuracies.
   *
   * @param base in tenths of a point
   * @param unseen the same on new classes
   */
  private record Change(long base, long unseen) {
    static Change of(Row from, Row to) {
      return new Change(
          Math.round(10 * (to.mean("base") - from.mean("base"))),
          Math.round(10 * (to.mean("new") - from.mean("new"))));
    }

    /** The change after the name of a method. */
    String text() {
      return "%s on base classes and %s on new ones".formatted(text(base), text(unseen));
    }

    private static String text(long tenths) {
      return (tenths < 0 ? "lost " : "gained ") + points(Math.abs(tenths));
    }
  }

  /** The sentences; none where the table lacks one of the three methods. */
  static List<String> sentences(TableResults table) {
    Optional<Row> zeroShot = row(table, ZeroShot.ID);
    Optional<Row> coOp = row(table, CoOp.ID);
    Optional<Row> kgCoOp = row(table, KgCoOp.ID);
    if (zeroShot.isEmpty() || coOp.isEmpty() || kgCoOp.isEmpty()) {
      return List.of();
    }
    Change free = Change.of(zeroShot.get(), coOp.get());
    Change held = Change.of(zeroShot.get(), kgCoOp.get());
    List<String> sentences = new ArrayList<>();
    sentences.add("Against zero-shot CLIP, CoOp " + free.text() + ".");
    sentences.add("KgCoOp " + held.text() + kept(-free.unseen, held.unseen - free.unseen) + ".");
    return sentences;
  }

  /**
   * The part that was kept on new classes.
   *
   * @param lost by CoOp, in tenths of a point
   * @param more what KgCoOp has more than CoOp
   */
  private static String kept(long lost, long more) {
    if (lost <= 0) {
      return "";
    }
    String kept = more <= 0 ? "none" : more >= lost ? "all" : points(more);
    return ": it kept %s of the %s points that CoOp lost there".formatted(kept, points(lost));
  }

  private static String points(long tenths) {
    return String.format(Locale.ROOT, "%.1f", tenths / 10.0);
  }

  private static Optional<Row> row(TableResults table, String method) {
    return table.rows().stream()
        .filter(row -> row.method().equals(method) && row.setting().isEmpty())
        .findFirst();
  }
}
