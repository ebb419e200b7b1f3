package org.kgcoop.files;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file that grows at its end. Appended bytes survive the end of the process. After {@link
 * #force}, they also survive a power failure.
 *
 * <p>It is no channel, because an interrupted thread that writes to a channel closes it for all
 * threads. The caller keeps other writers out.
 */
public final class AppendedFile implements AutoCloseable {
  private final Disk disk = Disk.current();
  private final Path file;
  private final RandomAccessFile open;

  /**
   * Opens a file, or creates it.
   *
   * @throws IOException also for a symbolic link, which may lead out of the folder
   */
  public AppendedFile(Path file) throws IOException {
    if (Files.isSymbolicLink(file)) {
      throw new FileSystemException(file.toString(), null, "it is a link; expected a file");
    }
    this.file = file;
    open = disk.openToAppend(file);
  }

  public synchronized void append(byte[] bytes) throws IOException {
    disk.append(file, open, bytes);
  }

  /**
   * Appends bytes and forces them to the disk. If this fails, the file gets its previous length, so
   * that it never contains a part of them.
   */
  public synchronized void appendAndForce(byte[] bytes) throws IOException {
    long before = open.length();
    try {
      append(bytes);
      force();
    } catch (IOException e) {
      try {
        open.setLength(before);
      } catch (IOException second) {
        e.addSuppressed(second);
      }
      throw e;
    }
  }

  /** Forces the appended bytes to the disk. */
  public void force() throws IOException {
    disk.force(file, open);
  }

  @Override
  public void close() throws IOException {
    open.close();
  }
}
