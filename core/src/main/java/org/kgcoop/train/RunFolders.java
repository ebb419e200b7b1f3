package org.kgcoop.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;
import org.kgcoop.io.LockedFile;

/** Run folders seen from outside, by those who neither begin a run nor go on with one. */
public final class RunFolders {
  private static final ObjectMapper JSON = new ObjectMapper();

  private RunFolders() {}

  /** Whether a folder holds a run: a {@code run.json} with settings and a state. */
  public static boolean isOne(Path path) {
    Path file = path.resolve(RunFolder.RUN);
    if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS) || !Files.isRegularFile(file)) {
      return false;
    }
    try {
      JsonNode run = JSON.readTree(file.toFile());
      return run.path("settings").isObject() && run.path("state").isTextual();
    } catch (IOException e) {
      return false;
    }
  }

  /** Whether a folder holds a run that was ended and its results written. */
  public static boolean isComplete(Path path) {
    Path file = path.resolve(RunFolder.RUN);
    try {
      return isOne(path)
          && RunFolder.isComplete(JSON.readTree(file.toFile()))
          && Files.exists(path.resolve(RunFolder.RESULTS));
    } catch (IOException e) {
      return false;
    }
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
    try (LockedFile lock = RunFolder.lock(path);
        Stream<Path> content = Files.walk(path)) {
      List<Path> files = content.sorted(Comparator.reverseOrder()).toList();
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
      throw KgCoopException.io(path + ": cannot be deleted: " + RunFolder.reason(e), e);
    }
  }
}
