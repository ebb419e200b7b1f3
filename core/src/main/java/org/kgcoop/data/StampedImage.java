package org.kgcoop.data;

import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;
import org.kgcoop.files.Digest;
import org.kgcoop.files.FileStamp;

/**
 * An image file with its {@link FileStamp}.
 *
 * @param stamp null if no value of this file may be stored, because it is young or cannot be read
 */
public record StampedImage(Path file, @Nullable Digest stamp) {

  /** Reads the attributes of a file. */
  public static StampedImage of(Path file) {
    return new StampedImage(file, FileStamp.of(file));
  }

  /** Returns a file with known attributes. */
  public static StampedImage of(Path file, BasicFileAttributes attributes) {
    return new StampedImage(file, FileStamp.of(file, attributes));
  }
}
