package org.kgcoop.files;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Files that are read to their end. A pipe or a device is rejected before it is opened, because it
 * may have no end, and opening a pipe without a writer never returns.
 */
public final class InputFile {
  private static final int MAX_TEXT_BYTES = 64 << 20;

  private InputFile() {}

  /**
   * Checks that a file is a regular one, or a link to one.
   *
   * @return its attributes
   * @throws IOException with the reason, if it is not
   */
  @CanIgnoreReturnValue
  public static BasicFileAttributes check(Path file) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    if (!attributes.isRegularFile()) {
      String kind = attributes.isDirectory() ? "a folder" : "a pipe or a device";
      throw new FileSystemException(file.toString(), null, "it is " + kind + "; expected a file");
    }
    return attributes;
  }

  /** Opens a file after {@link #check}. */
  public static InputStream open(Path file) throws IOException {
    check(file);
    return Files.newInputStream(file);
  }

  /** Returns the content of a text file in UTF-8 of at most 64 MB after {@link #check}. */
  public static String text(Path file) throws IOException {
    long size = check(file).size();
    if (size > MAX_TEXT_BYTES) {
      throw new FileSystemException(
          file.toString(), null, size + " bytes; expected a text of at most " + MAX_TEXT_BYTES);
    }
    return Files.readString(file);
  }

  /**
   * Reads a part of a file.
   *
   * @return the bytes, little-endian
   * @throws EOFException if the file has become shorter
   */
  public static ByteBuffer part(FileChannel channel, long from, long length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(length)).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, from + bytes.position()) < 0) {
        throw new EOFException("it became shorter");
      }
    }
    return bytes.flip();
  }
}
