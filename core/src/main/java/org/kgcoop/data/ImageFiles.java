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
    return stamped(paths, warnings).stream().map(StampedImage::file).toList();
  }

  /** Returns the images as {@link #expand}, with their stamps. */
  public static List<StampedImage> stamped(List<Path> paths, Consumer<String> warnings) {
    List<StampedImage> files = new ArrayList<>();
    for (Path path : paths) {
      if (!Files.exists(path)) {
        boolean table = Folders.name(path).matches("(?i).*\\.(csv|jsonl?|npy|parquet|safetensors)");
        throw KgCoopException.data(
            path
                + ": there is no such image or folder"
                + (table ? "; a file to be written is named by --out" : ""));
      }
      files.addAll(
          Files.isDirectory(path) ? below(path, warnings) : List.of(StampedImage.of(path)));
    }
    return files;
  }

  /** Returns true if there is an image of a supported format in a folder. */
  public static boolean hasImages(Path folder) {
    return !Folders.below(folder, ImageNames::isRead, link -> {}).isEmpty();
  }

  private static List<StampedImage> below(Path folder, Consumer<String> warnings) {
    List<StampedImage> images = new ArrayList<>();
    List<Path> others = new ArrayList<>();
    for (StampedImage image :
        Folders.below(folder, ImageNames::isImage, StampedImage::of, link -> {})) {
      if (ImageNames.isRead(Folders.name(image.file()))) {
        images.add(image);
      } else {
        others.add(image.file());
      }
    }
    Optional<String> leftOut = ImageNames.leftOut(others);
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
