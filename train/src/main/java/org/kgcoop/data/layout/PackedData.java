package org.kgcoop.data.layout;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;
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
      Pattern.compile(
          "(?<![a-z])(?:(train|training)|(val|valid|validation|dev)|(test|testing))(?![a-z])");
  private static final List<String> FOLDERS =
      List.of("data", "train", "training", "val", "valid", "validation", "test", "testing");

  /** An image with its part, or an empty text. Its class may not be a label yet. */
  private record Row(String part, String key, UnpackedImages.Entry entry) {}

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
    List<Row> rows = new ArrayList<>();
    for (Path shard : shards) {
      PackedFormat format = format(shard).orElseThrow();
      boolean alone = shard.equals(path);
      String shardPart = part(alone ? Folders.name(shard) : path.relativize(shard).toString());
      for (UnpackedImages.Entry entry : UnpackedImages.of(shard, format)) {
        String folder = entry.key().substring(0, Math.max(0, entry.key().lastIndexOf('/')));
        String key = shards.size() == 1 ? entry.key() : Folders.name(shard) + "/" + entry.key();
        rows.add(new Row(shardPart.isEmpty() ? part(folder) : shardPart, key, entry));
      }
    }
    if (rows.isEmpty()) {
      throw KgCoopException.data(path + ": no images in it; expected some");
    }
    List<Item> items = items(rows);
    List<String> parts = rows.stream().map(Row::part).toList();
    return Parts.dataSet(name(), names(items), items, parts, options, path)
        .withTestImages(path, options.warnings());
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
      part =
          matcher.group(1) != null
              ? Parts.TRAIN
              : matcher.group(2) != null ? Parts.VAL : Parts.TEST;
    }
    return part;
  }

  /** Returns images with labels: the given ones, or the positions in the sorted class names. */
  private List<Item> items(List<Row> rows) {
    boolean numbered = rows.get(0).entry().label() != null;
    TreeSet<String> sorted = new TreeSet<>();
    for (Row row : rows) {
      if ((row.entry().label() != null) != numbered) {
        throw KgCoopException.data(
            "%s: %s has %s, others have %s; expected one kind of label"
                .formatted(
                    path,
                    row.key(),
                    numbered ? "the name of a class" : "a number",
                    numbered ? "numbers" : "names"));
      }
      if (row.entry().className() != null) {
        sorted.add(row.entry().className());
      }
    }
    List<String> classes = List.copyOf(sorted);
    List<String> names = numbered ? List.of() : ClassNames.of(beside(), classes);
    List<Item> items = new ArrayList<>();
    LabelNames labelNames = new LabelNames();
    for (Row row : rows) {
      UnpackedImages.Entry entry = row.entry();
      String className = entry.className();
      Integer label = entry.label();
      if (label == null) {
        label = classes.indexOf(Objects.requireNonNull(className));
        className = names.get(label);
      } else {
        className = className == null ? String.valueOf(label) : className;
        labelNames.put(label, className, path + ": " + row.key());
      }
      items.add(new Item(row.key(), Path.of(entry.file()), label, className));
    }
    return numbered ? renamed(items, labelNames.withoutGaps(path)) : items;
  }

  /** Renames numbered classes, if there is a file of names. */
  private List<Item> renamed(List<Item> items, List<String> names) {
    List<String> better = ClassNames.of(beside(), names);
    if (better.equals(names) && names.get(0).equals("0")) {
      options.warn(
          path
              + ": classes have numbers and no names, so prompts contain \"0\", \"1\" ...; give"
              + " names in "
              + beside().resolve(ClassNames.FILE));
    }
    return items.stream()
        .map(i -> new Item(i.key(), i.file(), i.label(), better.get(i.label())))
        .toList();
  }

  private static List<String> names(List<Item> items) {
    TreeMap<Integer, String> names = new TreeMap<>();
    items.forEach(item -> names.put(item.label(), item.className()));
    return List.copyOf(names.values());
  }

  private Path beside() {
    return Files.isDirectory(path) ? path : Folders.parent(path);
  }
}
