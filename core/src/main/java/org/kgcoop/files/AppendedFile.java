package org.kgcoop.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file that grows at its end. Appended bytes survive the end of the process. After {@link
 * #force}, they also survive a power failure.
 */
public final class AppendedFile implements AutoCloseable {
  private final Disk disk = Disk.current();
  private final Path file;
  private final FileChannel channel;

  /** Opens a file, or creates it. */
  public AppendedFile(Path file) throws IOException {
    this.file = file;
    channel =
        disk.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
  }

  public void append(byte[] bytes) throws IOException {
    disk.write(file, channel, ByteBuffer.wrap(bytes));
  }

  /**
   * Appends bytes and forces them to the disk. If this fails, the file gets its previous length, so
   * that it never contains a part of them.
   */
  public void appendAndForce(byte[] bytes) throws IOException {
    long before = channel.size();
    try {
      append(bytes);
      force();
    } catch (IOException e) {
      try {
        channel.truncate(before);
      } catch (IOException second) {
        e.addSuppressed(second);
      }
      throw e;
    }
  }

  /** Forces the appended bytes to the disk. */
  public void force() throws IOException {
    disk.force(file, channel, false);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
