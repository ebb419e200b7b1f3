package org.kgcoop.corpus;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.TreeSet;
import org.kgcoop.files.AtomicFile;

/**
 * The credits that the licenses require: author, terms, and changes to the drawings of each set.
 */
final class Credits {

  private static final String HEADER = "set\tauthor\turl\tlicense\tlicense url\tchanges";

  private Credits() {}

  /** Returns a table with tabs and one line per set. */
  static String table(IconPackage icons, Collection<String> prefixes) {
    StringBuilder table = new StringBuilder(HEADER).append('\n');
    for (String prefix : new TreeSet<>(prefixes)) {
      IconPackage.Credit credit = icons.credit(prefix);
      table
          .append(
              String.join(
                  "\t",
                  credit.title() + " (" + prefix + ")",
                  credit.author(),
                  credit.url(),
                  credit.license(),
                  credit.licenseUrl(),
                  "rendered to 64x64 bitmaps"))
          .append('\n');
    }
    return table.toString();
  }

  static void write(Path file, IconPackage icons, Collection<String> prefixes) {
    byte[] bytes = table(icons, prefixes).getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(file, out -> out.write(bytes));
  }
}
