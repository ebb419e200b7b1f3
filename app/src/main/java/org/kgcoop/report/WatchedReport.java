package org.kgcoop.report;

import java.nio.file.Path;
import java.util.List;

/**
 * The page of runs that go on: written anew where something has changed, loaded again by the
 * browser until all is complete. Folders may be named before they are there.
 */
public final class WatchedReport {
  /** The end of a look. */
  public enum Look {
    /** None of the folders is there, so that no page is written. */
    WAITING,
    /** Something is to come, and a process works at it. */
    RUNNING,
    /** Something is to come, and nothing works at it: the same command would go on with it. */
    STOPPED,
    /** Nothing is to come, and the page says so. */
    COMPLETE
  }

  private final List<Path> folders;
  private final EmbeddedImages images;
  private final Path file;
  private final int seconds;
  private String shown = "";

  /**
   * A page to be watched.
   *
   * @param folders of runs and tables
   * @param data data sets whose images may be shown beside the embedded ones
   * @param file the page
   * @param seconds after which a browser loads the page again
   */
  public WatchedReport(List<Path> folders, List<Path> data, Path file, int seconds) {
    this.folders = List.copyOf(folders);
    this.images = new EmbeddedImages(data);
    this.file = file;
    this.seconds = seconds;
  }

  /**
   * Looks once, and writes the page if it would be another one than before.
   *
   * @throws org.kgcoop.KgCoopException of the kind IO where a file is damaged or the page cannot be
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

  /** Writes the page, if there is one, as one that nobody will write again. */
  public void end() {
    List<Path> there = folders.stream().filter(ReportSources::isThere).toList();
    if (!there.isEmpty() && !shown.isEmpty()) {
      ReportPage.write(Page.of(ReportSources.read(there), images, 0), file);
    }
  }
}
