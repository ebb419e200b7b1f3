package org.kgcoop.label;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.ImageHashes;
import org.kgcoop.files.Folders;
import org.kgcoop.image.ImageNames;

/**
 * The images of a folder. Equal files are one image. Only files of the same size can be equal, so
 * that few files are read for this.
 *
 * @param copies the paths of all files with the bytes of an image, with its own, by image
 */
record LabelFolder(
    Path root, SortedMap<String, List<String>> copies, Map<Long, List<Path>> bySize) {
  private static final int GROUP = 1024;
  private static final int CONTENT_DIGITS = 16;

  /**
   * Lists a folder with its subfolders.
   *
   * @param without folders and files that are left out
   * @throws KgCoopException if there is no image
   */
  static LabelFolder list(
      Path root, Set<Path> without, ImageHashes hashes, Consumer<String> warnings) {
    if (!Files.isDirectory(root)) {
      throw KgCoopException.data(root + ": expected a folder of images");
    }
    List<Path> files =
        imagesBelow(root, warnings).stream()
            .filter(
                path ->
                    Stream.iterate(path, Objects::nonNull, Path::getParent)
                        .noneMatch(without::contains))
            .toList();
    if (files.isEmpty()) {
      throw KgCoopException.data(
          root
              + ": no image below this folder; expected .jpg, .png, .webp, .gif, .bmp, .tif or RAW");
    }
    hashes.recall(files);
    Map<Long, List<Path>> bySize = files.stream().collect(Collectors.groupingBy(LabelFolder::size));
    List<Path> alike =
        bySize.values().stream().filter(same -> same.size() > 1).flatMap(List::stream).toList();
    Map<Path, String> known = hashes(alike, hashes);
    SortedMap<String, List<String>> copies = new TreeMap<>();
    for (List<Path> same : bySize.values()) {
      same.stream()
          .collect(Collectors.groupingBy(file -> known.getOrDefault(file, file.toString())))
          .values()
          .stream()
          .map(equal -> equal.stream().map(file -> Folders.relative(root, file)).toList())
          .forEach(equal -> copies.put(equal.get(0), equal));
    }
    return new LabelFolder(root, copies, bySize);
  }

  static List<Path> imagesBelow(Path folder, Consumer<String> warnings) {
    return Folders.below(
            folder,
            ImageNames::isRead,
            link -> warnings.accept(link + ": a link to a folder; left out"))
        .stream()
        .sorted()
        .toList();
  }

  /**
   * Lists labeled images in class folders, sorted.
   *
   * @throws KgCoopException if there are none
   */
  static List<LabelExample> examples(Path labeled, Consumer<String> warnings) {
    List<LabelExample> examples = new ArrayList<>();
    for (Path folder : Folders.folders(labeled.toAbsolutePath().normalize())) {
      String name = Folders.name(folder);
      if (!name.startsWith(".")) {
        String label = name.equals(Labeling.NONE_FOLDER) ? Labeling.NONE : name;
        imagesBelow(folder, warnings)
            .forEach(
                file ->
                    examples.add(new LabelExample(file, label, Folders.relative(folder, file))));
      }
    }
    if (examples.isEmpty()) {
      throw KgCoopException.data(
          labeled
              + ": no class folder with images; expected a folder per class, such as cat/1.jpg");
    }
    return examples;
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      return -1; // reading it will report the reason
    }
  }

  /** Returns the SHA-256 of files, without those that cannot be read. */
  private static Map<Path, String> hashes(List<Path> files, ImageHashes hashes) {
    Map<Path, String> found = new HashMap<>();
    for (int from = 0; from < files.size(); from += GROUP) {
      List<Path> group = files.subList(from, Math.min(files.size(), from + GROUP));
      try {
        List<String> all = hashes.of(group);
        for (int i = 0; i < all.size(); i++) {
          found.put(group.get(i), all.get(i));
        }
      } catch (KgCoopException e) { // one of them cannot be read
        if (group.size() > 1) {
          group.forEach(file -> found.putAll(hashes(List.of(file), hashes)));
        }
      }
    }
    return found;
  }

  /**
   * Returns the first digits of the SHA-256 of files, by path, without files that cannot be read.
   */
  Map<String, String> contents(Collection<String> paths, ImageHashes hashes) {
    List<Path> files = paths.stream().map(this::file).filter(Files::isRegularFile).toList();
    Map<Path, String> found = hashes(files, hashes);
    Map<String, String> contents = new HashMap<>();
    for (String path : paths) {
      String hash = found.get(file(path));
      if (hash != null) {
        contents.put(path, hash.substring(0, CONTENT_DIGITS));
      }
    }
    return contents;
  }

  /** Returns the paths of the distinct images, relative to the folder, sorted. */
  List<String> images() {
    return List.copyOf(copies.keySet());
  }

  Path file(String image) {
    return root.resolve(image);
  }

  /** Returns those of other files that are in this folder, too. */
  Set<Path> copiesOf(List<Path> others, ImageHashes hashes) {
    List<Path> candidates =
        others.stream()
            .map(LabelFolder::size)
            .distinct()
            .flatMap(size -> bySize.getOrDefault(size, List.of()).stream())
            .toList();
    Set<String> here = new HashSet<>(hashes(candidates, hashes).values());
    Map<Path, String> found = hashes(others, hashes);
    found.values().retainAll(here);
    return found.keySet();
  }
}
