package org.kgcoop.serve;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;
import org.kgcoop.KgCoopException;

/**
 * A file with one line per request. Several threads may write; each line is complete or missing.
 */
public final class RequestLogFile implements Consumer<String>, AutoCloseable {
  private final Path file;
  private final Consumer<String> warnings;
  private final BufferedWriter out;
  private boolean broken;

  /**
   * Opens the file to append to it.
   *
   * @param warnings receives one line if the file can no longer be written
   * @throws KgCoopException if the file cannot be opened
   */
  public RequestLogFile(Path file, Consumer<String> warnings) {
    this.file = file;
    this.warnings = warnings;
    try {
      out = Files.newBufferedWriter(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw KgCoopException.io("--request-log " + file + ": cannot be written: " + e, e);
    }
  }

  @Override
  public synchronized void accept(String line) {
    try {
      out.write(line + "\n");
      out.flush();
      broken = false;
    } catch (IOException e) { // the server continues on a full disk
      if (!broken) {
        warnings.accept("the request log " + file + " cannot be written: " + e.getMessage());
      }
      broken = true;
    }
  }

  @Override
  public synchronized void close() {
    try {
      out.close();
    } catch (IOException e) {
      warnings.accept("the request log " + file + " is incomplete: " + e.getMessage());
    }
  }
}
