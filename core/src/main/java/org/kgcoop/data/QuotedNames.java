package org.kgcoop.data;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import java.util.List;
import java.util.Optional;

/** Class names in one line, with commas between them. A name with a comma is in double quotes. */
public final class QuotedNames {
  private QuotedNames() {}

  /**
   * Returns the names of a line, without spaces around them. Empty names are returned as such.
   * Nothing is returned if a quote does not enclose an entire name.
   */
  public static Optional<List<String>> parse(String line) {
    if (line.isBlank()) {
      return Optional.of(List.of());
    }
    if (line.chars().filter(c -> c == '"').count() % 2 != 0) {
      return Optional.empty();
    }
    try {
      CsvRecord names =
          CsvReader.builder()
              .allowExtraCharsAfterClosingQuote(false)
              .trimWhitespacesAroundQuotes(true)
              .ofSingleCsvRecord(line);
      List<String> stripped = names.getFields().stream().map(String::strip).toList();
      return stripped.stream().anyMatch(name -> name.contains("\""))
          ? Optional.empty()
          : Optional.of(stripped);
    } catch (CsvParseException e) {
      return Optional.empty();
    }
  }
}
