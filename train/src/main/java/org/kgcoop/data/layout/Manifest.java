package org.kgcoop.data.layout;

import com.fasterxml.jackson.core.JsonProcessingException;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.LineNumberReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;
import org.kgcoop.data.UnicodeText;
import org.kgcoop.files.CsvFile;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.Folders;
import org.kgcoop.files.Json;

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
  private record ListedImage(String where, String key, Path image, String label, String split) {

    String part() {
      return ClassFolders.part(split)
          .orElseThrow(
              () ->
                  KgCoopException.data(
                      where + ": split \"" + split + "\"; expected train, val or test"));
    }
  }

  private final Path file;
  private final @Nullable String prefix; // of the keys of metadata
  private final DataSetOptions options;
  private int width; // fields of the first line of a CSV file after the header

  private Manifest(Path file, @Nullable String prefix, DataSetOptions options) {
    this.file = file;
    this.prefix = prefix;
    this.options = options;
  }

  public static DataSet read(Path file, DataSetOptions options) {
    return dataSet(new Manifest(file, null, options).rows(), file, options);
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
    List<ListedImage> rows = new ArrayList<>();
    for (Manifest manifest : all) {
      if (manifest.hasLabels()) {
        rows.addAll(manifest.rows());
      } else {
        options.warn(manifest.file + ": no column file_name or label, so it defines no classes");
      }
    }
    return rows.isEmpty()
        ? Optional.empty()
        : Optional.of(
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

  private LineNumberReader reader() throws IOException {
    return new LineNumberReader(
        new InputStreamReader(Folders.stream(file), StandardCharsets.UTF_8.newDecoder()));
  }

  private static DataSet dataSet(List<ListedImage> rows, Path file, DataSetOptions options) {
    if (rows.isEmpty()) {
      throw KgCoopException.data(file + ": it lists no images; expected path, label, split");
    }
    List<String> classes = rows.stream().map(ListedImage::label).distinct().sorted().toList();
    List<String> names = ClassNames.of(Folders.parent(file), classes);
    boolean divided = rows.stream().anyMatch(row -> !row.split().isEmpty());
    List<Parts.Placed> images = new ArrayList<>();
    for (ListedImage row : rows) {
      int label = Collections.binarySearch(classes, row.label());
      Item item = new Item(row.key(), row.image(), label, names.get(label));
      images.add(new Parts.Placed(item, divided ? row.part() : ""));
    }
    if (!divided) {
      images.sort(Comparator.comparing(image -> image.item().key()));
    }
    String name = options.nameOr(Folders.name(Folders.parent(file).normalize()));
    return Parts.dataSet(name, names, images, options, file);
  }

  private List<ListedImage> rows() {
    List<ListedImage> rows = new ArrayList<>();
    try {
      if (Folders.name(file).toLowerCase(Locale.ROOT).endsWith(".csv")) {
        CsvFile.read(file, line -> rows.add(csvRow(line)));
        return rows;
      }
      try (LineNumberReader reader = reader()) {
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
          if (!line.isBlank()) {
            rows.add(jsonRow(reader.getLineNumber(), line.replace("\ufeff", "")));
          }
        }
      }
      return rows;
    } catch (IOException e) {
      throw FileErrors.unreadable(file, e);
    }
  }

  private ListedImage csvRow(NamedCsvRecord line) {
    long number = line.getStartingLineNumber();
    width = width == 0 ? line.getFieldCount() : width;
    if (line.getFieldCount() != width) { // CSV errors of the reader depend on the locale
      throw problem(
          number,
          "not CSV with one header line: %s fields, %s in the lines before"
              .formatted(line.getFieldCount(), width));
    }
    Optional<String> path = column(line.getHeader(), PATH);
    Optional<String> label = column(line.getHeader(), LABEL);
    if (path.isEmpty() || label.isEmpty()) {
      throw problem(1, "columns " + line.getHeader() + "; expected path, label and split");
    }
    return row(
        number,
        path.flatMap(line::findField).orElse(""),
        label.flatMap(line::findField).orElse(""),
        column(line.getHeader(), SPLIT).flatMap(line::findField).orElse(""));
  }

  /** Finds one of these columns, in any case. */
  private static Optional<String> column(Collection<?> columns, List<String> names) {
    return columns.stream()
        .map(String::valueOf)
        .filter(column -> names.contains(column.strip().toLowerCase(Locale.ROOT)))
        .findFirst();
  }

  private ListedImage jsonRow(int number, String line) {
    try {
      Map<?, ?> fields =
          Json.LENIENT.readValue(line, Object.class) instanceof Map<?, ?> map ? map : Map.of();
      Object path = field(fields, PATH);
      Object label = field(fields, LABEL);
      if (path instanceof String key
          && (label instanceof String || (label instanceof Number && !(label instanceof Double)))) {
        String split = Objects.toString(field(fields, SPLIT), "");
        return row(number, key, String.valueOf(label), split);
      }
      throw problem(number, "expected {\"path\": text, \"label\": text, \"split\": text}");
    } catch (JsonProcessingException e) {
      throw problem(number, "not JSON: " + e.getOriginalMessage().lines().findFirst().orElse(""));
    }
  }

  private static @Nullable Object field(Map<?, ?> fields, List<String> names) {
    return column(fields.keySet(), names).<Object>map(fields::get).orElse(null);
  }

  private ListedImage row(long number, String path, String label, String split) {
    if (path.isBlank() || label.isBlank()) {
      throw problem(number, "an empty " + (path.isBlank() ? "path" : "label"));
    }
    if ((path + label).indexOf(NO_CHARACTER) >= 0) {
      throw problem(number, "not UTF-8 text; save it as UTF-8");
    }
    String where = where(number);
    UnicodeText.checkIn(where, "path", path);
    UnicodeText.checkIn(where, "label", label);
    String key = (prefix == null ? "" : prefix) + path.strip();
    String top = key.replaceFirst("^(\\./)*([^/]*)/.*", "$2"); // of metadata, it can be the part
    return new ListedImage(
        where,
        key,
        Folders.listed(Folders.parent(file), path.strip(), where, options.allowOutside()),
        label.strip(),
        prefix == null || !split.isBlank() ? split.strip() : ClassFolders.part(top).orElse(""));
  }

  private String where(long line) {
    return file + ", line " + line;
  }

  private KgCoopException problem(long line, String what) {
    return KgCoopException.data(where(line) + ": " + what);
  }
}
