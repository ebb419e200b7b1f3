package org.kgcoop.train;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import org.kgcoop.KgCoopException;
import org.kgcoop.io.FileErrors;
import org.kgcoop.io.FolderTree;
import org.kgcoop.io.JsonFiles;
import org.kgcoop.io.LockedFile;

/** Run folders seen from outside, by those who neither begin a run nor go on with one. */
public final class RunFolders {
  private RunFolders() {}

  /** Whether a folder holds a run: a {@code run.json} with settings and a state. */
  public static boolean isOne(Path path) {
    Path file = path.resolve(RunFolder.RUN);
    if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS) || !Files.isRegularFile(file)) {
      return false;
    }
    try {
      JsonNode run = JsonFiles.read(file);
      return run.path("settings").isObject() && run.path("state").isTextual();
    } catch (KgCoopException e) {
      return false;
    }
  }

  /** Whether a folder holds a run that was ended and its results written. */
  public static boolean isComplete(Path path) {
    return isOne(path)
        && RunFolder.isComplete(JsonFiles.read(path.resolve(RunFolder.RUN)))
        && Files.exists(path.resolve(RunFolder.RESULTS));
  }

  /** Whether a run is being written. One that cannot be locked for want of rights is not. */
  public static boolean isInUse(Path path) {
    try {
      return LockedFile.isLocked(path.resolve(RunFolder.LOCK));
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
      return LockedFile.tryOpen(path.resolve(RunFolder.LOCK))
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
      if (files.stream().anyMatch(f -> !f.equals(path) && isOne(f))) {
        throw KgCoopException.configuration(
            path + ": holds other runs, so nothing of it is deleted; delete those first");
      }
      // The lock last but for the folder: it keeps others out until there is nothing to write to.
      Path lockFile = path.resolve(RunFolder.LOCK);
      for (Path file : files) {
        if (!file.equals(path) && !file.equals(lockFile)) {
          RunFolder.delete(file);
        }
      }
      RunFolder.delete(lockFile);
      RunFolder.delete(path);
    } catch (IOException e) {
      throw KgCoopException.io(path + ": cannot be deleted: " + FileErrors.reason(e), e);
    }
  }
}
