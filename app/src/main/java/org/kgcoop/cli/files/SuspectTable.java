package org.kgcoop.cli.files;

import static org.kgcoop.cli.console.TextTable.left;
import static org.kgcoop.cli.console.TextTable.right;

import java.util.List;
import java.util.Locale;
import org.kgcoop.cli.console.TextTable;
import org.kgcoop.runs.AdaptRecord;

/** A text table of images that may have a wrong label. */
public final class SuspectTable {
  private static final int MOST = 20;

  private SuspectTable() {}

  /** Returns the most suspect images, with the given and the likely label. */
  public static String of(List<AdaptRecord.Suspect> suspects) {
    return TextTable.of(
        suspects.subList(0, Math.min(MOST, suspects.size())),
        List.of(
            left("image", AdaptRecord.Suspect::image),
            left("given label", AdaptRecord.Suspect::given),
            left("likely label", AdaptRecord.Suspect::likely),
            right(
                "probability of the given, %",
                suspect -> String.format(Locale.ROOT, "%.1f", 100 * suspect.confidence()))));
  }
}
