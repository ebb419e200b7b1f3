package org.kgcoop.data.open;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.Nearest;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.layout.ClassFolders;
import org.kgcoop.data.layout.KeywordImages;
import org.kgcoop.data.layout.Manifest;
import org.kgcoop.data.layout.PackedData;
import org.kgcoop.data.layout.PackedFormat;
import org.kgcoop.data.layout.SplitFile;
import org.kgcoop.data.published.PublishedDataSet;
import org.kgcoop.data.published.PublishedDataSets;
import org.kgcoop.files.Folders;
import org.kgcoop.image.ImageNames;

/**
 * A reader of data sets from files and folders. It detects the layout:
 *
 * <ol>
 *   <li>one of the {@link PublishedDataSets}, complete and in a folder of its name
 *   <li>a split file {@code split_zhou_NAME.json}, or a folder with one ({@link SplitFile})
 *   <li>{@code manifest.csv} or {@code manifest.jsonl}, or any file of these kinds, or Hugging
 *       Face's {@code metadata.csv} or {@code metadata.jsonl}, also in folders {@code train},
 *       {@code val} and {@code test} ({@link Manifest})
 *   <li>tar files of WebDataset or, with the module {@code parquet}, Parquet files of Hugging Face
 *       ({@link PackedFormat})
 *   <li>folders {@code train}, {@code val}, {@code test} with one folder per class, or one folder
 *       per class without a split ({@link ClassFolders})
 * </ol>
 *
 * <p>A zip file is read as a folder. If a folder contains only one folder, that one is read. Files
 * are sorted by name, independent of the disk. Problems in the data are found here and not during a
 * run.
 */
public final class DataSets {

  private static final String EMBEDDED = "embedded:";

  private static final String EXPECTED =
      "expected split_zhou_*.json, manifest.csv, manifest.jsonl, metadata.csv, folders train and"
          + " test with one folder per class, one folder per class, or .tar or .parquet files";

  private DataSets() {}

  /** Opens the data set at a file or folder. */
  public static DataSet open(Path path, DataSetOptions options) {
    return isArchive(path) ? openArchive(path, options) : openFolder(path, options);
  }

  /**
   * Opens a data set from separate folders, each with one folder per class.
   *
   * @param val null for no validation images
   */
  public static DataSet open(Path train, @Nullable Path val, Path test, DataSetOptions options) {
    for (Path part : Stream.of(train, val, test).filter(Objects::nonNull).toList()) {
      if (!Files.isDirectory(part) || Folders.folders(part).isEmpty()) {
        throw KgCoopException.data(part + ": expected a folder with one folder per class");
      }
    }
    DataSet found = ClassFolders.ofParts(train, val, test, options);
    return checked(found, train, options);
  }

  /**
   * Opens a folder of images whose classes are their keywords.
   *
   * @param classes the keywords that are classes; empty for all keywords
   */
  public static DataSet openKeywords(Path folder, List<String> classes, DataSetOptions options) {
    return checked(KeywordImages.read(folder, classes, options), folder, options);
  }

  /**
   * Returns the folder of images that belong to no class, if {@code predict} sorted the images of a
   * data set into class folders.
   */
  public static Optional<Path> noClass(Path path) {
    Path root = isArchive(path) ? archiveRoot(path) : path;
    return Files.isDirectory(root)
        ? ClassFolders.noClass(withoutOuterFolder(root))
        : Optional.empty();
  }

  /**
   * Opens one of the {@link PublishedDataSets}.
   *
   * @param root the folder of all data sets
   * @throws KgCoopException of the category DATA for missing parts, with their origin in the
   *     message
   */
  public static DataSet openPublished(Path root, PublishedDataSet entry, DataSetOptions options) {
    Path folder = root.resolve(entry.directory());
    if (!Files.isDirectory(folder)) {
      throw KgCoopException.data(
          "%s: there is no such folder; expected %s there, see ./kgcoop download --list"
              .formatted(folder, entry.name()));
    }
    List<PublishedDataSet.Part> missing = entry.missing(folder);
    if (!missing.isEmpty()) {
      throw KgCoopException.data(
          "%s: %s is incomplete: %s missing (from %s)"
              .formatted(
                  folder,
                  entry.name(),
                  Messages.firstOf(missing.stream().map(PublishedDataSet.Part::path).toList()),
                  missing.get(0).where()));
    }
    return checked(entry.read(folder, options), folder, options);
  }

  /**
   * Returns the names of the shifted versions of a data set, in the order of the tables: data sets
   * with test images of its classes, under changed conditions.
   *
   * @param name a published data set, or an embedded one with or without {@code embedded:}
   */
  public static List<String> shiftsOf(String name) {
    Stream<String> published =
        PublishedDataSets.find(name).stream()
            .flatMap(
                source ->
                    PublishedDataSets.all().stream()
                        .filter(set -> source.name().equals(set.shiftOf())))
            .map(PublishedDataSet::name);
    String source = name.startsWith(EMBEDDED) ? name.substring(EMBEDDED.length()) : name;
    Stream<String> embedded =
        EmbeddedDataSets.all().stream()
            .filter(set -> source.equals(set.source()))
            .map(set -> EMBEDDED + set.name());
    return Stream.concat(published, embedded).toList();
  }

  private static boolean isArchive(Path file) {
    return Folders.name(file).toLowerCase(Locale.ROOT).endsWith(".zip")
        && Files.isRegularFile(file);
  }

  /**
   * Returns the top folder of a zip file. Nothing is unpacked, so the name of an entry cannot refer
   * to a file of this machine.
   *
   * @throws KgCoopException of the category DATA if it is not a zip, or damaged
   */
  private static Path archiveRoot(Path file) {
    try {
      // Stays open, because the images of the data set are read from it later.
      return FileSystems.newFileSystem(file).getPath("/");
    } catch (IOException | RuntimeException e) {
      throw KgCoopException.data(
          "it cannot be read as a zip file: " + e.getMessage() + "; get it again", e);
    }
  }

  private static DataSet openArchive(Path path, DataSetOptions options) {
    try {
      return openFolder(
          archiveRoot(path),
          options.withName(options.nameOr(Folders.name(path).replaceFirst("[.][^.]*$", ""))));
    } catch (KgCoopException e) {
      throw new KgCoopException(e.category(), "in " + path + ": " + e.getMessage(), e);
    }
  }

  private static DataSet openFolder(Path path, DataSetOptions options) {
    Path inner = withoutOuterFolder(path);
    boolean named = options.name() != null || inner.equals(path) || isPublished(inner);
    DataSetOptions innerOptions =
        named ? options : options.withName(Folders.name(path.toAbsolutePath().normalize()));
    return checked(read(inner, innerOptions), inner, innerOptions);
  }

  private static boolean isPublished(Path folder) {
    return PublishedDataSets.at(folder).isPresent();
  }

  /**
   * Returns the only folder in a folder, which many archives contain; otherwise the folder itself.
   */
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
            && Folders.files(folder).equals(ImageNames.in(folder)));
  }

  /** Checks a data set and sets its template. */
  private static DataSet checked(DataSet found, Path path, DataSetOptions options) {
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
        return split(path, options);
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
      String problem =
          Files.exists(path)
              ? "a pipe or a device"
              : "there is no such file or folder" + besides(path);
      throw KgCoopException.data(path + ": " + problem + "; " + EXPECTED);
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
          "%s: %s split files (%s); name one of them"
              .formatted(path, splits.size(), Messages.firstOf(Folders.names(splits))));
    }
    if (splits.size() == 1) {
      return split(splits.get(0), options);
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
      int images = ImageNames.in(path).size();
      throw KgCoopException.data(
          images == 0
              ? path + ": no data set found; " + EXPECTED
              : "%s: images (%s), but not in one folder per class; put them into folders named after the classes, such as %s, or list them in manifest.csv"
                  .formatted(path, images, path.resolve("cat")));
    }
    return ClassFolders.read(path, options);
  }

  /** Suggests names next to the path, or a published data set. */
  private static String besides(Path path) {
    Path folder = path.toAbsolutePath().getParent();
    List<String> known =
        folder == null || !Files.isDirectory(folder)
            ? List.of()
            : Folders.names(Folders.folders(folder));
    String hint = Nearest.hint(Folders.name(path), known);
    List<String> published =
        PublishedDataSets.all().stream().map(PublishedDataSet::directory).toList();
    return hint.isEmpty() && path.getNameCount() == 1
        ? Nearest.hint(path.toString(), published)
        : hint;
  }

  /**
   * Reads a split file. If it belongs to a published data set, its template and the handling of
   * EXIF orientation apply.
   */
  private static DataSet split(Path file, DataSetOptions options) {
    DataSet read = SplitFile.read(file, options);
    return PublishedDataSets.ofSplitFile(Folders.name(file))
        .map(published -> read.withTemplate(published.template()).asStored())
        .orElse(read);
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
