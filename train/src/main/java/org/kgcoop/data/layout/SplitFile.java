package org.kgcoop.data.layout;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;
import org.kgcoop.files.Folders;
import org.kgcoop.files.Json;

/**
 * A reader of CoOp's split files, {@code split_zhou_NAME.json}: {@code {"train": [[path, label,
 * class name], ...], "val": ..., "test": ...}}. It keeps the order of the entries, because the
 * few-shot sample depends on it.
 */
public final class SplitFile {
  private final Path file;
  private final Map<?, ?> parts;
  private final Path images;
  private final DataSetOptions options;
  private final LabelNames classNames = new LabelNames();

  private SplitFile(Path file, Map<?, ?> parts, DataSetOptions options) {
    this.file = file;
    this.parts = parts;
    this.options = options;
    this.images = options.images() != null ? options.images() : findImages();
  }

  public static DataSet read(Path file, DataSetOptions options) {
    if (Json.readData(file) instanceof Map<?, ?> parts
        && (parts.containsKey(Parts.TRAIN) || parts.containsKey(Parts.TEST))) {
      return new SplitFile(file, parts, options).read();
    }
    throw KgCoopException.data(
        file
            + ": expected an object with \"train\", \"val\" and \"test\", each a list of"
            + " [path, label, class name]");
  }

  private DataSet read() {
    List<Item> train = items(Parts.TRAIN);
    List<Item> val = items(Parts.VAL);
    List<Item> test = items(Parts.TEST);
    String name =
        options.nameOr(Folders.name(file).replaceFirst("^(?:split_(?:zhou_)?)?(.+)\\.json$", "$1"));
    return new DataSet(name, classNames.withoutGaps(file), train, val, test, null);
  }

  private List<Item> items(String part) {
    List<Item> items = new ArrayList<>();
    for (Object entry : entries(part)) {
      String where = "%s: %s[%s]".formatted(file, part, items.size());
      if (entry instanceof List<?> values
          && values.size() == 3
          && values.get(0) instanceof String key
          && values.get(1) instanceof Integer label
          && label >= 0
          && values.get(2) instanceof String className) {
        classNames.put(label, className, where);
        Path image = Folders.listed(images, key, where, options.allowOutside());
        items.add(new Item(key, image, label, className));
      } else {
        String text = Json.STRICT.valueToTree(entry).toString();
        throw KgCoopException.data(
            where
                + ": expected [path, label from 0, class name], got "
                + (text.length() <= 80 ? text : text.substring(0, 80) + "..."));
      }
    }
    return items;
  }

  private List<?> entries(String part) {
    Object entries = parts.get(part);
    if (entries == null) {
      return List.of();
    }
    if (entries instanceof List<?> list) {
      return list;
    }
    throw KgCoopException.data(file + ": \"" + part + "\": expected a list");
  }

  /** Returns the folder of the file, or one of its subfolders, that contains the first images. */
  private Path findImages() {
    Path folder = Folders.parent(file);
    List<String> probes =
        Stream.of(Parts.TRAIN, Parts.TEST)
            .flatMap(part -> entries(part).stream().limit(1))
            .flatMap(
                entry ->
                    entry instanceof List<?> values ? values.stream().limit(1) : Stream.empty())
            .map(String::valueOf)
            .toList();
    return Stream.concat(
            Stream.of(folder, folder.resolve("images")), Folders.folders(folder).stream())
        .filter(
            candidate ->
                probes.stream()
                    .map(probe -> Folders.resolve(candidate, probe, file.toString()))
                    .anyMatch(Files::isRegularFile))
        .findFirst()
        .orElse(folder);
  }
}
