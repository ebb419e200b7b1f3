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
import org.kgcoop.files.FolderTree;
import org.kgcoop.files.LockedFile;
import org.kgcoop.runs.RunFolders;

/**
 * Attempts at the runs of a table. Each works below a folder of its own, on the file system of the
 * table, and its run folder gets its place by one rename when it is complete. Tasks that run twice,
 * are cut off, or go on after everybody has forgotten them leave one run folder or none.
 */
public final class Attempts {
  private static final String FOLDER = ".attempts";
  private static final String LOCK = ".cluster.lock";
  private static final String REPLACED = "replaced";

  private final Path table;

  /** The attempts of a table's folder. */
  public Attempts(Path table) {
    this.table = table;
  }

  /**
   * Keeps other drivers away from a table until it is closed.
   *
   * @throws KgCoopException where one is at work, or the folder cannot be written
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
                          + ": in use by another experiment on a cluster; wait for it, or choose"
                          + " another --out"));
    } catch (IOException e) {
      throw KgCoopException.io(table + ": cannot be written (" + e + "); try another --out", e);
    }
  }

  Path folder() {
    return table.resolve(FOLDER);
  }

  /**
   * Begins an attempt. What there is of the run already, such as a checkpoint of a run on one
   * machine, is copied: the attempt goes on from there.
   *
   * @return a folder to do the run below as if it were that of the table
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
          attempt + ": cannot be written (" + e + "); every machine needs to write to --out", e);
    }
  }

  /**
   * Puts the complete run folder of an attempt into its place.
   *
   * @param isDone whether what lies there is as good, made by another attempt
   */
  void commit(String run, Path attempt, BooleanSupplier isDone) {
    Path made = attempt.resolve(run);
    Path place = table.resolve(run);
    try {
      Files.createDirectories(place.resolveSibling(""));
      if (!moved(made, place) && !isDone.getAsBoolean()) {
        // An unfinished run of one machine, which this attempt began from. Should this process end
        // between the two moves, the next tidying finds the complete one.
        rename(place, attempt.resolve(REPLACED));
        rename(made, place);
      }
    } catch (IOException e) {
      throw KgCoopException.io(
          place + ": a finished run cannot be moved there (" + e + "); run it again", e);
    }
  }

  /** Moves to where nothing is; false where something is. */
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

  /** Removes what is left of an attempt. What cannot be removed stays for the next tidying. */
  void end(Path attempt) {
    try {
      FolderTree.delete(attempt);
    } catch (IOException e) {
      return;
    }
  }

  /**
   * Removes what dead attempts have left; a complete run whose place is empty gets it first.
   * Attempts that are still at work are let alone.
   *
   * @param runs of the table
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
        FolderTree.delete(folder());
      }
    } catch (IOException e) {
      throw KgCoopException.io(folder() + ": cannot be tidied (" + e + ")", e);
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
    FolderTree.delete(attempt);
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
