package org.kgcoop.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A temporary folder of this process. A locked file next to it marks it as in use. If a killed
 * process leaves a folder, the next process with a folder in the same place deletes it.
 */
public final class ScratchFolder implements AutoCloseable {

  private static final String LOCK = ".lock";

  // Closing any channel of a file releases this process's lock of it, so its own lock files are
  // skipped.
  private static final Set<Path> OWN = ConcurrentHashMap.newKeySet();

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
    String name = prefix + UUID.randomUUID();
    Path folder = Files.createDirectory(parent.resolve(name));
    Path lock = parent.resolve(name + LOCK);
    OWN.add(lock);
    FileChannel channel =
        FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (isLocked(channel)) {
      deleteUnused(parent, prefix, lock);
    }
    return new ScratchFolder(folder, lock, channel);
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
      OWN.remove(lock);
    }
  }

  private static boolean isLocked(FileChannel channel) {
    try {
      return channel.tryLock() != null;
    } catch (IOException e) {
      // a file system without locks: it is unknown if the folder is in use, so keep it
      return false;
    }
  }

  private static void deleteUnused(Path parent, String prefix, Path own) throws IOException {
    try (DirectoryStream<Path> locks = Files.newDirectoryStream(parent, prefix + "*" + LOCK)) {
      for (Path lock : locks) {
        if (!OWN.contains(lock)) {
          deleteUnused(lock, own);
        }
      }
    }
  }

  private static void deleteUnused(Path lock, Path own) {
    try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE);
        FileLock held = channel.tryLock()) {
      if (held != null && Files.getOwner(lock).equals(Files.getOwner(own))) {
        String name = String.valueOf(lock.getFileName());
        FolderTree.delete(lock.resolveSibling(name.substring(0, name.length() - LOCK.length())));
        Files.delete(lock);
      }
    } catch (IOException | OverlappingFileLockException e) {
      return; // in use, or of another program
    }
  }
}
