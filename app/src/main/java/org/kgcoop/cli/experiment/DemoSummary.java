package org.kgcoop.cli.experiment;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.kgcoop.method.CoOp;
import org.kgcoop.method.KgCoOp;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.tables.ProtocolTable;
import org.kgcoop.tables.ProtocolTable.Row;

/**
 * A summary of a base-to-new table in sentences. They compare CoOp with zero-shot CLIP, and KgCoOp
 * with CoOp. The numbers are rounded before they are subtracted, so that the printed numbers add
 * up.
 */
final class DemoSummary {
  private DemoSummary() {}

  /**
   * A change of the base and new accuracies.
   *
   * @param base the change on base classes in tenths of a point
   * @param unseen the change on new classes in tenths of a point
   */
  private record Change(long base, long unseen) {
    static Change of(Row from, Row to) {
      return new Change(
          Math.round(10 * (to.mean("base") - from.mean("base"))),
          Math.round(10 * (to.mean("new") - from.mean("new"))));
    }

    /** Describes the change, to follow the name of a method. */
    String text() {
      return "%s on base classes and %s on new ones".formatted(text(base), text(unseen));
    }

    private static String text(long tenths) {
      return (tenths < 0 ? "lost " : "gained ") + points(Math.abs(tenths));
    }
  }

  /** Returns the sentences, or an empty list if the table lacks one of the three methods. */
  static List<String> sentences(ProtocolTable table) {
    Optional<Row> zeroShot = row(table, ZeroShot.ID);
    Optional<Row> coOp = row(table, CoOp.ID);
    Optional<Row> kgCoOp = row(table, KgCoOp.ID);
    if (zeroShot.isEmpty() || coOp.isEmpty() || kgCoOp.isEmpty()) {
      return List.of();
    }
    Change free = Change.of(zeroShot.get(), coOp.get());
    Change regularized = Change.of(zeroShot.get(), kgCoOp.get());
    String kept = retained(-free.unseen, regularized.unseen - free.unseen);
    return List.of(
        "Against zero-shot CLIP, CoOp " + free.text() + ".",
        "KgCoOp " + regularized.text() + kept + ".");
  }

  /**
   * Describes how much of CoOp's loss on new classes KgCoOp avoids.
   *
   * @param lost the loss of CoOp in tenths of a point
   * @param more the lead of KgCoOp over CoOp in tenths of a point
   */
  private static String retained(long lost, long more) {
    if (lost <= 0) {
      return "";
    }
    String share = more <= 0 ? "none" : more >= lost ? "all" : points(more);
    return ": it kept %s of the %s points that CoOp lost there".formatted(share, points(lost));
  }

  private static String points(long tenths) {
    return String.format(Locale.ROOT, "%.1f", tenths / 10.0);
  }

  private static Optional<Row> row(ProtocolTable table, String method) {
    return table.rows().stream()
        .filter(row -> row.method().equals(method) && row.setting().isEmpty())
        .findFirst();
  }
}
