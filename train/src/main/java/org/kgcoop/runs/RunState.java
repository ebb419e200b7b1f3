package org.kgcoop.runs;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** The state of a run or an adaptation, from its files and its lock. */
public enum RunState {
  /** In progress in a process. */
  RUNNING,
  /** Stopped before its end. The same command resumes it. */
  STOPPED,
  /** Finished, with results. */
  COMPLETE;

  /**
   * Returns the state of a folder.
   *
   * @param record its {@code run.json}; {@link RunRecord#NONE} if there is none
   */
  public static RunState of(Path folder, RunRecord record) {
    Path adaptation = folder.resolve(AdaptRecord.WORK);
    if (record.isComplete() && !Files.exists(adaptation)) {
      return COMPLETE;
    }
    return RunFolders.isInUse(folder) || RunFolders.isInUse(adaptation) ? RUNNING : STOPPED;
  }

  /** Returns the state as a word, for display and for machines. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
