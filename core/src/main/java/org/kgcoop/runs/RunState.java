package org.kgcoop.runs;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** The state of a run or an adaptation: what its files say, and whether a process holds it. */
public enum RunState {
  /** A process works at it. */
  RUNNING,
  /** Ended before its time; the same command goes on with it. */
  STOPPED,
  /** Ended, with its results. */
  COMPLETE;

  /**
   * The state of a folder.
   *
   * @param record what its {@code run.json} says; {@link RunRecord#NONE} where there is none
   */
  public static RunState of(Path folder, RunRecord record) {
    Path adaptation = folder.resolve(AdaptRecord.WORK);
    if (record.isComplete() && !Files.exists(adaptation)) {
      return COMPLETE;
    }
    return RunFolders.isInUse(folder) || RunFolders.isInUse(adaptation) ? RUNNING : STOPPED;
  }

  /** In a word, for people and for machines. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
