package org.kgcoop.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;

/**
 * Opens a data set from where it lies and finds out its layout:
 *
 * <ol>
 *   <li>one of the {@link PublishedDataSets}, whole and in a folder of its name;
 *   <li>a split file {@code split_zhou_NAME.json}, or a folder that holds one ({@link SplitFile});
 *   <li>{@code manifest.csv} or {@code manifest.jsonl}, or any file of these kinds, or Hugging
 *       Face's {@code metadata.csv} or {@code metadata.jsonl}, also in folders {@code train},
 *       {@code val} and {@code test} ({@link Manifest});
 *   <li>tar files of WebDataset or, with module {@code parquet}, Parquet files of Hugging Face
 *       ({@link PackedFormat});
 *   <li>folders {@code train}, {@code val}, {@code test} with a folder for each class, or a folder
 *       for each class and a split made here ({@link ClassFolders}).
 * </ol>
 *
 * <p>A zip file is read as the folder that it holds, and where there is one folder alone, what is
 * in that. Files are taken in the order of their names, never in that of the disk. What is wrong
 * with the data is found here and not in the middle of a run.
 */
public final class DataSets {

  private static final String EXPECTED =
      "expected split_zhou_*.json, manifest.csv, manifest.jsonl, metadata.csv, folders train and"
          + " test with a folder for each class, a folder for each class, or .tar or .parquet files";

  private static final String EMBEDDED = "embedded:";

  private DataSets() {}

  /** The data set at that file or folder. */
  public static DataSet open(Path path, DataSetOptions options) {
    if (Archive.isOne(path)) {
      return openArchive(path, options);
    }
    return openFolder(path, options);
  }

  /**
   * Test pictures of the classes of another set, seen under other conditions.
   *
   * @param name what it is opened by: a name of {@link PublishedDataSets}, or {@code embedded:NAME}
   * @param classes how many classes it has, labelled from 0 in an order of its own; its class names
   *     say which they are
   * @param subset whether these are fewer than the other set has (200 of ImageNet's 1000 in
   *     ImageNet-A and -R), so that a prompt is asked about its own names and not about all
   */
  public record Shift(String name, int classes, boolean subset) {}

  /**
   * The shifted versions of a data set, in the order of the tables; none where none are known.
   *
   * @param name of a published data set, or of an embedded one with or without {@code embedded:}
   */
  public static List<Shift> shiftsOf(String name) {
    String source = PublishedDataSets.find(name).map(PublishedDataSet::name).orElse("");
    String embedded = name.startsWith(EMBEDDED) ? name.substring(EMBEDDED.length()) : name;
    Stream<Shift> published =
        PublishedDataSets.all().stream()
            .filter(entry -> source.equals(entry.shiftOf()))
            .map(
                entry ->
                    new Shift(entry.name(), entry.classes(), entry.classes() < classes(source)));
    return Stream.concat(published, embeddedShifts(embedded)).toList();
  }

  private static int classes(String published) {
    return PublishedDataSets.find(published).map(PublishedDataSet::classes).orElse(0);
  }

  private static Stream<Shift> embeddedShifts(String source) {
    List<EmbeddedDataSets.Description> all = EmbeddedDataSets.all();
    int classes =
        all.stream()
            .filter(set -> set.name().equals(source))
            .mapToInt(EmbeddedDataSets.Description::classes)
            .sum();
    return all.stream()
        .filter(set -> source.equals(set.source()))
        .map(set -> new Shift(EMBEDDED + set.name(), set.classes(), set.classes() < classes));
  }

  /**
   * The data set of parts that lie in folders of their own, each with a folder for each class.
   *
   * @param val null for no validation pictures
   */
  public static DataSet open(Path train, @Nullable Path val, Path test, DataSetOptions options) {
    for (Path part : Stream.of(train, val, test).filter(Objects::nonNull).toList()) {
      if (!Files.isDirectory(part) || Folders.folders(part).isEmpty()) {
        throw KgCoopException.data(part + ": expected a folder with a folder for each class");
      }
    }
    DataSet found = ClassFolders.ofParts(train, Optional.ofNullable(val), test, options);
    return checked(found, train, options);
  }

  private static DataSet openArchive(Path path, DataSetOptions options) {
    String name = options.name() == null ? Archive.name(path) : options.name();
    try {
      return openFolder(Archive.root(path), options.withName(name));
    } catch (KgCoopException e) {
      throw new KgCoopException(e.category(), "in " + path + ": " + e.getMessage(), e);
    }
  }

  private static DataSet openFolder(Path path, DataSetOptions options) {
    Path inner = withoutOuterFolder(path);
    boolean named = options.name() != null || inner.equals(path) || isPublished(inner);
    DataSetOptions ofPath =
        named ? options : options.withName(Folders.name(path.toAbsolutePath().normalize()));
    return checked(read(inner, ofPath), inner, ofPath);
  }

  private static boolean isPublished(Path folder) {
    return PublishedDataSets.at(folder).isPresent();
  }

  /** The folder in a folder that has nothing else, as an archive is often made; else the folder. */
  private static Path withoutOuterFolder(Path path) {
    if (!Files.isDirectory(path) || isPublished(path) || PackedData.isOne(path)) {
      return path;
    }
    List<Path> folders = Folders.folders(path);
    boolean alone = folders.size() == 1 && Folders.files(path).isEmpty();
    return alone && !isPartOrClass(folders.get(0)) ? folders.get(0) : path;
  }

  private static boolean isPartOrClass(Path folder) {
    return ClassFolders.part(Folders.name(folder)).isPresent()
        || (Folders.folders(folder).isEmpty()
            && Folders.files(folder).equals(Folders.pictures(folder)));
  }

  /** A data set that was read, under its template, if it holds what every data set must. */
  static DataSet checked(DataSet found, Path path, DataSetOptions options) {
    String template = options.template() != null ? options.template() : templateBeside(path);
    if (template != null && !template.contains("{}")) {
      throw KgCoopException.data(
          "%s: the template \"%s\" has no {} for the class name; expected one such as \"%s\""
              .formatted(path, template, "a photo of a {}."));
    }
    DataSet dataSet = template == null ? found : found.withTemplate(template);
    DataCheck.check(dataSet, path, options);
    return dataSet;
  }

  private static DataSet read(Path path, DataSetOptions options) {
    if (Files.isRegularFile(path)) {
      String name = Folders.name(path).toLowerCase(Locale.ROOT);
      if (name.endsWith(".json")) {
        return SplitFile.read(path, options);
      }
      if (name.endsWith(".csv") || name.endsWith(".jsonl")) {
        return Manifest.read(path, options);
      }
      if (PackedData.isOne(path)) {
        return PackedData.read(path, options);
      }
      throw KgCoopException.data(
          path
              + ": not a data set; expected a .json split file, a .csv or .jsonl manifest, a .zip,"
              + " .tar or .parquet file");
    }
    if (!Files.isDirectory(path)) {
      throw KgCoopException.data(path + ": there is no such file or folder; " + EXPECTED);
    }
    Optional<PublishedDataSet> published = PublishedDataSets.at(path);
    if (published.isPresent()) {
      return published.get().read(path, options);
    }
    List<Path> splits =
        Folders.files(path).stream()
            .filter(file -> Folders.name(file).matches("split_zhou_.*\\.json"))
            .toList();
    if (splits.size() > 1) {
      throw KgCoopException.data(
          "%s: %s split files (%s); name the one that is meant"
              .formatted(path, splits.size(), Listing.firstOf(Folders.names(splits))));
    }
    if (splits.size() == 1) {
      return SplitFile.read(splits.get(0), options);
    }
    for (String name : List.of("manifest.csv", "manifest.jsonl")) {
      if (Files.isRegularFile(path.resolve(name))) {
        return Manifest.read(path.resolve(name), options);
      }
    }
    if (PackedData.isOne(path)) {
      return PackedData.read(path, options);
    }
    Optional<DataSet> described = Manifest.ofMetadata(path, options);
    if (described.isPresent()) {
      return described.get();
    }
    if (Folders.folders(path).isEmpty()) {
      throw KgCoopException.data(path + ": no data set found; " + EXPECTED);
    }
    return ClassFolders.read(path, options);
  }

  private static @Nullable String templateBeside(Path path) {
    Path folder = Files.isDirectory(path) ? path : Folders.parent(path);
    Path file = folder.resolve("template.txt");
    if (!Files.isRegularFile(file)) {
      return null;
    }
    List<String> lines = Folders.lines(file);
    if (lines.size() != 1) {
      throw KgCoopException.data(
          file + ": expected one line, the template, got " + lines.size() + " lines");
    }
    return lines.get(0);
  }
}
