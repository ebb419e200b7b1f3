package org.kgcoop.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * A file that is open to be written and locked, against other processes and against other threads
 * of this one.
 *
 * <p>On POSIX systems a lock belongs to the process, and closing any channel of the file gives it
 * up. So who asks for a file that this process has locked is refused before a channel is opened.
 */
public final class LockedFile implements AutoCloseable {

  // As the locks themselves it belongs to the process, whatever else in it is separate.
  private static final Set<Path> HELD = new HashSet<>();

  /** A file is locked for a moment by who asks whether it is: that is no reason to give up. */
  private static final int ATTEMPTS = 10;

  private static final int MILLIS_BETWEEN = 10;

  private final Path key;
  private final FileChannel channel;

  private LockedFile(Path key, FileChannel channel) {
    this.key = key;
    this.channel = channel;
  }

  /**
   * Opens and locks a file, which is made where there is none.
   *
   * @return empty where another thread or process has locked it
   */
  public static Optional<LockedFile> tryOpen(Path file) throws IOException {
    synchronized (HELD) {
      Path key = key(file);
      if (HELD.contains(key)) {
        return Optional.empty();
      }
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      boolean locked = false;
      try {
        for (int i = 0; i < ATTEMPTS && !locked; i++) {
          if (i > 0) {
            Thread.sleep(MILLIS_BETWEEN);
          }
          locked = channel.tryLock() != null;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        if (!locked) {
          channel.close();
        }
      }
      if (!locked) {
        return Optional.empty();
      }
      HELD.add(key);
      return Optional.of(new LockedFile(key, channel));
    }
  }

  /** True if somebody has locked a file; false where there is none. */
  public static boolean isLocked(Path file) throws IOException {
    synchronized (HELD) {
      if (HELD.contains(key(file))) {
        return true;
      }
      if (!Files.exists(file)) {
        return false;
      }
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        return channel.tryLock() == null;
      }
    }
  }

  /** The file whatever leads to it. */
  private static Path key(Path file) throws IOException {
    Path absolute = file.toAbsolutePath();
    Path folder = absolute.getParent();
    return Files.exists(absolute) || folder == null
        ? absolute.toRealPath()
        : folder.toRealPath().resolve(absolute.getFileName());
  }

  /** Not to be closed but by {@link #close}. */
  public FileChannel channel() {
    return channel;
  }

  /** Gives the file free. */
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
