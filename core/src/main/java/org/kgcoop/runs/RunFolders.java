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
import org.kgcoop.files.JsonFiles;
import org.kgcoop.files.LockedFile;

/** Run folders seen from outside, by those who neither begin a run nor go on with one. */
public final class RunFolders {
  /** The file that is locked while a run is open. */
  private static final String LOCK = ".lock";

  /** Files in the folder of a table, the lock last. */
  private static final List<String> OF_A_TABLE =
      List.of(RunResults.FILE, TableResults.SO_FAR, "report.html", ".index.sqlite", LOCK);

  private RunFolders() {}

  /** True if a folder holds a run: a {@code run.json} with settings and a state. */
  public static boolean isOne(Path path) {
    try {
      return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
          && RunRecord.read(path).map(RunRecord::isWhole).orElse(false);
    } catch (KgCoopException e) {
      return false;
    }
  }

  /** True if a folder holds a run that has ended, with its results written. */
  public static boolean isComplete(Path path) {
    return isOne(path)
        && RunRecord.read(path).map(RunRecord::isComplete).orElse(false)
        && Files.exists(path.resolve(RunResults.FILE));
  }

  /** True if a folder is that of a table: whole, or begun and with runs below it. */
  public static boolean isTable(Path path) {
    return !isOne(path)
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

  /** The runs below a folder, but for those that belong to another run. */
  public static List<Path> runsBelow(Path folder) {
    List<Path> runs = new ArrayList<>();
    try {
      Files.walkFileTree(
          folder,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes a) {
              if (!isOne(path)) {
                return FileVisitResult.CONTINUE;
              }
              runs.add(path);
              return FileVisitResult.SKIP_SUBTREE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
              return FileVisitResult.CONTINUE; // gone meanwhile, or not ours to read
            }
          });
    } catch (IOException e) {
      throw KgCoopException.io(folder + ": cannot be listed: " + FileErrors.reason(e), e);
    }
    return runs;
  }

  /** True if a run is being written; false for one that cannot be locked for want of rights. */
  public static boolean isInUse(Path path) {
    try {
      return LockedFile.isLocked(path.resolve(LOCK));
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Keeps other threads and processes out of a folder of a run, or of a table, until it is closed.
   *
   * @throws KgCoopException where it is in use, or cannot be written
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
   * Deletes a table: its runs, its own files, and the folders that are empty then.
   *
   * @return the folders that stay, since something else is in them
   * @throws KgCoopException where it is no table, or is in use, or a run of it is
   */
  public static List<Path> deleteTable(Path path) {
    if (!isTable(path)) {
      throw KgCoopException.configuration(path + ": no folder of a table, so nothing is deleted");
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

  /** True if a file in a run's folder belongs to the run: a hidden one does, such as a search's. */
  private static boolean isOwn(Path relative) {
    return StreamSupport.stream(relative.spliterator(), false)
        .anyMatch(name -> name.toString().startsWith("."));
  }

  /**
   * Deletes a run with all that is in its folder; links are deleted, not followed.
   *
   * @throws KgCoopException where it is no run folder, holds other runs, is in use, or cannot be
   *     deleted
   */
  public static void delete(Path path) {
    if (!isOne(path)) {
      throw KgCoopException.configuration(
          path + ": no run folder (no run.json of a run is in it), so nothing of it is deleted");
    }
    try (LockedFile lock = lock(path)) {
      List<Path> files = FolderTree.deepestFirst(path);
      if (files.stream().anyMatch(f -> !f.equals(path) && !isOwn(path.relativize(f)) && isOne(f))) {
        throw KgCoopException.configuration(
            path + ": holds other runs, so nothing of it is deleted; delete those first");
      }
      // The lock last but for the folder: it keeps others out until there is nothing to write to.
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

  static void deleteFile(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw KgCoopException.io(file + ": cannot be deleted: " + FileErrors.reason(e), e);
    }
  }
}
