package org.kgcoop.data.published;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Sorts images into class folders by their names. Hugging Face's archives of ImageNet have one
 * folder, with names such as {@code n01440764_10026_n01440764.JPEG}.
 */
final class SortedByName {
  private static final Pattern NAME = Pattern.compile("(.+)_(n\\d{8})(\\.[A-Za-z]+)");

  private SortedByName() {}

  /**
   * Moves the images below a folder to {@code into/CLASS/NAME}. Other files stay.
   *
   * @param into a folder on the same disk
   */
  static void sort(Path folder, Path into) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(folder)) {
      files = all.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      Matcher name = NAME.matcher(String.valueOf(file.getFileName()));
      if (name.matches()) {
        Path target = into.resolve(name.group(2)).resolve(name.group(1) + name.group(3));
        Files.createDirectories(target.resolveSibling(""));
        Files.move(file, target);
      }
    }
  }
}
