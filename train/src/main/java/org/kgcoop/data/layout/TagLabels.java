package org.kgcoop.data.layout;

import static java.util.stream.Collectors.toList;

import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.Nearest;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;
import org.kgcoop.files.CsvFile;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.Folders;
import org.kgcoop.image.ImageNames;

/** Readers of the tags of a folder of images: from keywords, or from a CSV file. */
public final class TagLabels {
  private static final String IMAGE = "image";
  private static final String TAG = "tag";
  private static final String VALUE = "value";

  private TagLabels() {}

  /**
   * Reads the keywords of photos. A photo is labeled if it has a keyword that kgcoop did not add. A
   * missing keyword is unknown, and so is one that kgcoop added.
   *
   * @param tags the keywords that are tags; empty for all keywords
   */
  public static TagSet ofKeywords(Path folder, List<String> tags, DataSetOptions options) {
    List<Path> images = images(folder, options);
    Map<String, Set<String>> byImage = new TreeMap<>();
    Set<String> found = new TreeSet<>(tags);
    int others = 0;
    for (Path image : images) {
      Set<String> own = new TreeSet<>(PhotoKeywords.of(image));
      own.removeAll(PhotoKeywords.added(image));
      Set<String> given = own.stream().map(String::strip).collect(Collectors.toSet());
      given.remove("");
      if (given.isEmpty()) {
        others++;
        continue;
      }
      if (tags.isEmpty()) {
        found.addAll(given);
      } else {
        given.retainAll(tags);
      }
      byImage.put(Folders.relative(folder, image), given);
    }
    if (others > 0) {
      options.note(
          "%s: %s without a keyword that a person gave, so not learned from"
              .formatted(folder, Messages.count(others, "image", "images")));
    }
    warnOfCase(found, options);
    return set(folder, images, found, byImage, incomplete(found, byImage), options, "keywords");
  }

  /**
   * Warns of tags that differ only in their case: the images of one are examples without the other.
   */
  private static void warnOfCase(Set<String> tags, DataSetOptions options) {
    tags.stream()
        .collect(Collectors.groupingBy(tag -> tag.toLowerCase(Locale.ROOT), TreeMap::new, toList()))
        .values()
        .stream()
        .filter(same -> same.size() > 1)
        .forEach(
            same ->
                options.warn(
                    "keywords %s: different tags, because their letters have another case; rename them if they mean the same"
                        .formatted(Messages.firstOf(same))));
  }

  /** Returns the tags that at least one image does not have. */
  private static Set<String> incomplete(Set<String> tags, Map<String, Set<String>> byImage) {
    Set<String> incomplete = new TreeSet<>(tags);
    incomplete.removeIf(tag -> byImage.values().stream().allMatch(each -> each.contains(tag)));
    return incomplete;
  }

  /** A value of a pair, and the line that gives it. */
  private record Given(boolean has, long line) {
    void addTo(Set<String> tags, String tag) {
      if (has) {
        tags.add(tag);
      }
    }
  }

  /**
   * Reads a CSV file with the columns {@code image}, {@code tag} and, if there are rows for "no",
   * {@code value} (1 or 0). A row without a tag says that the image was looked at. A missing pair
   * is unknown.
   *
   * @param complete true if a missing pair means "no", also for the images without a row
   * @throws KgCoopException of the category DATA if a row is wrong, contradicts another, or names
   *     no image of the folder
   */
  public static TagSet ofFile(Path folder, Path file, boolean complete, DataSetOptions options) {
    List<Path> images = images(folder, options);
    Map<Path, String> keys = new HashMap<>(); // by absolute path
    for (Path image : images) {
      keys.put(image.toAbsolutePath().normalize(), Folders.relative(folder, image));
    }
    Map<String, Map<String, Given>> rows = new LinkedHashMap<>(); // by image and tag
    List<String> unknown = new ArrayList<>();
    try {
      CsvFile.read(file, line -> add(file, line, folder, keys, rows, unknown));
    } catch (IOException e) {
      throw KgCoopException.io(
          "--tags-file %s: cannot be read: %s".formatted(file, FileErrors.reason(e)), e);
    }
    if (!unknown.isEmpty()) {
      throw KgCoopException.data(
          "%s: %s no image of %s: %s; write paths as %s"
              .formatted(
                  file,
                  Messages.count(unknown.size(), "row names", "rows name"),
                  folder,
                  Messages.firstOf(unknown),
                  images.isEmpty() ? "in the folder" : Folders.relative(folder, images.get(0))));
    }
    Set<String> tags = new TreeSet<>();
    rows.values().forEach(each -> tags.addAll(each.keySet()));
    if (complete) {
      images.forEach(image -> rows.putIfAbsent(Folders.relative(folder, image), Map.of()));
    }
    Map<String, Set<String>> byImage = new TreeMap<>();
    rows.forEach(
        (image, given) -> {
          Set<String> has = new TreeSet<>();
          given.forEach((tag, value) -> value.addTo(has, tag));
          byImage.put(image, has);
        });
    Set<String> incomplete = new TreeSet<>(complete ? Set.of() : tags);
    incomplete.removeIf(tag -> rows.values().stream().allMatch(each -> each.containsKey(tag)));
    return set(folder, images, tags, byImage, incomplete, options, file.toString());
  }

  private static void add(
      Path file,
      NamedCsvRecord line,
      Path folder,
      Map<Path, String> keys,
      Map<String, Map<String, Given>> rows,
      List<String> unknown) {
    if (line.getFields().stream().allMatch(String::isBlank)) {
      return; // the end of a spreadsheet
    }
    long number = line.getStartingLineNumber();
    String image = line.findField(IMAGE).orElse("");
    if (image.isBlank() || line.findField(TAG).isEmpty()) {
      throw KgCoopException.data(
          "%s, line %s: no image or no tag; expected a first line image,tag or image,tag,value"
              .formatted(file, number));
    }
    String tag = line.getField(TAG).strip();
    if ((image + tag).contains("\ufffd")) { // the CSV reader replaces bytes that are not UTF-8
      throw KgCoopException.data(
          "%s, line %s: not UTF-8 text; save it as UTF-8".formatted(file, number));
    }
    String key = key(image, folder, keys);
    if (key == null) {
      unknown.add("line %s, %s%s".formatted(number, image, Nearest.hint(image, keys.values())));
      return;
    }
    Map<String, Given> given = rows.computeIfAbsent(key, each -> new LinkedHashMap<>());
    if (tag.isEmpty()) {
      return;
    }
    String value = line.findField(VALUE).map(String::strip).orElse("1");
    if (!value.equals("1") && !value.equals("0")) {
      throw KgCoopException.data(
          "%s, line %s: the value is '%s'; expected 1 (the image has the tag) or 0"
              .formatted(file, number, value));
    }
    Given now = new Given(value.equals("1"), number);
    Given before = given.putIfAbsent(tag, now);
    if (before != null && before.has() != now.has()) {
      throw KgCoopException.data(
          "%s, lines %s and %s: %s has the tag %s by one and not by the other; delete one"
              .formatted(file, before.line(), number, image, tag));
    }
  }

  /** Returns the key of a path in the folder, or of one that a program of Windows wrote. */
  private static @Nullable String key(String image, Path folder, Map<Path, String> keys) {
    for (String each : List.of(image, image.replace('\\', '/'))) {
      try {
        for (Path path : List.of(folder.resolve(each), Path.of(each))) {
          String key = keys.get(path.toAbsolutePath().normalize());
          if (key != null) {
            return key;
          }
        }
      } catch (InvalidPathException e) {
        return null;
      }
    }
    return null;
  }

  private static List<Path> images(Path folder, DataSetOptions options) {
    if (!Files.isDirectory(folder)) {
      throw KgCoopException.data(folder + ": expected a folder of images");
    }
    return Folders.below(
        folder, ImageNames::isRead, link -> options.warn(link + ": a link to a folder; left out"));
  }

  private static TagSet set(
      Path folder,
      List<Path> images,
      Set<String> tags,
      Map<String, Set<String>> byImage,
      Set<String> incomplete,
      DataSetOptions options,
      String source) {
    if (byImage.isEmpty() || tags.isEmpty()) {
      throw KgCoopException.data(
          "%s: no image has a tag in %s; expected labeled images".formatted(folder, source));
    }
    List<Item> items =
        images.stream()
            .map(image -> new Item(Folders.relative(folder, image), image, 0, TagSet.CLASS))
            .toList();
    DataSet all =
        new DataSet(
            options.nameOr(Folders.name(folder.toAbsolutePath().normalize())),
            List.of(TagSet.CLASS),
            items,
            List.of(),
            List.of(),
            options.template());
    return TagSet.of(all, tags, byImage, incomplete);
  }
}
