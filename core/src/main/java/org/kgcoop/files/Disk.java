package org.kgcoop.files;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * The steps that bring a file to the disk. Tests replace the current disk to simulate the end of
 * the process or a power failure at any step.
 */
class Disk {
  /** A folder of Linux. */
  private static final Path NEVER_FORCED = Path.of("/proc");

  private static volatile Disk current = new Disk();

  static Disk current() {
    return current;
  }

  static void replace(Disk other) {
    current = other;
  }

  FileChannel open(Path file, OpenOption... options) throws IOException {
    return FileChannel.open(file, options);
  }

  void write(Path file, FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  void force(Path file, FileChannel channel) throws IOException {
    channel.force(true);
  }

  RandomAccessFile openToAppend(Path file) throws IOException {
    return new RandomAccessFile(file.toFile(), "rw");
  }

  void append(Path file, RandomAccessFile open, byte[] bytes) throws IOException {
    open.seek(open.length());
    open.write(bytes);
  }

  void force(Path file, RandomAccessFile open) throws IOException {
    open.getFD().sync();
  }

  void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  void delete(Path file) throws IOException {
    Files.deleteIfExists(file);
  }

  /**
   * Makes a rename durable.
   *
   * @throws IOException if the folder can be forced to the disk, but that failed
   */
  void forceFolder(Path folder) throws IOException {
    FileChannel channel;
    try {
      channel = FileChannel.open(folder, StandardOpenOption.READ);
    } catch (IOException e) {
      return; // Windows does not open folders, and a user may write a folder but not read it
    }
    try (channel) {
      force(channel);
    } catch (IOException e) {
      if (!isUnsupported(e)) {
        throw e;
      }
    }
  }

  /** Forces an open folder. */
  void force(FileChannel folder) throws IOException {
    folder.force(true);
  }

  /**
   * Returns true for the error of a file system that cannot force folders, such as some of
   * networks. The JVM does not pass on its number, and its text depends on the locale. So it is
   * compared with the error of a folder that can never be forced.
   */
  private static boolean isUnsupported(IOException error) {
    try (FileChannel channel = FileChannel.open(NEVER_FORCED, StandardOpenOption.READ)) {
      channel.force(true);
      return false;
    } catch (IOException e) {
      return String.valueOf(error.getMessage()).equals(e.getMessage());
    }
  }
}
