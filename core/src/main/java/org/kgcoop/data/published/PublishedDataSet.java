package org.kgcoop.data.published;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.layout.SplitFile;
import org.kgcoop.files.Folders;

/**
 * A data set of the published tables, in the layout that CoOp and its successors expect.
 *
 * @param name what configurations and tables call it
 * @param aliases what else it is called
 * @param files all that it consists of
 * @param template KgCoOp's hand-crafted prompt
 * @param classes how many classes it has
 * @param source the set that this one has shifted test images of; else null
 * @param layout reads it where there is no split file
 */
public record PublishedDataSet(
    String name,
    List<String> aliases,
    Contents files,
    String template,
    int classes,
    @Nullable PublishedDataSet source,
    Function<RawData, DataSet> layout) {

  /**
   * The files of a data set.
   *
   * @param directory its folder below the root of all data sets
   * @param imageFolder where the paths of its images begin, below its folder; empty: the folder
   *     itself
   * @param images the folders of images that it needs
   * @param split its split file; null where the published code uses none
   * @param annotations what it needs beside the images where the split file is not there
   * @param terms under which those get it who fetch it by its direct links, and where they are
   *     stated; empty where it has none
   */
  public record Contents(
      String directory,
      String imageFolder,
      List<Part> images,
      @Nullable Part split,
      List<Part> annotations,
      String terms) {}

  /**
   * A file or folder of it.
   *
   * @param path below the folder of the data set
   * @param origin where one gets it
   */
  public record Part(String path, Origin origin) {}

  /** Its folder below the root of all data sets. */
  public String directory() {
    return files.directory();
  }

  /** The name of the set that this one has shifted test images of; else null. */
  public @Nullable String shiftOf() {
    return source == null ? null : source.name();
  }

  /**
   * The parts that are needed and not there; empty where the data set can be opened.
   *
   * @param folder the folder of this data set
   */
  public List<Part> missing(Path folder) {
    List<Part> missing = absent(folder, files.images());
    if (!hasSplit(folder)) {
      missing.addAll(absent(folder, files.annotations()));
    }
    return missing;
  }

  /** True if the split file is there, so that the split is the published one. */
  public boolean hasSplit(Path folder) {
    Part split = files.split();
    return split != null && Files.isRegularFile(folder.resolve(split.path()));
  }

  /** True if one of those parts has a direct link. */
  public static boolean anyDirect(List<Part> parts) {
    return parts.stream().anyMatch(part -> part.origin().direct() != null);
  }

  private List<Part> absent(Path folder, List<Part> parts) {
    return new ArrayList<>(
        parts.stream().filter(part -> !Files.exists(place(folder, part.path()))).toList());
  }

  /**
   * The place of a file or folder of the data set: in the set's own folder, or, of a shifted
   * version, beside it in the folder of the set that it is a version of.
   */
  private Path place(Path folder, String path) {
    Path own = folder.resolve(path);
    if (source == null || Files.exists(own)) {
      return own;
    }
    Path shared = Folders.parent(folder).resolve(source.directory()).resolve(path);
    return Files.isRegularFile(shared) ? shared : own;
  }

  private Path annotation(Path folder, String path) {
    Path file = place(folder, path);
    if (!Files.isRegularFile(file)) {
      Part split = files.split();
      String origin =
          Stream.concat(files.annotations().stream(), files.images().stream())
              .filter(part -> part.path().equals(path))
              .map(part -> part.origin().where())
              .findFirst()
              .orElse("the authors of the data set");
      throw KgCoopException.data(
          "%s: this annotation of %s is missing; get it from %s%s"
              .formatted(
                  file,
                  name,
                  origin,
                  split == null ? "" : ", or put %s in its place".formatted(split.path())));
    }
    return file;
  }

  /**
   * The data set in that folder, by its split file or else by what its authors publish. The EXIF
   * orientation of its images is ignored, as in the published tables.
   */
  public DataSet read(Path folder, DataSetOptions options) {
    return found(folder, options).withTemplate(template).asStored();
  }

  private DataSet found(Path folder, DataSetOptions options) {
    DataSetOptions named = options.name() == null ? options.withName(name) : options;
    Part split = files.split();
    if (split != null && hasSplit(folder)) {
      DataSetOptions placed =
          options.images() == null ? named.withImages(folder.resolve(files.imageFolder())) : named;
      return SplitFile.read(folder.resolve(split.path()), placed);
    }
    Path given = named.images();
    Path images = given == null ? folder.resolve(files.imageFolder()) : given;
    RawData raw = new RawData(name, folder, images, named, path -> annotation(folder, path));
    return layout.apply(raw);
  }
}
