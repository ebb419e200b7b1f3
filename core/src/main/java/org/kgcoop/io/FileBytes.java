package org.kgcoop.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.kgcoop.files.Digest;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.FileStamp;
import org.kgcoop.files.InputFile;

/**
 * The bytes of a file that is read in parts, each whenever it is used. A file that has changed
 * since it was opened is rejected. If the file were mapped, a process would end when the file
 * becomes shorter, and its answers would change when another file is copied over it.
 */
final class FileBytes {

  /** The maximum size of a file that is read at once, and of a part on the heap. */
  private static final long SMALL = 1 << 20;

  private final Path path;
  private final Stamp stamp;
  private final @Nullable ByteSource whole; // null if the parts are read when they are used

  /** The attributes that change with the content. The key is that of the inode, or null. */
  private record Stamp(
      long size, FileTime modified, @Nullable Object key, @Nullable Digest digest) {
    static Stamp of(Path file, BasicFileAttributes attributes) {
      return new Stamp(
          attributes.size(),
          attributes.lastModifiedTime(),
          attributes.fileKey(),
          FileStamp.of(file, attributes));
    }

    boolean isOf(BasicFileAttributes attributes) {
      return size == attributes.size()
          && modified.equals(attributes.lastModifiedTime())
          && Objects.equals(key, attributes.fileKey());
    }
  }

  private FileBytes(Path path, Stamp stamp, @Nullable ByteSource whole) {
    this.path = path;
    this.stamp = stamp;
    this.whole = whole;
  }

  /** Wraps a file that exists only in memory. */
  static FileBytes of(Path name, byte[] bytes) {
    Stamp stamp = new Stamp(bytes.length, FileTime.fromMillis(0), null, null);
    return new FileBytes(name, stamp, ByteSource.of(ByteBuffer.wrap(bytes)));
  }

  static FileBytes open(Path path) {
    try {
      Stamp stamp = Stamp.of(path, InputFile.check(path));
      FileBytes file = new FileBytes(path, stamp, null);
      return stamp.size > SMALL
          ? file
          : new FileBytes(path, stamp, ByteSource.of(file.window(0, stamp.size)));
    } catch (IOException e) {
      throw FileErrors.unreadable(path, e);
    }
  }

  Path path() {
    return path;
  }

  long size() {
    return stamp.size;
  }

  /** Returns the stamp of the file when it was opened; null if no value of it may be stored. */
  @Nullable Digest stamp() {
    return stamp.digest;
  }

  /** Returns a part of the file. The caller has checked that it is inside the file. */
  ByteSource part(long offset, long length) {
    if (offset < 0 || length < 0 || offset > stamp.size - length) {
      throw new IllegalArgumentException(
          "part %s+%s of a file of %s bytes".formatted(offset, length, stamp.size));
    }
    if (length > Integer.MAX_VALUE) {
      throw FileErrors.damaged(
          path, "one part of it has " + length + " bytes; at most 2 GiB can be read at once");
    }
    return whole == null
        ? new Part(this, offset, length)
        : ByteSource.of(whole.bytes(offset, (int) length));
  }

  /** Returns the bytes of a part, read-only and little-endian. */
  ByteBuffer window(long offset, long length) {
    return part(offset, length).bytes(0, (int) length);
  }

  /** A part that is read when it is used. */
  private record Part(FileBytes file, long offset, long size) implements ByteSource {
    @Override
    public void copyTo(ByteBuffer target, long from) {
      file.read(target, offset + from);
    }

    @Override
    public ByteBuffer bytes(long from, int count) {
      // A tensor can use direct memory without a copy. The heap frees small parts sooner.
      ByteBuffer bytes =
          count > SMALL ? ByteBuffer.allocateDirect(count) : ByteBuffer.allocate(count);
      file.read(bytes, offset + from);
      return bytes.flip().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  private void read(ByteBuffer target, long from) {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      long position = from;
      while (target.hasRemaining()) {
        int count = channel.read(target, position);
        if (count < 0) {
          throw FileErrors.changed(path);
        }
        position += count;
      }
      if (!stamp.isOf(Files.readAttributes(path, BasicFileAttributes.class))) {
        throw FileErrors.changed(path);
      }
    } catch (IOException e) {
      throw FileErrors.unreadable(path, e);
    }
  }
}
