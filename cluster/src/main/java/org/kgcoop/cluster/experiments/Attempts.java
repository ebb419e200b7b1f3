package org.kgcoop.cluster.experiments;

import com.google.errorprone.annotations.MustBeClosed;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.Folders;
import org.kgcoop.files.LockedFile;
import org.kgcoop.runs.RunFolders;

/**
 * Attempts to execute the runs of a table. Each attempt works in its own folder, on the same file
 * system as the table. When a run is complete, its folder gets its final place by one rename. A
 * task that is repeated, interrupted or forgotten therefore leaves one run folder or none.
 */
public final class Attempts {
  private static final String FOLDER = ".attempts";
  private static final String LOCK = ".cluster.lock";
  private static final String REPLACED = "replaced";

  private final Path table;

  /** Creates the attempts of a table's folder. */
  public Attempts(Path table) {
    this.table = table;
  }

  /**
   * Locks a table against other drivers until the lock is closed.
   *
   * @throws KgCoopException if the table is locked, or the folder cannot be written
   */
  @MustBeClosed
  public LockedFile lock() {
    try {
      Files.createDirectories(table);
      return LockedFile.tryOpen(table.resolve(LOCK))
          .orElseThrow(
              () ->
                  new KgCoopException(
                      KgCoopException.Category.IO,
                      table
                          + ": another experiment on a cluster uses this folder; wait for it, or"
                          + " choose another --out"));
    } catch (IOException e) {
      throw KgCoopException.io(
          table + ": cannot write to this folder (" + e + "); try another --out", e);
    }
  }

  Path folder() {
    return table.resolve(FOLDER);
  }

  /**
   * Starts an attempt. It copies the existing files of the run, such as a checkpoint, and resumes
   * from them.
   *
   * @return a folder that replaces the folder of the table for this run
   */
  Path begin(String run) {
    Path attempt = folder().resolve(UUID.randomUUID().toString());
    try {
      Files.createDirectories(attempt);
      if (Files.isDirectory(table.resolve(run))) {
        copy(table.resolve(run), attempt.resolve(run));
      }
      return attempt;
    } catch (IOException e) {
      throw KgCoopException.io(
          attempt
              + ": cannot write to this folder ("
              + e
              + "); every machine must be able to write to --out",
          e);
    }
  }

  /**
   * Moves the complete run folder of an attempt to its place.
   *
   * @param isDone returns true if another attempt has completed the run
   */
  void commit(String run, Path attempt, BooleanSupplier isDone) {
    Path made = attempt.resolve(run);
    Path place = table.resolve(run);
    try {
      Files.createDirectories(place.resolveSibling(""));
      if (!moved(made, place) && !isDone.getAsBoolean()) {
        // The place contains an incomplete run, from which this attempt was copied. If this process
        // ends between the two moves, the next cleanup finds the complete run.
        rename(place, attempt.resolve(REPLACED));
        rename(made, place);
      }
    } catch (IOException e) {
      throw KgCoopException.io(
          place + ": cannot move the complete run there (" + e + "); run the same command again",
          e);
    }
  }

  /** Moves a folder if the destination does not exist. Returns false if it exists. */
  private static boolean moved(Path from, Path to) throws IOException {
    try {
      rename(from, to);
      return true;
    } catch (FileSystemException e) {
      if (Files.exists(to)) {
        return false;
      }
      throw e;
    }
  }

  private static void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Removes the folder of an attempt. If this fails, the next cleanup removes it. */
  void end(Path attempt) {
    try {
      Folders.delete(attempt);
    } catch (IOException e) {
      return;
    }
  }

  /**
   * Removes the folders of dead attempts. A complete run whose place is empty is moved there first.
   * Running attempts are kept.
   *
   * @param runs the runs of the table
   */
  public void tidy(Collection<String> runs) {
    if (!Files.isDirectory(folder())) {
      return;
    }
    try {
      List<Path> attempts;
      try (Stream<Path> all = Files.list(folder())) {
        attempts = all.toList();
      }
      boolean alive = false;
      for (Path attempt : attempts) {
        alive |= !tidied(attempt, runs);
      }
      if (!alive) {
        Folders.delete(folder());
      }
    } catch (IOException e) {
      throw KgCoopException.io(folder() + ": cannot clean up this folder (" + e + ")", e);
    }
  }

  private boolean tidied(Path attempt, Collection<String> runs) throws IOException {
    for (String run : runs) {
      Path made = attempt.resolve(run);
      if (RunFolders.isInUse(made)) {
        return false;
      }
      if (RunFolders.isComplete(made)) {
        Files.createDirectories(table.resolve(run).resolveSibling(""));
        boolean unusedToo = moved(made, table.resolve(run));
      }
    }
    Folders.delete(attempt);
    return true;
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path source : all.toList()) {
        Path target = to.resolve(from.relativize(source).toString());
        if (Files.isDirectory(source)) {
          Files.createDirectories(target);
        } else {
          Files.copy(source, target);
        }
      }
    }
  }
}
