package org.kgcoop.export;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.kgcoop.Messages;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.formats.FeatureFormat;
import org.kgcoop.formats.FeatureTable;

/**
 * CSV with one line per row: the name, then E numbers, which are exact when read as float32. A name
 * that a spreadsheet would treat as a formula gets a leading apostrophe.
 */
final class CsvFeatures implements FeatureFormat {
  @Override
  public String id() {
    return "csv";
  }

  @Override
  public void write(Path file, FeatureTable table) {
    AtomicFile.write(
        AtomicFile.destination(file),
        out -> {
          CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(out);
          csv.writeRecord(header(table.column(), "feature_", table.width()));
          table.rows().each((name, feature) -> csv.writeRecord(line(name, feature)));
          csv.flush();
        });
  }

  /** Returns the names of the columns of a name and numbers. */
  static List<String> header(String name, String column, int width) {
    List<String> header = new ArrayList<>(List.of(name));
    for (int i = 1; i <= width; i++) {
      header.add(column + i);
    }
    return header;
  }

  /** Returns a name and numbers, which are exact when read as float32. */
  static List<String> line(String name, float... values) {
    List<String> line = new ArrayList<>(List.of(Messages.cell(name)));
    for (float value : values) {
      line.add(Float.toString(value));
    }
    return line;
  }
}
