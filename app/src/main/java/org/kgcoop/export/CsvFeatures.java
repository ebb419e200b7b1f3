package org.kgcoop.export;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.kgcoop.Messages;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.io.FeatureFormat;
import org.kgcoop.io.FeatureTable;

/**
 * A line a row: its name, then E numbers, which read back as float32 are the same. A name that a
 * spreadsheet would take for a formula has a ' before it.
 */
final class CsvFeatures implements FeatureFormat {
  @Override
  public String id() {
    return "csv";
  }

  @Override
  public void write(Path file, FeatureTable table) {
    AtomicFile.write(
        file,
        out -> {
          // The writer belongs to the file, which is closed by whoever opened it.
          OutputStreamWriter text = new OutputStreamWriter(out, StandardCharsets.UTF_8);
          CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(text);
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
          text.flush();
        });
  }
}
