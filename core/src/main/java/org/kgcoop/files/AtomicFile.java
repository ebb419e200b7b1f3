package org.kgcoop.files;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * Atomic writes. The content goes to a temporary file in the same folder, is forced to the disk,
 * and replaces the target by a rename. A reader sees the old or the new content, never a part.
 * After a failure, the temporary file is deleted and the target is unchanged.
 */
public final class AtomicFile {

  /** A writer of the content of a file. It must not keep or close the stream. */
  @FunctionalInterface
  public interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  private AtomicFile() {}

  /**
   * Replaces or creates {@code target}.
   *
   * @throws org.kgcoop.KgCoopException of the category IO, with the file and the cause
   */
  public static void write(Path target, Content content) {
    Disk disk = Disk.current();
    Path temporary = temporary(target);
    try {
      try {
        writeAndForce(disk, temporary, content);
        disk.rename(temporary, target);
      } finally {
        disk.delete(temporary);
      }
    } catch (IOException e) {
      throw FileErrors.unwritable(target, e);
    }
    disk.forceFolder(temporary.resolveSibling(""));
  }

  /**
   * Checks that {@code target} can be written, before its content is computed.
   *
   * @throws org.kgcoop.KgCoopException of the category IO, with the file and the cause
   */
  public static void check(Path target) {
    Path temporary = temporary(target);
    try {
      Files.createFile(temporary);
      Files.delete(temporary);
    } catch (IOException e) {
      throw FileErrors.unwritable(target, e);
    }
  }

  private static Path temporary(Path target) {
    Path folder = target.toAbsolutePath().getParent();
    Path name = target.getFileName();
    if (folder == null || name == null || Files.isDirectory(target)) {
      throw FileErrors.unwritable(target, new IOException("it is a folder"));
    }
    return folder.resolve("." + name + "." + UUID.randomUUID() + ".tmp");
  }

  private static void writeAndForce(Disk disk, Path file, Content content) throws IOException {
    try (FileChannel channel =
        disk.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      OutputStream out = new BufferedOutputStream(new Written(disk, file, channel), 1 << 16);
      content.writeTo(out);
      out.flush();
      disk.force(file, channel, true);
    }
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
