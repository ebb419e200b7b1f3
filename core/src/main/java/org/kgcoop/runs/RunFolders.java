package org.kgcoop.runs;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.FolderTree;
import org.kgcoop.files.Folders;
import org.kgcoop.files.JsonFiles;
import org.kgcoop.files.LockedFile;

/** Operations on run folders for code that does not open a run. */
public final class RunFolders {
  /** The file that is locked while a run is open. */
  private static final String LOCK = ".lock";

  /** The files in the folder of a table, the lock last. */
  private static final List<String> OF_A_TABLE =
      List.of(RunResults.FILE, TableResults.SO_FAR, "report.html", ".index.sqlite", LOCK);

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
    return isRunFolder(path)
        && RunRecord.read(path).map(RunRecord::isComplete).orElse(false)
        && Files.exists(path.resolve(RunResults.FILE));
  }

  /** Returns true if a folder contains a table: a complete one, or an incomplete one with runs. */
  public static boolean isTable(Path path) {
    return !isRunFolder(path)
        && Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
        && (holdsRows(path)
            || (Files.isRegularFile(path.resolve(LOCK)) && !runsBelow(path).isEmpty()));
  }

  private static boolean holdsRows(Path path) {
    try {
      return Files.isRegularFile(path.resolve(TableResults.SO_FAR))
          || JsonFiles.read(path.resolve(RunResults.FILE)).has("rows");
    } catch (KgCoopException e) {
      return false;
    }
  }

  /** Lists the runs below a folder, except those that belong to another run. */
  public static List<Path> runsBelow(Path folder) {
    List<Path> runs = new ArrayList<>();
    try {
      Files.walkFileTree(
          folder,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes a) {
              if (!isRunFolder(path)) {
                return FileVisitResult.CONTINUE;
              }
              runs.add(path);
              return FileVisitResult.SKIP_SUBTREE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
              return FileVisitResult.CONTINUE; // deleted in the meantime, or not accessible
            }
          });
    } catch (IOException e) {
      throw KgCoopException.io(folder + ": cannot be listed: " + FileErrors.reason(e), e);
    }
    return runs;
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

  /**
   * Deletes a table: its runs, its own files, and the folders that become empty.
   *
   * @return the folders that remain because they contain other files
   * @throws KgCoopException if it is not a table, or if it or one of its runs is in use
   */
  public static List<Path> deleteTable(Path path) {
    if (!isTable(path)) {
      throw KgCoopException.configuration(
          path + ": not the folder of a table, so nothing is deleted");
    }
    List<Path> staying = new ArrayList<>();
    try (LockedFile lock = lock(path)) {
      List<Path> runs = runsBelow(path);
      for (Path run : runs) {
        if (isInUse(run)) {
          throw new KgCoopException(
              KgCoopException.Category.IO,
              run + ": in use by another run, so nothing of " + path + " is deleted");
        }
      }
      runs.forEach(RunFolders::delete);
      OF_A_TABLE.forEach(file -> deleteFile(path.resolve(file)));
      for (Path folder : FolderTree.deepestFirst(path)) {
        if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS) && !deleteEmpty(folder)) {
          staying.add(folder);
        }
      }
      return staying;
    } catch (IOException e) {
      throw KgCoopException.io(path + ": cannot be deleted: " + FileErrors.reason(e), e);
    }
  }

  private static boolean deleteEmpty(Path folder) throws IOException {
    try {
      Files.delete(folder);
      return true;
    } catch (DirectoryNotEmptyException e) {
      return false;
    }
  }

  /**
   * Returns true if a file in a run's folder belongs to the run. Hidden files, such as those of a
   * search, do.
   */
  private static boolean isOwn(Path relative) {
    return StreamSupport.stream(relative.spliterator(), false)
        .anyMatch(name -> name.toString().startsWith("."));
  }

  /**
   * Deletes a run with its folder. Links are deleted, not followed.
   *
   * @throws KgCoopException if it is not a run folder, contains other runs, is in use, or cannot be
   *     deleted
   */
  public static void delete(Path path) {
    if (!isRunFolder(path)) {
      throw KgCoopException.configuration(
          path + ": not a run folder (it has no run.json of a run), so nothing in it is deleted");
    }
    try (LockedFile lock = lock(path)) {
      List<Path> files = FolderTree.deepestFirst(path);
      if (files.stream()
          .anyMatch(f -> !f.equals(path) && !isOwn(path.relativize(f)) && isRunFolder(f))) {
        throw KgCoopException.configuration(
            path + ": contains other runs, so nothing in it is deleted; delete those first");
      }
      // The lock is deleted last, just before the folder, so that no other process writes
      // meanwhile.
      Path lockFile = path.resolve(LOCK);
      for (Path file : files) {
        if (!file.equals(path) && !file.equals(lockFile)) {
          deleteFile(file);
        }
      }
      deleteFile(lockFile);
      deleteFile(path);
    } catch (IOException e) {
      throw KgCoopException.io(path + ": cannot be deleted: " + FileErrors.reason(e), e);
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
