package org.kgcoop.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.Folders;
import org.kgcoop.image.ImageNames;

/** The images that a user names as files or folders. */
public final class ImageFiles {
  private ImageFiles() {}

  /**
   * Returns the files, and the images of supported formats in the folders in alphabetical order.
   *
   * @param warnings receives one line per folder with skipped images
   */
  public static List<Path> expand(List<Path> paths, Consumer<String> warnings) {
    List<Path> files = new ArrayList<>();
    for (Path path : paths) {
      List<StampedImage> images = stamped(List.of(path));
      List<Path> all = images.stream().map(StampedImage::file).toList();
      if (Files.isDirectory(path)) {
        ImageNames.leftOut(all).ifPresent(line -> warnings.accept(path + ": " + line));
        all = all.stream().filter(file -> ImageNames.isRead(Folders.name(file))).toList();
      }
      files.addAll(all);
    }
    return files;
  }

  /**
   * Returns the files, and all images in the folders in alphabetical order. Those of unsupported
   * formats are unreadable images for a command that answers for each image.
   */
  public static List<StampedImage> stamped(List<Path> paths) {
    List<StampedImage> files = new ArrayList<>();
    for (Path path : paths) {
      if (!Files.exists(path)) {
        boolean table = Folders.name(path).matches("(?i).*\\.(csv|jsonl?|npy|parquet|safetensors)");
        throw KgCoopException.data(
            path
                + ": there is no such image or folder"
                + (table ? "; a file to be written is named by --out" : ""));
      }
      files.addAll(Files.isDirectory(path) ? below(path) : List.of(StampedImage.of(path)));
    }
    return files;
  }

  /** Returns the files of {@link #stamped}. */
  public static List<Path> all(List<Path> paths) {
    return stamped(paths).stream().map(StampedImage::file).toList();
  }

  /** Returns true if there is an image of a supported format in a folder. */
  public static boolean hasImages(Path folder) {
    return !Folders.below(folder, ImageNames::isRead, link -> {}).isEmpty();
  }

  private static List<StampedImage> below(Path folder) {
    List<StampedImage> images =
        Folders.below(folder, ImageNames::isImage, StampedImage::of, link -> {});
    if (images.stream().noneMatch(image -> ImageNames.isRead(Folders.name(image.file())))) {
      List<Path> others = images.stream().map(StampedImage::file).toList();
      throw KgCoopException.data(
          folder
              + ": no image below this folder; expected .jpg, .png, .webp, .gif, .bmp, .tif or RAW"
              + ImageNames.leftOut(others).map(line -> " (" + line + ")").orElse(""));
    }
    return images;
  }
}
