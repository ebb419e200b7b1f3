package org.kgcoop.report;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.kgcoop.data.DataSet;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.runs.TagRecord;

/**
 * A page of tables and runs: tables, charts, images and settings in one HTML file. The file refers
 * to no other file and contains no script. Missing data is left out or shown as a dash, so the page
 * can also show runs in progress.
 */
public final class ReportPage {
  private ReportPage() {}

  /**
   * Writes the page of several folders.
   *
   * @param folders the folders of runs and tables
   * @param data additional data sets whose images the page may show
   * @throws org.kgcoop.KgCoopException of the kind IO if a folder has no results or the page cannot
   *     be written, and of the kind DATA if a data set cannot be opened
   */
  public static void write(List<Path> folders, List<Path> data, Path file) {
    write(Page.of(ReportSources.read(folders), new EmbeddedImages(data)), file);
  }

  /**
   * Writes the page of a folder, with images of the data set that it was made from.
   *
   * @throws org.kgcoop.KgCoopException of the kind IO if the folder has no results or the page
   *     cannot be written
   */
  public static void write(Path folder, DataSet data, Path file) {
    write(Page.of(ReportSources.read(List.of(folder)), new EmbeddedImages(data)), file);
  }

  /**
   * Writes the page of a labeled folder, as {@link #write(Path, DataSet, Path)}.
   *
   * @param summary what the page shows first; the classifier is below a fold
   */
  public static void write(Path folder, DataSet data, LabelSummary summary, Path file) {
    EmbeddedImages images = new EmbeddedImages(data);
    write(Page.of(ReportSources.read(List.of(folder)), images).below(summary, images), file);
  }

  /** Writes the page of an adaptation to tags, with the images that a person should check. */
  public static void write(TagRecord record, Path file) {
    write(TagSections.page(record), file);
  }

  private static void write(Page page, Path file) {
    byte[] html = page.html().getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(file, stream -> stream.write(html));
  }
}
