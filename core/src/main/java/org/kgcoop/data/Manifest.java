package org.kgcoop.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.TreeSet;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;

/**
 * A list of pictures as CSV or as a JSON object a line, with {@code path} (relative to the
 * manifest), {@code label} (a class name) and {@code split} (train, val or test). Without any split
 * the pictures are divided here. Other columns are left alone. Labels follow the sorted class
 * names.
 */
final class Manifest {

  /**
   * A line of the manifest.
   *
   * @param split empty where none is given
   */
  private record Row(long line, String path, String label, String split) {}

  private final Path file;
  private final DataSetOptions options;

  private Manifest(Path file, DataSetOptions options) {
    this.file = file;
    this.options = options;
  }

  static DataSet read(Path file, DataSetOptions options) {
    return new Manifest(file, options).read();
  }

  private DataSet read() {
    boolean csv = Folders.name(file).toLowerCase(Locale.ROOT).endsWith(".csv");
    List<Row> rows = csv ? csvRows() : jsonRows();
    if (rows.isEmpty()) {
      throw KgCoopException.data(file + ": it lists no pictures; expected path, label, split");
    }
    TreeSet<String> labels = new TreeSet<>();
    rows.forEach(row -> labels.add(row.label()));
    List<String> classes = List.copyOf(labels);
    List<String> names = ClassNames.of(Folders.parent(file), classes, options);
    String given = options.name();
    String name = given != null ? given : nameOfFolder();
    if (rows.stream().allMatch(row -> row.split().isEmpty())) {
      return AutomaticSplit.of(
          name, names, byLabel(rows, classes, names), options.splitSeed(), file);
    }
    List<Item> train = new ArrayList<>();
    List<Item> val = new ArrayList<>();
    List<Item> test = new ArrayList<>();
    for (Row row : rows) {
      Item item = item(row, classes, names);
      switch (row.split().toLowerCase(Locale.ROOT)) {
        case "train" -> train.add(item);
        case "val", "valid", "validation" -> val.add(item);
        case "test" -> test.add(item);
        default ->
            throw problem(row.line(), "split \"" + row.split() + "\"; expected train, val or test");
      }
    }
    return new DataSet(name, names, train, val, test, null);
  }

  private String nameOfFolder() {
    return Folders.name(Folders.parent(file).normalize());
  }

  private static List<List<Item>> allEmpty(int count) {
    List<List<Item>> lists = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      lists.add(new ArrayList<>());
    }
    return lists;
  }

  private List<List<Item>> byLabel(List<Row> rows, List<String> classes, List<String> names) {
    List<List<Item>> byLabel = allEmpty(classes.size());
    for (Row row : rows) {
      Item item = item(row, classes, names);
      byLabel.get(item.label()).add(item);
    }
    byLabel.forEach(items -> items.sort(Comparator.comparing(Item::key)));
    return byLabel;
  }

  private Item item(Row row, List<String> classes, List<String> names) {
    int label = Collections.binarySearch(classes, row.label());
    String where = file + ", line " + row.line();
    Path picture = Folders.resolve(Folders.parent(file), row.path(), where);
    return new Item(row.path(), picture, label, names.get(label));
  }

  private List<Row> csvRows() {
    List<Row> rows = new ArrayList<>();
    try (CsvReader<NamedCsvRecord> reader =
        CsvReader.builder()
            .detectBomHeader(true)
            .allowMissingFields(true)
            .allowExtraFields(true)
            .ofNamedCsvRecord(file)) {
      int width = 0; // the reader's own words for a wrong one depend on the locale
      for (NamedCsvRecord line : reader) {
        long number = line.getStartingLineNumber();
        width = width == 0 ? line.getFieldCount() : width;
        if (line.getFieldCount() != width) {
          throw problem(
              number,
              "not CSV with one header line: %s fields, %s in the lines before"
                  .formatted(line.getFieldCount(), width));
        }
        if (!line.getHeader().containsAll(List.of("path", "label"))) {
          throw problem(1, "columns " + line.getHeader() + "; expected path, label and split");
        }
        rows.add(
            row(
                number,
                line.findField("path").orElse(""),
                line.findField("label").orElse(""),
                line.findField("split").orElse("")));
      }
    } catch (CsvParseException e) {
      Throwable cause = e; // the outermost says where, the innermost what
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      String reason = Messages.firstLine(cause.getMessage(), cause);
      throw KgCoopException.data(file + ": not CSV with one header line: " + reason, e);
    } catch (UncheckedIOException e) {
      throw unreadable(Objects.requireNonNull(e.getCause()));
    } catch (IOException e) {
      throw unreadable(e);
    }
    return rows;
  }

  private List<Row> jsonRows() {
    ObjectMapper mapper = new ObjectMapper();
    List<Row> rows = new ArrayList<>();
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      int number = 0;
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        number++;
        if (!line.isBlank()) {
          rows.add(jsonRow(mapper, number, line.replace("\ufeff", "")));
        }
      }
    } catch (IOException e) {
      throw unreadable(e);
    }
    return rows;
  }

  private Row jsonRow(ObjectMapper mapper, int number, String line) {
    try {
      JsonNode node = mapper.readTree(line);
      if (!node.path("path").isTextual() || !node.path("label").isTextual()) {
        throw problem(number, "expected {\"path\": text, \"label\": text, \"split\": text}");
      }
      return row(
          number,
          node.path("path").textValue(),
          node.path("label").textValue(),
          node.path("split").asText(""));
    } catch (JsonProcessingException e) {
      throw problem(number, "not JSON: " + e.getOriginalMessage().lines().findFirst().orElse(""));
    }
  }

  private Row row(long number, String path, String label, String split) {
    if (path.isBlank() || label.isBlank()) {
      throw problem(number, "an empty " + (path.isBlank() ? "path" : "label"));
    }
    return new Row(number, path.strip(), label.strip(), split.strip());
  }

  private KgCoopException unreadable(IOException e) {
    return KgCoopException.io(file + ": cannot be read: " + Messages.reason(e), e);
  }

  private KgCoopException problem(long line, String what) {
    return KgCoopException.data(file + ", line " + line + ": " + what);
  }
}
