package org.kgcoop.data;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.kgcoop.files.Digest;

/**
 * An image file with a stamp, which depends on its path, size, modification time and identity. A
 * file with the same stamp as before is assumed to have the same bytes.
 *
 * @param stamp null if no value of this file may be stored, because it is young or cannot be read
 */
public record StampedImage(Path file, @Nullable Digest stamp) {
  /**
   * The age below which a file has no stamp, because it may change again within one tick of the
   * clock. The coarsest clock of a common file system, FAT's, ticks every two seconds.
   */
  private static final long YOUNG_MILLISECONDS = 3000;

  /** Reads the attributes of a file. */
  public static StampedImage of(Path file) {
    try {
      return of(file, Files.readAttributes(file, BasicFileAttributes.class));
    } catch (IOException e) {
      return new StampedImage(file, null); // reading it will report the reason
    }
  }

  /** Returns a file with known attributes. */
  public static StampedImage of(Path file, BasicFileAttributes attributes) {
    return new StampedImage(file, stamp(file, attributes));
  }

  private static @Nullable Digest stamp(Path file, BasicFileAttributes attributes) {
    boolean plain = file.getFileSystem().equals(FileSystems.getDefault());
    long modified = attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS);
    if (plain
        && TimeUnit.NANOSECONDS.toMillis(modified)
            > System.currentTimeMillis() - YOUNG_MILLISECONDS) {
      return null;
    }
    try {
      // For an image in a zip file, the checksum in the zip directory.
      Object identity = plain ? attributes.fileKey() : Files.getAttribute(file, "zip:crc");
      return Digest.quick(
          file.toAbsolutePath().toString(),
          attributes.size(),
          modified,
          Objects.hashCode(identity));
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      return null;
    }
  }
}
