package org.kgcoop.files;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;

/**
 * Atomic writes. The content goes to a temporary file in the same folder, is forced to the disk,
 * and replaces the target by a rename. A reader sees the old or the new content, never a part.
 * After a failure, the temporary file is deleted and the target is unchanged. If the process is
 * killed, the next process that writes into the folder deletes the temporary file.
 *
 * <p>A symbolic link is replaced, because it may lead out of the folder of a run. If the user has
 * named the file, the caller writes to its {@link #destination}. A pipe or a device is never
 * replaced: the content is written into it.
 */
public final class AtomicFile {

  /** A writer of the content of a file. It must not keep or close the stream. */
  @FunctionalInterface
  public interface Writer {
    void writeTo(OutputStream out) throws IOException;
  }

  /** Linux follows as many. */
  private static final int MAX_LINKS = 40;

  private AtomicFile() {}

  /**
   * Replaces or creates {@code target}.
   *
   * @throws org.kgcoop.KgCoopException of the category IO, with the file and the cause
   */
  public static void write(Path target, Writer content) {
    write(target, 0, content, () -> new byte[0]);
  }

  /**
   * Replaces or creates {@code target} with the mode of another file and, where the system permits
   * it, with its owner and group.
   *
   * @param like the other file, often {@code target}; if there is none, the mode is that of any new
   *     file
   * @throws org.kgcoop.KgCoopException of the category IO, with the file and the cause
   */
  public static void write(Path target, Path like, Writer content) {
    write(target, like, 0, content, () -> new byte[0]);
  }

  /**
   * Replaces or creates {@code target}, whose beginning depends on the rest of its content.
   *
   * @param length the number of bytes of the beginning
   * @param content writes the rest
   * @param beginning returns the beginning, after the rest is written
   * @throws org.kgcoop.KgCoopException of the category IO, with the file and the cause
   */
  public static void write(Path target, int length, Writer content, Supplier<byte[]> beginning) {
    write(target, null, length, content, beginning);
  }

  private static void write(
      Path target, @Nullable Path like, int length, Writer content, Supplier<byte[]> beginning) {
    Disk disk = Disk.current();
    if (isPipeOrDevice(target)) {
      writeInto(disk, target, length == 0 ? content : inOrder(content, beginning));
      return;
    }
    Path folder = folderOf(target);
    try (TemporaryFile temporary = TemporaryFile.create(disk, folder, target)) {
      if (like != null) {
        temporary.setAttributesOf(like);
      }
      FileChannel channel = temporary.channel();
      channel.position(length);
      write(disk, temporary.path(), channel, content);
      if (length > 0) {
        channel.position(0);
        disk.write(temporary.path(), channel, ByteBuffer.wrap(beginning.get(), 0, length));
      }
      disk.force(temporary.path(), channel);
      disk.rename(temporary.path(), target);
    } catch (IOException e) {
      throw FileErrors.unwritable(target, e);
    }
    try {
      disk.forceFolder(folder);
    } catch (IOException e) {
      throw KgCoopException.io(
          "%s: written, but it cannot be forced to the disk: %s; check the disk, because a power failure may lose the file"
              .formatted(target, FileErrors.reason(e)),
          e);
    }
  }

  /**
   * Checks that the destination of {@code target} can be written, before its content is computed.
   *
   * @throws org.kgcoop.KgCoopException of the category IO, with the file and the cause
   */
  public static void check(Path target) {
    Path file = destination(target);
    try {
      if (!isPipeOrDevice(file)) {
        TemporaryFile.create(Disk.current(), folderOf(file), file).close();
      } else if (!Files.isWritable(file)) {
        throw new AccessDeniedException(file.toString());
      }
    } catch (IOException e) {
      throw FileErrors.unwritable(file, e);
    }
  }

  /**
   * Follows symbolic links to the path of the file that a write replaces or creates.
   *
   * @throws org.kgcoop.KgCoopException of the category IO if the links cannot be followed
   */
  public static Path destination(Path target) {
    Path file = target;
    try {
      // The text of a link to a pipe, such as /dev/stdout, is not always a path.
      for (int i = 0; Files.isSymbolicLink(file) && !isPipeOrDevice(file); i++) {
        if (i == MAX_LINKS) {
          throw KgCoopException.io(
              target + ": a symbolic link that leads to itself; name another file",
              new FileSystemLoopException(target.toString()));
        }
        file = file.resolveSibling(Files.readSymbolicLink(file));
      }
      return file;
    } catch (IOException e) {
      throw FileErrors.unwritable(target, e);
    }
  }

  /**
   * Returns true if a file has the name of a temporary file, which a killed process may have left
   * while it wrote {@code target}.
   */
  public static boolean isLeft(Path file, String target) {
    return TemporaryFile.isLeft(Folders.name(file), target);
  }

  /** Returns true for a file that is neither regular nor a folder. Links are followed. */
  public static boolean isPipeOrDevice(Path file) {
    try {
      return Files.readAttributes(file, BasicFileAttributes.class).isOther();
    } catch (IOException e) {
      return false; // it does not exist, or the write reports the error
    }
  }

  private static void writeInto(Disk disk, Path file, Writer content) {
    try (FileChannel channel = disk.open(file, StandardOpenOption.WRITE)) {
      write(disk, file, channel, content);
    } catch (IOException e) {
      throw KgCoopException.io(
          "%s: a pipe or a device that cannot be written: %s; write to a file"
              .formatted(file, FileErrors.reason(e)),
          e);
    }
  }

  /** Returns the entire content for a file that can only be written in order. */
  private static Writer inOrder(Writer content, Supplier<byte[]> beginning) {
    return out -> {
      Path rest = Files.createTempFile("kgcoop-", ".tmp");
      try {
        try (OutputStream file = new BufferedOutputStream(Files.newOutputStream(rest))) {
          content.writeTo(file);
        }
        out.write(beginning.get());
        Files.copy(rest, out);
      } finally {
        Files.delete(rest);
      }
    };
  }

  private static Path folderOf(Path target) {
    Path folder = target.toAbsolutePath().getParent();
    if (folder == null || Files.isDirectory(target)) {
      throw FileErrors.unwritable(target, new IOException("it is a folder"));
    }
    return folder;
  }

  private static void write(Disk disk, Path file, FileChannel channel, Writer content)
      throws IOException {
    OutputStream out = new BufferedOutputStream(new Written(disk, file, channel), 1 << 16);
    content.writeTo(out);
    out.flush();
  }

  /** An output stream to a file. The caller closes the channel. */
  private static final class Written extends OutputStream {
    private final Disk disk;
    private final Path file;
    private final FileChannel channel;

    Written(Disk disk, Path file, FileChannel channel) {
      this.disk = disk;
      this.file = file;
      this.channel = channel;
    }

    @Override
    public void write(int one) throws IOException {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
      disk.write(file, channel, ByteBuffer.wrap(bytes, from, count));
    }
  }
}
