package org.kgcoop.serve;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;
import org.kgcoop.KgCoopException;

/** A file that gets a line for each request, whole or not at all; several threads may write. */
public final class RequestLogFile implements Consumer<String>, AutoCloseable {
  private final Path file;
  private final Consumer<String> warnings;
  private final BufferedWriter out;
  private boolean broken;

  /**
   * Opens it, to go on at its end.
   *
   * @param warnings gets one line where it cannot be written any more
   * @throws KgCoopException where it cannot be opened
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
    } catch (IOException e) { // a full disk is no reason to answer nobody
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
      warnings.accept("the request log " + file + " lacks its end: " + e.getMessage());
    }
  }
}
