package org.kgcoop.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A new file next to the file that it will replace. It is locked until it is closed, so that
 * another process can tell it from a file that a killed process left.
 */
final class TemporaryFile implements AutoCloseable {
  private static final Pattern NAME = Pattern.compile("\\.(.+)\\.[-0-9a-f]{36}\\.tmp");

  /**
   * The characters of the name of the target in the name of the file. The other 42 may be too many
   * for a file system, and a character may take four bytes.
   */
  private static final int MAX_TARGET_NAME = 24;

  /** The position of the lock, behind all content, because Windows keeps readers from it. */
  private static final long LOCK = 1L << 62;

  /** A creation fails only if another process looks for left files at that moment. */
  private static final int ATTEMPTS = 10;

  /** The folders in which this process has looked for left files. */
  private static final Set<Path> CLEANED = ConcurrentHashMap.newKeySet();

  /** The open files. On POSIX systems, closing a second channel would release their lock. */
  private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

  private final Disk disk;
  private final Path path;
  private final FileChannel channel;

  private TemporaryFile(Disk disk, Path path, FileChannel channel) {
    this.disk = disk;
    this.path = path;
    this.channel = channel;
  }

  /** Creates a file in a folder, and deletes those that killed processes left there. */
  static TemporaryFile create(Disk disk, Path folder, Path target) throws IOException {
    if (CLEANED.add(folder)) {
      deleteLeft(folder);
    }
    for (int i = 0; ; i++) {
      String name = shortened(Folders.name(target));
      Path path = folder.resolve("." + name + "." + UUID.randomUUID() + ".tmp");
      OPEN.add(path);
      TemporaryFile file = null;
      try {
        FileChannel channel =
            disk.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        file = new TemporaryFile(disk, path, channel);
        if ((isLocked(channel) && Files.exists(path)) || i == ATTEMPTS) {
          return file;
        }
      } finally {
        if (file == null) {
          OPEN.remove(path);
        }
      }
      file.close();
    }
  }

  /** Returns true if {@code name} is that of a temporary file of the target. */
  static boolean isLeft(String name, String target) {
    Matcher parts = NAME.matcher(name);
    return parts.matches() && parts.group(1).equals(shortened(target));
  }

  private static String shortened(String name) {
    int length = Math.min(MAX_TARGET_NAME, name.codePointCount(0, name.length()));
    return name.substring(0, name.offsetByCodePoints(0, length));
  }

  /** Gives the file the mode of another and, where the system permits it, its owner and group. */
  void setAttributesOf(Path other) {
    try {
      PosixFileAttributes from = Files.readAttributes(other, PosixFileAttributes.class);
      PosixFileAttributeView to = Files.getFileAttributeView(path, PosixFileAttributeView.class);
      if (to == null) {
        return;
      }
      try {
        to.setGroup(from.group());
        to.setOwner(from.owner());
      } catch (IOException e) {
        // only root may give a file to another user
      }
      to.setPermissions(from.permissions());
    } catch (IOException | UnsupportedOperationException e) {
      return; // a new file, or a file system without modes
    }
  }

  /** Locks a file. Returns true also for a file system without locks, where nothing is deleted. */
  private static boolean isLocked(FileChannel channel) {
    try {
      return channel.tryLock(LOCK, 1, /* shared= */ false) != null;
    } catch (IOException e) {
      return true;
    }
  }

  private static void deleteLeft(Path folder) {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, ".*.tmp")) {
      for (Path file : all) {
        if (NAME.matcher(Folders.name(file)).matches() && !OPEN.contains(file)) {
          deleteUnlocked(file);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      return; // a folder that this user may write but not list
    }
  }

  private static void deleteUnlocked(Path file) {
    try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        FileLock lock = channel.tryLock(LOCK, 1, /* shared= */ false)) {
      if (lock != null) {
        Files.delete(file);
      }
    } catch (IOException | OverlappingFileLockException e) {
      return; // in use
    }
  }

  Path path() {
    return path;
  }

  FileChannel channel() {
    return channel;
  }

  /** Closes the file, and deletes it unless it was renamed. */
  @Override
  public void close() throws IOException {
    try (channel) {
      disk.delete(path);
    } finally {
      OPEN.remove(path);
    }
  }
}
