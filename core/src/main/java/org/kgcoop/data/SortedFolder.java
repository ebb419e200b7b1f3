package org.kgcoop.data;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.Json;

/**
 * The record of a folder into which a classifier sorted images. The classes of these images are
 * proposals. A person may move an image to another class afterwards. The record shows which images
 * are still where the classifier put them.
 *
 * @param method the method of the classifier, such as {@code kgcoop} or {@code zero-shot}
 * @param classifier the fingerprint of the classifier, or null if it is zero-shot
 * @param clip the fingerprint of the CLIP
 * @param none the name of the folder of images that belong to no class, or null if there is none
 * @param proposed the class names by the paths of the images, relative to the folder and with '/';
 *     images of no class have the name of their folder
 */
public record SortedFolder(
    String method,
    @Nullable String classifier,
    String clip,
    @Nullable String none,
    Map<String, String> proposed) {
  /** The name of the record. It is hidden, because all other entries of the folder are classes. */
  public static final String FILE = ".kgcoop-sorted.json";

  private static final int FORMAT = 1;
  private static final String NOTE =
      "A classifier proposed the classes of these images. kgcoop reads this file to count the"
          + " proposals that nobody changed. Delete it after you checked every image.";

  /** The content of the file. */
  private record Stored(
      String note,
      int format,
      @JsonProperty(required = true) String method,
      @Nullable String classifier,
      @JsonProperty(required = true) String clip,
      @Nullable String none,
      int images,
      @JsonProperty(required = true) List<ClassFolder> classes) {}

  /** The images that were sorted into one folder. */
  private record ClassFolder(
      @JsonProperty(value = "class", required = true) String className,
      @JsonProperty(required = true) String folder,
      @JsonProperty(required = true) List<String> images) {}

  public SortedFolder {
    proposed = Collections.unmodifiableMap(new LinkedHashMap<>(proposed));
  }

  /**
   * Reads the record of a folder, if it has one.
   *
   * @throws KgCoopException of the category IO if the record is damaged
   */
  public static Optional<SortedFolder> read(Path folder) {
    Path file = folder.resolve(FILE);
    Optional<Stored> read = Json.read(file, Stored.class);
    if (read.isEmpty()) {
      return Optional.empty();
    }
    Stored stored = read.get();
    if (stored.format() != FORMAT) {
      throw new KgCoopException(
          KgCoopException.Category.IO,
          "%s: expected format %s; delete the file if you checked the classes of all images"
              .formatted(file, FORMAT));
    }
    Map<String, String> proposed = new LinkedHashMap<>();
    for (ClassFolder each : stored.classes()) {
      each.images().forEach(name -> proposed.put(each.folder() + "/" + name, each.className()));
    }
    return Optional.of(
        new SortedFolder(
            stored.method(),
            nullIfEmpty(stored.classifier()),
            stored.clip(),
            nullIfEmpty(stored.none()),
            proposed));
  }

  private static @Nullable String nullIfEmpty(@Nullable String text) {
    return text == null || text.isEmpty() ? null : text;
  }

  /**
   * Writes the record into a folder. Equal records are byte-identical.
   *
   * @throws KgCoopException of the category IO if it cannot be written
   */
  public void write(Path folder) {
    Map<String, ClassFolder> classes = new LinkedHashMap<>();
    for (String path : new TreeSet<>(proposed.keySet())) {
      classes
          .computeIfAbsent(
              folderOf(path),
              first -> new ClassFolder(proposed.getOrDefault(path, ""), first, new ArrayList<>()))
          .images()
          .add(nameOf(path));
    }
    Stored stored =
        new Stored(
            NOTE,
            FORMAT,
            method,
            classifier,
            clip,
            none,
            proposed.size(),
            List.copyOf(classes.values()));
    Json.write(folder.resolve(FILE), stored);
  }

  /**
   * Returns the number of images that are still in the proposed class folder. If a person renamed a
   * class folder, its images count as unchanged.
   *
   * @param items images of the folder now, with keys that are relative to it
   */
  public int unchanged(List<Item> items) {
    Map<String, Set<String>> foldersByName =
        proposed.keySet().stream()
            .collect(
                Collectors.groupingBy(
                    SortedFolder::nameOf,
                    Collectors.mapping(SortedFolder::folderOf, Collectors.toSet())));
    Set<String> now = items.stream().map(item -> folderOf(item.key())).collect(Collectors.toSet());
    Set<String> folders =
        proposed.keySet().stream().map(SortedFolder::folderOf).collect(Collectors.toSet());
    int unchanged = 0;
    for (Item item : items) {
      String folder = folderOf(item.key());
      Set<String> before = foldersByName.getOrDefault(nameOf(item.key()), Set.of());
      boolean renamed = !folders.contains(folder) && !now.containsAll(before);
      unchanged += before.contains(folder) || renamed ? 1 : 0;
    }
    return unchanged;
  }

  /** Returns the first folder of a path, which is its class. */
  private static String folderOf(String path) {
    return path.substring(0, Math.max(0, path.indexOf('/')));
  }

  private static String nameOf(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
