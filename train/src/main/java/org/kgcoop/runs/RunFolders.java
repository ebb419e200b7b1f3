package org.kgcoop.runs;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.Folders;
import org.kgcoop.files.Json;
import org.kgcoop.files.LockedFile;

/** Operations on run folders for code that does not open a run. */
public final class RunFolders {
  /** The file that is locked while a run is open. */
  private static final String LOCK = ".lock";

  private RunFolders() {}

  /** Returns true if a folder contains a run: a {@code run.json} with settings and a state. */
  public static boolean isRunFolder(Path path) {
    try {
      return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
          && RunRecord.read(path).map(RunRecord::isWhole).orElse(false);
    } catch (KgCoopException e) {
      return false;
    }
  }

  /** Returns true if a folder contains a finished run with results. */
  public static boolean isComplete(Path path) {
    return isRunFolder(path) && RunRecord.hasEnded(path);
  }

  /** Returns true if a folder contains a table: a complete one, or an incomplete one with runs. */
  public static boolean isTable(Path path) {
    return !isRunFolder(path)
        && Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
        && (holdsCells(path)
            || (Files.isRegularFile(path.resolve(LOCK)) && !runsBelow(path).isEmpty()));
  }

  /** Returns true if a folder contains tags that were learned. */
  public static boolean hasTags(Path path) {
    return Files.exists(path.resolve(TagRecord.FILE));
  }

  private static boolean holdsCells(Path path) {
    try {
      return Files.isRegularFile(path.resolve(TableResults.SO_FAR))
          || Json.read(path.resolve(RunResults.FILE)).has("cells");
    } catch (KgCoopException e) {
      return false;
    }
  }

  /** Lists the runs below a folder, except those in hidden folders. */
  public static List<Path> runsBelow(Path folder) {
    return foldersWith(folder, RunRecord.FILE).stream().filter(RunFolders::isRunFolder).toList();
  }

  /**
   * Lists the folders below a root, or the root itself, that contain one of some files. Hidden
   * folders contain the unfinished files of runs and are left out.
   */
  public static List<Path> foldersWith(Path root, String... files) {
    Set<Path> folders = new TreeSet<>();
    try {
      Files.walkFileTree(
          root,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes a) {
              return !folder.equals(root) && Folders.name(folder).startsWith(".")
                  ? FileVisitResult.SKIP_SUBTREE
                  : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes a) {
              if (Arrays.stream(files).anyMatch(file::endsWith)) {
                folders.add(file.resolveSibling(""));
              }
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
              return FileVisitResult.CONTINUE; // deleted in the meantime, or not accessible
            }
          });
    } catch (IOException e) {
      throw KgCoopException.io(root + ": cannot be listed: " + FileErrors.reason(e), e);
    }
    return List.copyOf(folders);
  }

  /**
   * Returns true if a run is being written; false if it cannot be locked for lack of permissions.
   */
  public static boolean isInUse(Path path) {
    try {
      return LockedFile.isLocked(path.resolve(LOCK));
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Locks the folder of a run or a table against other threads and processes, until the lock is
   * closed.
   *
   * @throws KgCoopException if it is in use, or cannot be written
   */
  public static LockedFile lock(Path path) {
    try {
      return LockedFile.tryOpen(path.resolve(LOCK))
          .orElseThrow(
              () ->
                  new KgCoopException(
                      KgCoopException.Category.IO,
                      path + ": in use by another run; wait for it, or choose another --out"));
    } catch (IOException e) {
      throw KgCoopException.io(
          path + ": cannot be written: " + FileErrors.reason(e) + "; try another --out", e);
    }
  }

  /** Creates the folder of a run or a table. */
  public static void create(Path folder) {
    Folders.create(folder, "a run folder", "try another --out");
  }

  static void deleteFile(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw KgCoopException.io(file + ": cannot be deleted: " + FileErrors.reason(e), e);
    }
  }
}
