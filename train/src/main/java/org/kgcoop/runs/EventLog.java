package org.kgcoop.runs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.AppendedFile;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.Json;

/** The log of a run, {@code events.jsonl}, with one line per step and epoch, in order. */
public final class EventLog {
  /** The name of the file in the folder of a run. */
  public static final String FILE = "events.jsonl";

  private final Path file;
  private @Nullable AppendedFile appended;

  EventLog(Path folder) {
    file = folder.resolve(FILE);
  }

  /** Removes the events after {@code step}, because those steps will be repeated. */
  public void rewind(long step) {
    if (!Files.exists(file)) {
      return;
    }
    try {
      // Unlike Files.lines, this accepts bytes that are not UTF-8.
      String remaining =
          new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
              .lines()
              .takeWhile(line -> isUpTo(step, line))
              .map(line -> line + "\n")
              .collect(Collectors.joining());
      AtomicFile.write(file, out -> out.write(remaining.getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw FileErrors.unreadable(file, e);
    }
  }

  /** Returns false also for a line that was cut when the process died. */
  private static boolean isUpTo(long step, String line) {
    try {
      JsonNode at = Json.LENIENT.readTree(line).path("step");
      return at.isIntegralNumber() && at.asLong() <= step;
    } catch (JsonProcessingException e) {
      return false;
    }
  }

  /** Appends a line. {@link #force} forces it to the disk. */
  public void append(Object event) {
    try {
      if (appended == null) {
        appended = new AppendedFile(file);
      }
      appended.append((Json.tree(event) + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw KgCoopException.io(
          "%s: cannot be written: %s; free some space, or write elsewhere"
              .formatted(file, FileErrors.reason(e)),
          e);
    }
  }

  /** Forces the appended lines to the disk, before a checkpoint that relies on them. */
  void force() {
    try {
      if (appended != null) {
        appended.force();
      }
    } catch (IOException e) {
      throw KgCoopException.io(file + ": cannot be forced to the disk: " + FileErrors.reason(e), e);
    }
  }

  void close() throws IOException {
    if (appended != null) {
      appended.close();
    }
  }
}
