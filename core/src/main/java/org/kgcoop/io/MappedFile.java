package org.kgcoop.io;

import com.google.errorprone.annotations.MustBeClosed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.InputFile;

/**
 * A file as windows of mapped memory. A Java buffer ends at 2 GiB, so larger files are mapped in
 * several windows. A file of at most 1 MiB is read instead, which is faster than mapping. Windows
 * stay valid after {@link #close}.
 */
final class MappedFile implements AutoCloseable {

  private static final long SMALL = 1 << 20;

  private final Path path;
  private final @Nullable FileChannel channel; // null if the entire file is in memory
  private final long size;
  private final @Nullable ByteBuffer whole;

  private MappedFile(Path path, FileChannel channel) throws IOException {
    this.path = path;
    this.channel = channel;
    this.size = channel.size();
    this.whole =
        size <= SMALL
            ? readWhole(channel, (int) size)
            : size <= Integer.MAX_VALUE
                ? channel.map(FileChannel.MapMode.READ_ONLY, 0, size)
                : null;
  }

  private static ByteBuffer readWhole(FileChannel channel, int size) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(size);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes) < 0) {
        throw new IOException("it became shorter during reading");
      }
    }
    return bytes.flip().asReadOnlyBuffer();
  }

  private MappedFile(Path path, byte[] bytes) {
    this.path = path;
    this.channel = null;
    this.size = bytes.length;
    this.whole = ByteBuffer.wrap(bytes).asReadOnlyBuffer();
  }

  /** Wraps a file that exists only in memory. */
  @MustBeClosed
  static MappedFile of(Path name, byte[] bytes) {
    return new MappedFile(name, bytes);
  }

  @MustBeClosed
  static MappedFile open(Path path) {
    try {
      InputFile.check(path);
      FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
      try {
        return new MappedFile(path, channel);
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw FileErrors.unreadable(path, e);
    }
  }

  Path path() {
    return path;
  }

  long size() {
    return size;
  }

  /**
   * Returns a read-only little-endian window. The caller has checked that it is inside the file.
   */
  ByteBuffer window(long offset, long length) {
    if (offset < 0 || length < 0 || offset > size - length) {
      throw new IllegalArgumentException(
          "window %s+%s of a file of %s bytes".formatted(offset, length, size));
    }
    if (length > Integer.MAX_VALUE) {
      throw FileErrors.damaged(
          path, "one part of it has " + length + " bytes; at most 2 GiB can be read at once");
    }
    ByteBuffer window;
    if (whole != null) {
      window = whole.slice((int) offset, (int) length);
    } else {
      try {
        window = Objects.requireNonNull(channel).map(FileChannel.MapMode.READ_ONLY, offset, length);
      } catch (IOException e) {
        throw FileErrors.unreadable(path, e);
      }
    }
    return window.order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public void close() {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      throw FileErrors.unreadable(path, e);
    }
  }
}
