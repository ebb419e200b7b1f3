package org.kgcoop.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.Folders;
import org.kgcoop.image.ImageNames;

/** The images that a user names as files or folders. */
public final class ImageFiles {
  private ImageFiles() {}

  /**
   * Returns the files, and the images in the folders in alphabetical order.
   *
   * @param warnings receives one line per folder with skipped images
   */
  public static List<Path> expand(List<Path> paths, Consumer<String> warnings) {
    List<Path> files = new ArrayList<>();
    for (Path path : paths) {
      if (!Files.exists(path)) {
        boolean table = Folders.name(path).matches("(?i).*\\.(csv|jsonl?|npy|parquet|safetensors)");
        throw KgCoopException.data(
            path
                + ": there is no such image or folder"
                + (table ? "; a file to be written is named by --out" : ""));
      }
      files.addAll(Files.isDirectory(path) ? below(path, warnings) : List.of(path));
    }
    return files;
  }

  /** Returns true if there is an image of a supported format in a folder. */
  public static boolean hasImages(Path folder) {
    return !Folders.below(folder, file -> ImageNames.isRead(Folders.name(file)), link -> {})
        .isEmpty();
  }

  private static List<Path> below(Path folder, Consumer<String> warnings) {
    List<Path> all =
        Folders.below(folder, file -> ImageNames.isImage(Folders.name(file)), link -> {});
    List<Path> images = all.stream().filter(file -> ImageNames.isRead(Folders.name(file))).toList();
    Optional<String> leftOut = ImageNames.leftOut(all);
    if (images.isEmpty()) {
      throw KgCoopException.data(
          folder
              + ": no image below this folder; expected .jpg, .png, .webp, .gif or .bmp"
              + leftOut.map(line -> " (" + line + ")").orElse(""));
    }
    leftOut.ifPresent(line -> warnings.accept(folder + ": " + line));
    return images;
  }
}
