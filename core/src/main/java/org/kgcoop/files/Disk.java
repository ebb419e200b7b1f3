package org.kgcoop.files;

import java.io.IOException;
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

  void force(Path file, FileChannel channel, boolean metadata) throws IOException {
    channel.force(metadata);
  }

  void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  void delete(Path file) throws IOException {
    Files.deleteIfExists(file);
  }

  /** Makes a rename durable. The new file exists already, so a failure is not an error. */
  void forceFolder(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      return; // Windows does not open folders, and its renames need no second step
    }
  }
}
