package org.kgcoop.report;

import java.nio.file.Path;
import java.util.List;

/**
 * A page of runs in progress. It is rewritten whenever a run changes, and the browser reloads it
 * until all runs are complete. The folders do not have to exist yet.
 */
public final class WatchedReport {
  /** The result of a check of the folders. */
  public enum Look {
    /** None of the folders exists, so no page was written. */
    WAITING,
    /** Runs remain, and a process works on them. */
    RUNNING,
    /** Runs remain, but no process works on them. The same command would resume them. */
    STOPPED,
    /** All runs are complete, and the page shows it. */
    COMPLETE
  }

  private final List<Path> folders;
  private final EmbeddedImages images;
  private final Path file;
  private final int seconds;
  private String shown = "";

  /**
   * Prepares a page that is watched.
   *
   * @param folders the folders of runs and tables
   * @param data additional data sets whose images the page may show
   * @param file the page
   * @param seconds the interval at which the browser reloads the page
   */
  public WatchedReport(List<Path> folders, List<Path> data, Path file, int seconds) {
    this.folders = List.copyOf(folders);
    this.images = new EmbeddedImages(data);
    this.file = file;
    this.seconds = seconds;
  }

  /**
   * Checks the folders once, and writes the page if it has changed.
   *
   * @throws org.kgcoop.KgCoopException of the kind IO if a file is damaged or the page cannot be
   *     written
   */
  public Look look() {
    List<Path> there = folders.stream().filter(ReportSources::isThere).toList();
    if (there.isEmpty()) {
      return Look.WAITING;
    }
    ReportSources inputs = ReportSources.read(there);
    boolean complete = there.size() == folders.size() && inputs.isComplete();
    String stamp = inputs.stamp() + complete;
    if (!stamp.equals(shown)) {
      ReportPage.write(Page.of(inputs, images, complete ? 0 : seconds), file);
      shown = stamp;
    }
    if (complete) {
      return Look.COMPLETE;
    }
    return inputs.isRunning() ? Look.RUNNING : Look.STOPPED;
  }

  /**
   * Writes the page a last time, without the automatic reload. It does nothing if there is no page.
   */
  public void end() {
    List<Path> there = folders.stream().filter(ReportSources::isThere).toList();
    if (!there.isEmpty() && !shown.isEmpty()) {
      ReportPage.write(Page.of(ReportSources.read(there), images, 0), file);
    }
  }
}
