package org.kgcoop.data.layout;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;
import org.kgcoop.files.Folders;
import org.kgcoop.files.JsonFiles;

/**
 * A reader of CoOp's split files, {@code split_zhou_NAME.json}: {@code {"train": [[path, label,
 * class name], ...], "val": ..., "test": ...}}. It keeps the order of the entries, because the
 * few-shot sample depends on it.
 */
public final class SplitFile {

  private static final Pattern NAME = Pattern.compile("(?:split_(?:zhou_)?)?(.+)\\.json");

  private final Path file;
  private final JsonNode root;
  private final Path images;
  private final DataSetOptions options;
  private final LabelNames classNames = new LabelNames();

  private SplitFile(Path file, DataSetOptions options) {
    this.file = file;
    this.options = options;
    this.root = JsonFiles.readData(file);
    this.images = options.images() != null ? options.images() : findImages();
  }

  public static DataSet read(Path file, DataSetOptions options) {
    return new SplitFile(file, options).read();
  }

  private DataSet read() {
    if (!root.isObject() || (!root.has("train") && !root.has("test"))) {
      throw KgCoopException.data(
          file
              + ": expected an object with \"train\", \"val\" and \"test\", each a list of"
              + " [path, label, class name]");
    }
    List<Item> train = items("train");
    List<Item> val = items("val");
    List<Item> test = items("test");
    Matcher matcher = NAME.matcher(Folders.name(file));
    String name = options.nameOr(matcher.matches() ? matcher.group(1) : Folders.name(file));
    return new DataSet(name, classNames.withoutGaps(file), train, val, test, null);
  }

  private List<Item> items(String part) {
    List<Item> items = new ArrayList<>();
    JsonNode entries = root.path(part);
    if (!entries.isMissingNode() && !entries.isArray()) {
      throw KgCoopException.data(file + ": \"" + part + "\": expected a list");
    }
    for (JsonNode entry : entries) {
      String where = file + ": " + part + "[" + items.size() + "]";
      if (!entry.isArray()
          || entry.size() != 3
          || !entry.get(0).isTextual()
          || !entry.get(1).canConvertToInt()
          || !entry.get(1).isIntegralNumber()
          || entry.get(1).intValue() < 0
          || !entry.get(2).isTextual()) {
        throw KgCoopException.data(
            where + ": expected [path, label from 0, class name], got " + shortened(entry));
      }
      String key = entry.get(0).textValue();
      int label = entry.get(1).intValue();
      String className = entry.get(2).textValue();
      classNames.put(label, className, where);
      Path image = Folders.listed(images, key, where, options.checks().allowOutside());
      items.add(new Item(key, image, label, className));
    }
    return items;
  }

  private static String shortened(JsonNode entry) {
    String text = entry.toString();
    return text.length() <= 80 ? text : text.substring(0, 80) + "...";
  }

  /** Returns the folder of the file, or one of its subfolders, that contains the first images. */
  private Path findImages() {
    Path folder = Folders.parent(file);
    List<String> probes = new ArrayList<>();
    for (String part : List.of("train", "test")) {
      JsonNode path = root.path(part).path(0).path(0);
      if (path.isTextual()) {
        probes.add(path.textValue());
      }
    }
    List<Path> candidates = new ArrayList<>(List.of(folder, folder.resolve("images")));
    candidates.addAll(Folders.folders(folder));
    for (Path candidate : candidates) {
      if (probes.stream()
          .anyMatch(
              probe -> Files.isRegularFile(Folders.resolve(candidate, probe, file.toString())))) {
        return candidate;
      }
    }
    return folder;
  }
}
