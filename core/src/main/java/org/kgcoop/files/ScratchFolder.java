package org.kgcoop.files;

import java.io.IOException;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
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

  private final Path folder;
  private final Path lock;
  private final @Nullable LockedFile held; // null in a file system without locks

  private ScratchFolder(Path folder, Path lock, @Nullable LockedFile held) {
    this.folder = folder;
    this.lock = lock;
    this.held = held;
  }

  /**
   * Creates an empty folder.
   *
   * @param prefix the start of the name, shared by all folders that may be cleaned up
   */
  public static ScratchFolder in(Path parent, String prefix) throws IOException {
    Path folder = parent.resolve(prefix + UUID.randomUUID());
    Path lock = folder.resolveSibling(folder.getFileName() + LOCK);
    Optional<LockedFile> held;
    try {
      held = LockedFile.tryOpen(lock);
    } catch (IOException e) { // no locks: it is unknown which folders are in use, so all are kept
      return new ScratchFolder(Files.createDirectory(folder), lock, null);
    }
    if (held.isEmpty()) {
      throw new IOException("other processes delete each new lock file of " + parent);
    }
    ScratchFolder created = new ScratchFolder(folder, lock, held.get());
    try {
      Files.createDirectory(folder);
    } catch (IOException e) {
      created.close();
      throw e;
    }
    deleteUnused(parent, prefix, lock);
    return created;
  }

  public Path path() {
    return folder;
  }

  /** Deletes the folder with its content, if it still exists. */
  @Override
  public void close() throws IOException {
    try {
      Folders.delete(folder);
      Files.deleteIfExists(lock);
    } finally {
      if (held != null) {
        held.close();
      }
    }
  }

  /** Deletes the folders of processes that no longer run. One thread of a process does so. */
  private static synchronized void deleteUnused(Path parent, String prefix, Path own) {
    try (DirectoryStream<Path> locks = Files.newDirectoryStream(parent, prefix + "*" + LOCK)) {
      for (Path lock : locks) {
        deleteUnused(lock, own);
      }
    } catch (IOException | DirectoryIteratorException e) {
      return; // a folder that this user may write but not list
    }
  }

  private static void deleteUnused(Path lock, Path own) {
    try {
      if (LockedFile.isLocked(lock) || !Files.getOwner(lock).equals(Files.getOwner(own))) {
        return;
      }
      try (LockedFile held = LockedFile.tryOpen(lock).orElse(null)) {
        if (held != null) {
          String name = Folders.name(lock);
          Folders.delete(lock.resolveSibling(name.substring(0, name.length() - LOCK.length())));
          Files.delete(lock);
        }
      }
    } catch (IOException | OverlappingFileLockException e) {
      return; // in use, or of another program
    }
  }
}
