package org.kgcoop.files;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;

/**
 * CSV files of users, with the names of the columns in the first line. UTF-8. The separator is a
 * comma, or a semicolon, as spreadsheets of many countries write it.
 */
public final class CsvFile {
  private static final int MAX_HEADER = 1 << 16; // bytes

  private CsvFile() {}

  /**
   * Writes a file whole.
   *
   * @param lines the names of the columns, and then the fields of each line
   */
  public static void write(Path file, List<List<String>> lines) {
    AtomicFile.write(
        file,
        stream -> {
          CsvWriter csv =
              CsvWriter.builder()
                  .lineDelimiter(LineDelimiter.LF)
                  .build(new OutputStreamWriter(stream, StandardCharsets.UTF_8));
          lines.forEach(csv::writeRecord);
          csv.flush();
        });
  }

  /**
   * Reads the lines after the first one. A line may have fewer or more fields than the first one.
   *
   * @throws KgCoopException of the category DATA if the file is not CSV, or is too long
   * @throws IOException if the file cannot be read
   */
  public static void read(Path file, Consumer<NamedCsvRecord> lines) throws IOException {
    try (InputStream in = new BufferedInputStream(Folders.stream(file));
        CsvReader<NamedCsvRecord> reader =
            CsvReader.builder()
                .fieldSeparator(separator(in))
                .detectBomHeader(true)
                .allowMissingFields(true)
                .allowExtraFields(true)
                .ofNamedCsvRecord(in)) {
      reader.forEach(lines);
    } catch (CsvParseException e) {
      if (e.getCause() instanceof KgCoopException refused) {
        throw refused;
      }
      Throwable cause = e;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      String reason = Messages.firstLine(cause.getMessage(), cause);
      throw KgCoopException.data(file + ": not CSV with one header line: " + reason, e);
    } catch (UncheckedIOException e) {
      throw Objects.requireNonNull(e.getCause());
    }
  }

  /** Returns the separator of the first line, and leaves the stream at its start. */
  private static char separator(InputStream in) throws IOException {
    in.mark(MAX_HEADER);
    String start = new String(in.readNBytes(MAX_HEADER), StandardCharsets.UTF_8);
    in.reset();
    String header = start.lines().findFirst().orElse("");
    return header.contains(";") && !header.contains(",") ? ';' : ',';
  }
}
