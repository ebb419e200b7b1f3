package org.kgcoop.data.published;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;
import org.kgcoop.data.layout.SplitFile;
import org.kgcoop.files.Folders;

/**
 * A data set of the published tables, in the layout of CoOp and its successors.
 *
 * @param name the name in configurations and tables
 * @param aliases other names
 * @param files all files of the data set
 * @param template KgCoOp's template
 * @param classes the number of classes
 * @param source the original set if this is a shifted version; otherwise null
 * @param layout the reader of a data set without a split file
 */
public record PublishedDataSet(
    String name,
    List<String> aliases,
    Contents files,
    String template,
    int classes,
    @Nullable PublishedDataSet source,
    @Nullable Function<RawData, DataSet> layout) {

  /** The images per class of a stand-in; no few-shot sample draws more. */
  private static final int MAX_STAND_IN = 100;

  private static final Path MISSING_IMAGE = Path.of("missing.jpg");

  /**
   * The files of a data set.
   *
   * @param directory its folder below the folder of all data sets
   * @param imageFolder the base folder of its image paths, below its folder; empty for the folder
   *     itself
   * @param images the required image folders
   * @param split its split file; null if the published code uses none
   * @param annotations the lists of a data set without a split file
   * @param counts the published numbers of training, validation and test images
   * @param terms the terms of use of its images, and their source
   */
  public record Contents(
      String directory,
      String imageFolder,
      List<Part> images,
      @Nullable Part split,
      List<Part> annotations,
      List<Integer> counts,
      String terms) {}

  /**
   * A file or folder of the data set.
   *
   * @param path below the folder of the data set
   * @param origin its origin
   */
  public record Part(String path, Origin origin) {
    /** Returns true if it can be downloaded without an account. */
    public boolean isDirect() {
      Download download = origin.download();
      return download != null
          && download.sources().stream().anyMatch(source -> !source.needsToken());
    }
  }

  /** Returns its folder below the folder of all data sets. */
  public String directory() {
    return files.directory();
  }

  /** Returns the name of the original set if this is a shifted version; otherwise null. */
  public @Nullable String shiftOf() {
    return source == null ? null : source.name();
  }

  /**
   * Returns the required parts that are missing: images, the split file or the annotations. Empty
   * if the data set can be opened.
   *
   * @param folder the folder of this data set
   */
  public List<Part> missing(Path folder) {
    return Stream.concat(
            files.images().stream(),
            files.split() == null ? files.annotations().stream() : Stream.of(files.split()))
        .filter(part -> !Files.exists(place(folder, part.path())))
        .toList();
  }

  /**
   * Returns a data set of the published size for plans of work. Its images do not exist, and its
   * classes have numbers for names.
   */
  public DataSet standIn() {
    List<String> names = IntStream.rangeClosed(1, classes).mapToObj(i -> "class " + i).toList();
    List<List<Item>> parts =
        files.counts().stream()
            .map(count -> Math.min(count, MAX_STAND_IN * classes))
            .map(count -> IntStream.range(0, count).mapToObj(i -> standInItem(i, names)).toList())
            .toList();
    return new DataSet(name, names, parts.get(0), parts.get(1), parts.get(2), template);
  }

  private Item standInItem(int i, List<String> names) {
    int label = i % classes;
    return new Item("image-" + i, MISSING_IMAGE, label, names.get(label));
  }

  /**
   * Returns the path of a file or folder of the data set. It is in the set's own folder, or for a
   * shifted version in the folder of the original set.
   */
  private Path place(Path folder, String path) {
    Path own = folder.resolve(path);
    if (source == null || Files.exists(own)) {
      return own;
    }
    Path shared = Folders.parent(folder).resolve(source.directory()).resolve(path);
    return Files.isRegularFile(shared) ? shared : own;
  }

  /**
   * Reads the data set in a folder, from its split file or its authors' lists. The EXIF orientation
   * of its images is ignored, as in the published tables.
   */
  public DataSet read(Path folder, DataSetOptions options) {
    return found(folder, options).withTemplate(template).asStored();
  }

  private DataSet found(Path folder, DataSetOptions options) {
    DataSetOptions named = options.withName(options.nameOr(name));
    Path images = named.images() == null ? folder.resolve(files.imageFolder()) : named.images();
    if (layout != null) {
      return layout.apply(new RawData(name, images, named, path -> place(folder, path)));
    }
    return SplitFile.read(
        folder.resolve(Objects.requireNonNull(files.split()).path()), named.withImages(images));
  }
}
