package org.kgcoop.data.published;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;
import org.kgcoop.data.Templates;
import org.kgcoop.data.layout.SplitFile;
import org.kgcoop.files.Folders;

/**
 * A data set of the published tables, in the layout of CoOp and its successors, as an entry of
 * {@code datasets.json}.
 *
 * @param name the name in configurations and tables
 * @param aliases other names
 * @param directory its folder below the folder of all data sets
 * @param images the base folder of its image paths, below its folder; empty for the folder itself
 * @param classes the number of classes
 * @param counts the published numbers of training, validation and test images
 * @param terms the terms of use of its images, and their source
 * @param pictures the required image folders
 * @param split its split file; null if the published code uses none
 * @param annotations the lists of a data set without a split file
 * @param downloads the downloads of its parts
 * @param layout the reader of a data set without a split file
 * @param shiftOf the name of the original set if this is a shifted version; otherwise null
 * @param original the folder of the original set; null if this is not a shifted version
 */
public record PublishedDataSet(
    String name,
    List<String> aliases,
    String directory,
    String images,
    int classes,
    List<Integer> counts,
    String terms,
    List<Part> pictures,
    @Nullable Part split,
    List<Part> annotations,
    List<Download> downloads,
    @Nullable String layout,
    @JsonProperty("shift_of") @Nullable String shiftOf,
    @Nullable String original) {

  /** Readers of the authors' lists and folders, by the layout of an entry without a split file. */
  private static final Map<String, Function<RawData, DataSet>> LAYOUTS =
      Map.of(
          "imagenet", RawData::imageNet,
          "numbers", RawData::byNumber,
          "identifiers", RawData::byIdentifier,
          "aircraft", RawData::aircraft);

  /** The images per class of a stand-in; no few-shot sample draws more. */
  private static final int MAX_STAND_IN = 100;

  private static final List<String> PARTS = List.of("training", "validation", "test");

  private static final Path MISSING_IMAGE = Path.of("missing.jpg");

  public PublishedDataSet {
    aliases = Objects.requireNonNullElse(aliases, List.of());
    pictures = pictures.stream().map(part -> part.of(downloads)).toList();
    split = split == null ? null : split.of(downloads);
    annotations =
        Stream.ofNullable(annotations).flatMap(List::stream).map(p -> p.of(downloads)).toList();
  }

  /**
   * A file or folder of the data set.
   *
   * @param path below the folder of the data set
   * @param byHand where you get it by hand; null for the address of its download
   * @param download its download; null if you must get it by hand
   */
  public record Part(
      String path, @JsonProperty("by_hand") @Nullable String byHand, @Nullable Download download) {

    private Part of(List<Download> all) {
      return new Part(
          path,
          byHand,
          all.stream().filter(each -> each.provides().contains(path)).findFirst().orElse(null));
    }

    /** Returns its origin: an address, or a description. */
    public String where() {
      return byHand == null
          ? Objects.requireNonNull(download, path).sources().get(0).files().get(0).address()
          : byHand;
    }

    /** Returns true if it can be downloaded without an account. */
    public boolean isDirect() {
      return download != null && download.sources().stream().anyMatch(source -> !source.token());
    }
  }

  /** Returns KgCoOp's template. */
  public String template() {
    return Objects.requireNonNull(Templates.ofPublished(name), name);
  }

  /**
   * Returns the required parts that are missing: images, the split file or the annotations. Empty
   * if the data set can be opened.
   *
   * @param folder the folder of this data set
   */
  public List<Part> missing(Path folder) {
    return Stream.concat(pictures.stream(), split == null ? annotations.stream() : Stream.of(split))
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
        counts.stream()
            .map(count -> IntStream.range(0, Math.min(count, MAX_STAND_IN * classes)))
            .map(numbers -> numbers.mapToObj(i -> standInItem(i, names)).toList())
            .toList();
    return new DataSet(name, names, parts.get(0), parts.get(1), parts.get(2), template());
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
    if (original == null || Files.exists(own)) {
      return own;
    }
    Path shared = Folders.parent(folder).resolve(original).resolve(path);
    return Files.isRegularFile(shared) ? shared : own;
  }

  /**
   * Reads the data set in a folder, from its split file or its authors' lists. The EXIF orientation
   * of its images is ignored, as in the published tables.
   */
  public DataSet read(Path folder, DataSetOptions options) {
    DataSetOptions named = options.withName(options.nameOr(name));
    Path base = named.images() == null ? folder.resolve(images) : named.images();
    DataSet found =
        split == null
            ? Objects.requireNonNull(LAYOUTS.get(layout), name)
                .apply(new RawData(name, base, named, path -> place(folder, path)))
            : SplitFile.read(folder.resolve(split.path()), named.withImages(base));
    difference(found)
        .filter(difference -> found.name().equals(name))
        .ifPresent(
            difference ->
                options.warn(
                    "%s: not the published %s, although tables use its name: %s"
                        .formatted(folder, name, difference)));
    return found.withTemplate(template()).asStored();
  }

  /**
   * Compares data with the published numbers of classes and images. Returns a description of the
   * differences, or an empty result if there are none.
   */
  public Optional<String> difference(DataSet found) {
    List<Integer> images = List.of(found.train().size(), found.val().size(), found.test().size());
    List<String> differences = new ArrayList<>();
    add(differences, "classes", found.classNames().size(), classes);
    for (int part = 0; part < images.size(); part++) {
      add(differences, PARTS.get(part) + " images", images.get(part), counts.get(part));
    }
    return differences.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", differences));
  }

  private static void add(List<String> differences, String what, int found, int published) {
    if (found != published) {
      differences.add("%s of %s %s".formatted(found, published, what));
    }
  }
}
