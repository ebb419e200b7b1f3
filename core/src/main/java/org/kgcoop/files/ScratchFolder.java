package org.kgcoop.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A temporary folder of this process. A locked file next to it marks it as in use. If a killed
 * process leaves a folder, the next process with a folder in the same place deletes it.
 *
 * <p>The lock file exists and is locked before its folder is created, and only a process that holds
 * the lock deletes either of them. No other process can therefore delete a folder in use.
 */
public final class ScratchFolder implements AutoCloseable {

  private static final String LOCK = ".lock";

  /** A start fails only if another process cleans up at that moment, so a few attempts suffice. */
  private static final int ATTEMPTS = 100;

  /**
   * The names of the lock files of this process. It never opens them again, because closing any
   * channel of a file releases the process's lock of it.
   */
  private static final Set<String> OWN = ConcurrentHashMap.newKeySet();

  private final Path folder;
  private final Path lock;
  private final FileChannel channel;

  private ScratchFolder(Path folder, Path lock, FileChannel channel) {
    this.folder = folder;
    this.lock = lock;
    this.channel = channel;
  }

  /**
   * Creates an empty folder.
   *
   * @param prefix the start of the name, shared by all folders that may be cleaned up
   */
  public static ScratchFolder in(Path parent, String prefix) throws IOException {
    for (int i = 0; i < ATTEMPTS; i++) {
      ScratchFolder created = tryCreate(parent, prefix);
      if (created != null) {
        return created;
      }
    }
    throw new IOException("other processes delete each new lock file of " + parent);
  }

  /** Creates a folder, or returns null if another process took its lock file for a left one. */
  private static @Nullable ScratchFolder tryCreate(Path parent, String prefix) throws IOException {
    Path folder = parent.resolve(prefix + UUID.randomUUID());
    Path lock = folder.resolveSibling(folder.getFileName() + LOCK);
    OWN.add(name(lock));
    FileChannel channel = null;
    ScratchFolder created = null;
    try {
      channel = FileChannel.open(lock, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      Locking locking = lock(channel);
      if (locking != Locking.TAKEN && Files.exists(lock)) {
        created = new ScratchFolder(Files.createDirectory(folder), lock, channel);
        if (locking == Locking.LOCKED) {
          deleteUnused(parent, prefix, lock);
        }
      }
      return created;
    } finally {
      if (created == null) {
        if (channel != null) {
          channel.close();
        }
        OWN.remove(name(lock));
      }
    }
  }

  private enum Locking {
    LOCKED,
    TAKEN,
    /** A file system without locks: it is unknown which folders are in use, so all are kept. */
    UNSUPPORTED
  }

  private static Locking lock(FileChannel channel) {
    try {
      return channel.tryLock() != null ? Locking.LOCKED : Locking.TAKEN;
    } catch (IOException e) {
      return Locking.UNSUPPORTED;
    }
  }

  public Path path() {
    return folder;
  }

  /** Deletes the folder with its content, if it still exists. */
  @Override
  public void close() throws IOException {
    try {
      FolderTree.delete(folder);
      Files.deleteIfExists(lock);
    } finally {
      channel.close();
      OWN.remove(name(lock));
    }
  }

  private static String name(Path lock) {
    return String.valueOf(lock.getFileName());
  }

  /** Deletes the folders of processes that no longer run. One thread of a process does so. */
  private static synchronized void deleteUnused(Path parent, String prefix, Path own) {
    try (DirectoryStream<Path> locks = Files.newDirectoryStream(parent, prefix + "*" + LOCK)) {
      for (Path lock : locks) {
        if (!OWN.contains(name(lock))) {
          deleteUnused(lock, own);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      return; // a folder that this user may write but not list
    }
  }

  private static void deleteUnused(Path lock, Path own) {
    try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE);
        FileLock held = channel.tryLock()) {
      if (held != null && Files.getOwner(lock).equals(Files.getOwner(own))) {
        String name = name(lock);
        FolderTree.delete(lock.resolveSibling(name.substring(0, name.length() - LOCK.length())));
        Files.delete(lock);
      }
    } catch (IOException | OverlappingFileLockException e) {
      return; // in use, or of another program
    }
  }
}
