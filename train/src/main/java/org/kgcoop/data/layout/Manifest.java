package org.kgcoop.data.layout;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;
import org.kgcoop.data.UnicodeText;
import org.kgcoop.files.CsvFile;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.Folders;

/**
 * A list of images in CSV or JSON Lines, with {@code path} (relative to the manifest), {@code
 * label} (a class name) and {@code split} (train, val or test), in any case. If no image has a
 * split, the images are divided automatically. Other columns are ignored. Labels follow the sorted
 * class names.
 *
 * <p>Hugging Face's {@code metadata.csv} or {@code metadata.jsonl} is also such a list. It calls
 * the path {@code file_name}. If it has no split, the part is the folder train, val or test that
 * contains the list or the image.
 */
public final class Manifest {

  /** The CSV reader replaces bytes that are not UTF-8 by this character. */
  private static final char NO_CHARACTER = '\ufffd';

  private static final List<String> PATH = List.of("path", "file_name");
  private static final List<String> LABEL = List.of("label");
  private static final List<String> SPLIT = List.of("split");
  private static final List<String> METADATA = List.of("metadata.csv", "metadata.jsonl");
  private static final Pattern LABEL_IN_FIRST_LINE =
      Pattern.compile("(^|[,{\\s\ufeff])\"?label\"?\\s*([,:]|$)", Pattern.CASE_INSENSITIVE);

  /**
   * A line of the manifest.
   *
   * @param where the position of the line, for error messages
   * @param split empty if there is none
   */
  private record Row(String where, String key, Path image, String label, String split) {

    String part() {
      return switch (split.toLowerCase(Locale.ROOT)) {
        case "train" -> Parts.TRAIN;
        case "val", "valid", "validation" -> Parts.VAL;
        case "test" -> Parts.TEST;
        default ->
            throw KgCoopException.data(
                where + ": split \"" + split + "\"; expected train, val or test");
      };
    }

    Row withSplit(String newSplit) {
      return new Row(where, key, image, label, newSplit);
    }
  }

  private final Path file;
  private final String prefix; // of keys
  private final DataSetOptions options;

  private Manifest(Path file, String prefix, DataSetOptions options) {
    this.file = file;
    this.prefix = prefix;
    this.options = options;
  }

  public static DataSet read(Path file, DataSetOptions options) {
    return dataSet(new Manifest(file, "", options).rows(), file, options);
  }

  /**
   * Returns the data set of a folder with metadata, or of metadata in its parts; empty if there are
   * none with labels.
   */
  public static Optional<DataSet> ofMetadata(Path folder, DataSetOptions options) {
    List<Manifest> all =
        Stream.concat(
                metadata(folder, "", options),
                Folders.folders(folder).stream()
                    .filter(part -> ClassFolders.part(Folders.name(part)).isPresent())
                    .flatMap(part -> metadata(part, Folders.name(part) + "/", options)))
            .toList();
    List<Row> rows = new ArrayList<>();
    for (Manifest manifest : all) {
      if (manifest.hasLabels()) {
        manifest.rows().stream().map(Manifest::withSplitOfFolder).forEach(rows::add);
      } else {
        options.warn(manifest.file + ": no column file_name or label, so it defines no classes");
      }
    }
    if (rows.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        dataSet(rows, all.get(0).file, options).withTestImages(folder, options.warnings()));
  }

  private static Stream<Manifest> metadata(Path folder, String prefix, DataSetOptions options) {
    return METADATA.stream()
        .map(folder::resolve)
        .filter(Files::isRegularFile)
        .limit(1)
        .map(file -> new Manifest(file, prefix, options));
  }

  private boolean hasLabels() {
    try (BufferedReader reader = reader()) {
      String first = reader.readLine();
      return first != null && LABEL_IN_FIRST_LINE.matcher(first).find();
    } catch (IOException e) {
      throw FileErrors.unreadable(file, e);
    }
  }

  private static Row withSplitOfFolder(Row row) {
    String top = row.key().replaceFirst("^(\\./)*([^/]*)/.*", "$2");
    return row.split().isEmpty() ? row.withSplit(ClassFolders.part(top).orElse("")) : row;
  }

  private List<Row> rows() {
    boolean csv = Folders.name(file).toLowerCase(Locale.ROOT).endsWith(".csv");
    return csv ? csvRows() : jsonRows();
  }

  private static DataSet dataSet(List<Row> rows, Path file, DataSetOptions options) {
    if (rows.isEmpty()) {
      throw KgCoopException.data(file + ": it lists no images; expected path, label, split");
    }
    TreeSet<String> labels = new TreeSet<>();
    rows.forEach(row -> labels.add(row.label()));
    List<String> classes = List.copyOf(labels);
    List<String> names = ClassNames.of(Folders.parent(file), classes);
    boolean divided = rows.stream().anyMatch(row -> !row.split().isEmpty());
    List<Row> ordered =
        divided ? rows : rows.stream().sorted(Comparator.comparing(Row::key)).toList();
    return Parts.dataSet(
        options.nameOr(Folders.name(Folders.parent(file).normalize())),
        names,
        ordered.stream().map(row -> item(row, classes, names)).toList(),
        ordered.stream().map(row -> divided ? row.part() : "").toList(),
        options,
        file);
  }

  private static Item item(Row row, List<String> classes, List<String> names) {
    int label = Collections.binarySearch(classes, row.label());
    return new Item(row.key(), row.image(), label, names.get(label));
  }

  private List<Row> csvRows() {
    List<Row> rows = new ArrayList<>();
    int[] width = {0}; // CSV errors of the reader depend on the locale
    try {
      CsvFile.read(
          file,
          line -> {
            width[0] = width[0] == 0 ? line.getFieldCount() : width[0];
            rows.add(csvRow(line, width[0]));
          });
    } catch (IOException e) {
      throw FileErrors.unreadable(file, e);
    }
    return rows;
  }

  private Row csvRow(NamedCsvRecord line, int width) {
    long number = line.getStartingLineNumber();
    if (line.getFieldCount() != width) {
      throw problem(
          number,
          "not CSV with one header line: %s fields, %s in the lines before"
              .formatted(line.getFieldCount(), width));
    }
    Optional<String> path = column(line.getHeader().stream(), PATH);
    Optional<String> label = column(line.getHeader().stream(), LABEL);
    if (path.isEmpty() || label.isEmpty()) {
      throw problem(1, "columns " + line.getHeader() + "; expected path, label and split");
    }
    return row(
        number,
        path.flatMap(line::findField).orElse(""),
        label.flatMap(line::findField).orElse(""),
        column(line.getHeader().stream(), SPLIT).flatMap(line::findField).orElse(""));
  }

  /** Finds one of these columns, in any case. */
  private static Optional<String> column(Stream<String> columns, List<String> names) {
    return columns.filter(c -> names.contains(c.strip().toLowerCase(Locale.ROOT))).findFirst();
  }

  private BufferedReader reader() throws IOException {
    return new BufferedReader(
        new InputStreamReader(Folders.stream(file), StandardCharsets.UTF_8.newDecoder()));
  }

  private List<Row> jsonRows() {
    ObjectMapper mapper = new ObjectMapper();
    List<Row> rows = new ArrayList<>();
    try (BufferedReader reader = reader()) {
      int number = 0;
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        number++;
        if (!line.isBlank()) {
          rows.add(jsonRow(mapper, number, line.replace("\ufeff", "")));
        }
      }
    } catch (IOException e) {
      throw FileErrors.unreadable(file, e);
    }
    return rows;
  }

  private Row jsonRow(ObjectMapper mapper, int number, String line) {
    try {
      JsonNode node = mapper.readTree(line);
      JsonNode path = field(node, PATH);
      JsonNode label = field(node, LABEL);
      if (!path.isTextual() || !(label.isTextual() || label.isIntegralNumber())) {
        throw problem(number, "expected {\"path\": text, \"label\": text, \"split\": text}");
      }
      return row(number, path.textValue(), label.asText(), field(node, SPLIT).asText(""));
    } catch (JsonProcessingException e) {
      throw problem(number, "not JSON: " + e.getOriginalMessage().lines().findFirst().orElse(""));
    }
  }

  private static JsonNode field(JsonNode node, List<String> names) {
    Iterable<String> fields = node::fieldNames;
    return node.path(
        column(StreamSupport.stream(fields.spliterator(), false), names).orElse(names.get(0)));
  }

  private Row row(long number, String path, String label, String split) {
    if (path.isBlank() || label.isBlank()) {
      throw problem(number, "an empty " + (path.isBlank() ? "path" : "label"));
    }
    if ((path + label).indexOf(NO_CHARACTER) >= 0) {
      throw problem(number, "not UTF-8 text; save it as UTF-8");
    }
    try {
      UnicodeText.check("path", path);
      UnicodeText.check("label", label);
    } catch (KgCoopException e) {
      throw problem(number, String.valueOf(e.getMessage()));
    }
    return new Row(
        where(number),
        prefix + path.strip(),
        Folders.listed(
            Folders.parent(file), path.strip(), where(number), options.checks().allowOutside()),
        label.strip(),
        split.strip());
  }

  private String where(long line) {
    return file + ", line " + line;
  }

  private KgCoopException problem(long line, String what) {
    return KgCoopException.data(where(line) + ": " + what);
  }
}
