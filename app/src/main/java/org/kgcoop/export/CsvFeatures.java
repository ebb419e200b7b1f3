package org.kgcoop.export;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.kgcoop.Messages;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.io.FeatureFormat;
import org.kgcoop.io.FeatureTable;

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
          List<String> line = new ArrayList<>(List.of(table.column()));
          for (int i = 1; i <= table.width(); i++) {
            line.add("feature_" + i);
          }
          csv.writeRecord(line);
          table
              .rows()
              .each(
                  (name, feature) -> {
                    line.clear();
                    line.add(Messages.cell(name));
                    for (float value : feature) {
                      line.add(Float.toString(value));
                    }
                    csv.writeRecord(line);
                  });
          csv.flush();
        });
  }
}
