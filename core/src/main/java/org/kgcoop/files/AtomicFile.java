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
 * Writes a file whole or not at all: to a temporary file in the same folder, forced to the disk,
 * then renamed over the target. A reader sees the old content or the new, never a part; on any
 * failure the temporary file is gone and the target as it was.
 */
public final class AtomicFile {

  /** Writes the content of a file to a stream that it neither keeps nor closes. */
  @FunctionalInterface
  public interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  private AtomicFile() {}

  /**
   * Replaces or creates {@code target}.
   *
   * @throws org.kgcoop.KgCoopException of the kind IO, naming the file and the cause
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
   * Finds out whether {@code target} can be written, before its content takes long to make.
   *
   * @throws org.kgcoop.KgCoopException of the kind IO, naming the file and the cause
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

  /** What is written to a file of a disk; the channel is closed by whoever opened it. */
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
