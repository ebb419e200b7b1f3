package org.kgcoop.serve.label;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.files.Digest;
import org.kgcoop.files.FileStamp;

/**
 * JPEG copies of images in a folder, one file per image. The name of a file is the stamp of the
 * image, so a changed image has another one. The files can be made again. If they cannot be written
 * or read, there are none. Thread-safe.
 */
final class ThumbnailFolder {
  /** The name of the folder in that of the session. */
  static final String NAME = "thumbnails";

  static final long MAX_BYTES = 256L << 20;
  private static final String ENDING = ".jpg";

  private final Path folder;
  private final long maxBytes;

  /** The size of all files; negative if it is not known yet. */
  private long bytes = -1;

  /**
   * Creates a cache in a folder, which may not exist yet.
   *
   * @param maxBytes the size of all files above which the oldest quarter is deleted
   */
  ThumbnailFolder(Path folder, long maxBytes) {
    this.folder = folder;
    this.maxBytes = maxBytes;
  }

  private @Nullable Path place(Path image) {
    Digest stamp = FileStamp.of(image);
    return stamp == null ? null : folder.resolve(stamp.hex() + ENDING);
  }

  /** Returns the copy of an image. */
  Optional<byte[]> get(Path image) {
    Path place = place(image);
    try {
      return place != null && Files.exists(place)
          ? Optional.of(Files.readAllBytes(place))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Stores the copy of an image, unless it is there. */
  void put(Path image, byte[] jpeg) {
    Path place = place(image);
    if (place == null || Files.exists(place)) {
      return;
    }
    try {
      Files.createDirectories(folder);
      Path part = Files.createTempFile(folder, "", ".part");
      try {
        Files.write(part, jpeg);
        Files.move(part, place, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(part);
      }
      grow(jpeg.length);
    } catch (IOException e) {
      return; // it is made again when it is shown
    }
  }

  private synchronized void grow(int added) throws IOException {
    bytes = bytes < 0 ? size(files()) : bytes + added;
    if (bytes > maxBytes) {
      List<Path> oldest =
          files().stream().sorted(Comparator.comparing(ThumbnailFolder::written)).toList();
      for (Path file : oldest) {
        if (bytes <= maxBytes / 4 * 3) {
          break;
        }
        bytes -= Files.size(file);
        Files.deleteIfExists(file);
      }
    }
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }

  private static long size(List<Path> files) throws IOException {
    long sum = 0;
    for (Path file : files) {
      sum += Files.size(file);
    }
    return sum;
  }

  private static long written(Path file) {
    return file.toFile().lastModified();
  }
}
