package org.kgcoop.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An open file with a write lock against other processes, and against other threads of this
 * process.
 *
 * <p>On POSIX systems a lock belongs to the process, and closing any channel of the file releases
 * it. A request for a file that this process has locked is therefore rejected before a channel is
 * opened.
 */
public final class LockedFile implements AutoCloseable {

  // Static, because the locks also belong to the process.
  private static final Set<Path> HELD = new HashSet<>();

  /** A check for a lock takes the lock for a moment, so one failed attempt is not final. */
  private static final int ATTEMPTS = 10;

  private static final int MILLIS_BETWEEN = 10;

  private final Path key;
  private final FileChannel channel;

  private LockedFile(Path key, FileChannel channel) {
    this.key = key;
    this.channel = channel;
  }

  /**
   * Opens and locks a file, and creates it if it does not exist.
   *
   * @return empty if another thread or process has locked it
   */
  public static Optional<LockedFile> tryOpen(Path file) throws IOException {
    try {
      for (int i = 0; i < ATTEMPTS; i++) {
        if (i > 0) {
          Thread.sleep(MILLIS_BETWEEN); // outside of the monitor, which guards all files
        }
        synchronized (HELD) {
          Path key = key(file);
          if (HELD.contains(key)) {
            return Optional.empty();
          }
          FileChannel channel = tryLock(file);
          if (channel != null) {
            HELD.add(key);
            return Optional.of(new LockedFile(key, channel));
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return Optional.empty();
  }

  /**
   * Locks a file. Returns null if it is locked, or if the process that held the lock has deleted
   * the file: a lock of a deleted file keeps nobody out.
   */
  private static @Nullable FileChannel tryLock(Path file) throws IOException {
    if (!Files.exists(file)) {
      createIfMissing(file);
    }
    FileChannel channel = null;
    boolean locked = false;
    try {
      Object before = identity(file);
      channel = FileChannel.open(file, StandardOpenOption.WRITE);
      locked = channel.tryLock() != null && Objects.equals(identity(file), before);
      return locked ? channel : null;
    } catch (NoSuchFileException e) {
      return null;
    } finally {
      if (channel != null && !locked) {
        channel.close();
      }
    }
  }

  private static void createIfMissing(Path file) throws IOException {
    try {
      Files.createFile(file);
    } catch (FileAlreadyExistsException e) {
      return; // another process has created it
    }
  }

  /** Returns the device and inode of a file, or null on Windows, where no open file is deleted. */
  private static @Nullable Object identity(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
  }

  /** Returns true if a file is locked; false if there is no such file. */
  public static boolean isLocked(Path file) throws IOException {
    synchronized (HELD) {
      if (HELD.contains(key(file))) {
        return true;
      }
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        return channel.tryLock() == null;
      } catch (NoSuchFileException e) {
        return false;
      }
    }
  }

  /** Returns the canonical path of a file. */
  private static Path key(Path file) throws IOException {
    Path absolute = file.toAbsolutePath();
    try {
      return absolute.toRealPath();
    } catch (NoSuchFileException e) { // no check before: another process may delete it in between
      Path folder = absolute.getParent();
      if (folder == null) {
        throw e;
      }
      return folder.toRealPath().resolve(absolute.getFileName());
    }
  }

  /** Returns the channel. Only {@link #close} may close it. */
  public FileChannel channel() {
    return channel;
  }

  /** Releases the lock and closes the file. */
  @Override
  public void close() throws IOException {
    synchronized (HELD) {
      if (channel.isOpen()) {
        channel.close();
        HELD.remove(key);
      }
    }
  }
}
