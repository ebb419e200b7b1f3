package org.kgcoop.data.layout;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;
import org.kgcoop.files.Folders;

/**
 * A reader of data sets in files with many images ({@link PackedFormat}): one file, or a folder of
 * files, also below {@code data}, {@code train}, {@code val} and {@code test}. The words train, val
 * (or validation, valid, dev) or test in the name of a file or folder determine the part, also of
 * members in a file. If no name has such a word, the images are divided automatically.
 */
public final class PackedData {

  private static final Pattern PART =
      Pattern.compile("(?<![a-z])(train|training|val|valid|validation|dev|test|testing)(?![a-z])");
  private static final List<String> FOLDERS =
      List.of("data", "train", "training", "val", "valid", "validation", "test", "testing");

  /** An image with its part, or an empty text. Its class may not be a label yet. */
  private record PartImage(String part, String key, UnpackedImages.Entry entry) {}

  private final Path path;
  private final DataSetOptions options;
  private final List<PackedFormat> formats =
      Stream.concat(
              Stream.of(new WebDatasetTar()),
              ServiceLoader.load(PackedFormat.class).stream().map(ServiceLoader.Provider::get))
          .toList();

  private PackedData(Path path, DataSetOptions options) {
    this.path = path;
    this.options = options;
  }

  /** Returns true for a packed file or a folder of packed files. */
  public static boolean isOne(Path path) {
    return !new PackedData(path, DataSetOptions.defaults(warning -> {})).shards().isEmpty();
  }

  public static DataSet read(Path path, DataSetOptions options) {
    return new PackedData(path, options).read();
  }

  private Optional<PackedFormat> format(Path file) {
    String name = Folders.name(file).toLowerCase(Locale.ROOT);
    return formats.stream()
        .filter(format -> format.endings().stream().anyMatch(name::endsWith))
        .findFirst();
  }

  private List<Path> shards() {
    if (Files.isRegularFile(path)) {
      return format(path).isPresent() ? List.of(path) : List.of();
    }
    List<Path> shards = new ArrayList<>();
    List<Path> folders = new ArrayList<>(List.of(path));
    List<Path> below = Folders.folders(path);
    for (String name : FOLDERS) {
      below.stream().filter(folder -> Folders.hasName(folder, List.of(name))).forEach(folders::add);
    }
    for (Path folder : folders) {
      Folders.files(folder).stream().filter(file -> format(file).isPresent()).forEach(shards::add);
    }
    return shards;
  }

  private DataSet read() {
    List<Path> shards = shards();
    List<PartImage> images = new ArrayList<>();
    for (Path shard : shards) {
      PackedFormat format = format(shard).orElseThrow();
      boolean alone = shard.equals(path);
      String shardPart = part(alone ? Folders.name(shard) : path.relativize(shard).toString());
      for (UnpackedImages.Entry entry : UnpackedImages.of(shard, format)) {
        String folder = entry.key().substring(0, Math.max(0, entry.key().lastIndexOf('/')));
        String key = shards.size() == 1 ? entry.key() : Folders.name(shard) + "/" + entry.key();
        images.add(new PartImage(shardPart.isEmpty() ? part(folder) : shardPart, key, entry));
      }
    }
    if (images.isEmpty()) {
      throw KgCoopException.data(path + ": no images in it; expected some");
    }
    return dataSet(images).withTestImages(path, options.warnings());
  }

  private String name() {
    String file = Folders.name(path.toAbsolutePath().normalize());
    return options.nameOr(
        Files.isDirectory(path) ? file : file.replaceFirst("\\.(tar|tgz|tar\\.gz|parquet)$", ""));
  }

  /** Returns the part according to a path; its last matching word counts. Empty if it has none. */
  private static String part(String path) {
    Matcher matcher = PART.matcher(path.toLowerCase(Locale.ROOT).replace('_', '-'));
    String part = "";
    while (matcher.find()) {
      String word = matcher.group();
      part =
          word.startsWith("train") ? Parts.TRAIN : word.startsWith("test") ? Parts.TEST : Parts.VAL;
    }
    return part;
  }

  /** Labels are the given numbers, or the positions in the sorted class names. */
  private DataSet dataSet(List<PartImage> images) {
    boolean numbered = images.get(0).entry().label() != null;
    LabelNames numbers = new LabelNames();
    TreeSet<String> words = new TreeSet<>();
    for (PartImage image : images) {
      Integer label = image.entry().label();
      String name = image.entry().className();
      if ((label != null) != numbered) {
        throw KgCoopException.data(
            "%s: %s has %s, others have %s; expected one kind of label"
                .formatted(
                    path,
                    image.key(),
                    numbered ? "the name of a class" : "a number",
                    numbered ? "numbers" : "names"));
      }
      if (label != null) {
        numbers.put(label, name == null ? label.toString() : name, path + ": " + image.key());
      } else if (name != null) {
        words.add(name);
      }
    }
    List<String> classes = numbered ? numbers.withoutGaps(path) : List.copyOf(words);
    Path beside = Files.isDirectory(path) ? path : Folders.parent(path);
    List<String> names = ClassNames.of(beside, classes);
    if (numbered && names.equals(classes) && names.get(0).equals("0")) {
      options.warn(
          path
              + ": classes have numbers and no names, so prompts contain \"0\", \"1\" ...; give"
              + " names in "
              + beside.resolve(ClassNames.FILE));
    }
    List<Parts.Placed> placed = new ArrayList<>();
    for (PartImage image : images) {
      Integer label = image.entry().label();
      int number = label == null ? classes.indexOf(image.entry().className()) : label;
      Path file = Path.of(image.entry().file());
      Item item = new Item(image.key(), file, number, names.get(number));
      placed.add(new Parts.Placed(item, image.part()));
    }
    return Parts.dataSet(name(), names, placed, options, path);
  }
}
