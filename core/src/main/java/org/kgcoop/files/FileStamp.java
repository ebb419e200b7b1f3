package org.kgcoop.files;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The stamp of a file, which depends on its path, size, modification time and identity. A file with
 * the same stamp as before is assumed to have the same bytes.
 */
public final class FileStamp {
  /**
   * The age below which a file has no stamp, because it may change again within one tick of the
   * clock. The coarsest clock of a common file system, FAT's, ticks every two seconds.
   */
  private static final long YOUNG_MILLISECONDS = 3000;

  private FileStamp() {}

  /**
   * Returns the stamp of a file; null if no value of this file may be stored, because it is young
   * or cannot be read.
   */
  public static @Nullable Digest of(Path file) {
    try {
      return of(file, Files.readAttributes(file, BasicFileAttributes.class));
    } catch (IOException e) {
      return null; // reading it will report the reason
    }
  }

  /** Returns the stamp of a file with known attributes, or null. */
  public static @Nullable Digest of(Path file, BasicFileAttributes attributes) {
    boolean plain = file.getFileSystem().equals(FileSystems.getDefault());
    long modified = attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS);
    if (plain
        && TimeUnit.NANOSECONDS.toMillis(modified)
            > System.currentTimeMillis() - YOUNG_MILLISECONDS) {
      return null;
    }
    try {
      // For a file in a zip file, the checksum in the zip directory.
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
