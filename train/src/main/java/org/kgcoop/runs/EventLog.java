package org.kgcoop.runs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.AppendedFile;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.files.FileErrors;

/** The log of a run, {@code events.jsonl}, with one line per step and epoch, in order. */
public final class EventLog {
  /** The name of the file in the folder of a run. */
  public static final String FILE = "events.jsonl";

  private static final ObjectMapper JSON = new ObjectMapper();

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
    List<String> remaining = new ArrayList<>();
    // Unlike Files.lines, this reader accepts bytes that are not UTF-8.
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode event = readLine(line);
        if (event == null || event.path("step").asLong(Long.MAX_VALUE) > step) {
          break;
        }
        remaining.add(line);
      }
    } catch (IOException e) {
      throw KgCoopException.io(file + ": cannot be read: " + FileErrors.reason(e), e);
    }
    AtomicFile.write(
        file,
        out -> {
          for (String line : remaining) {
            out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
          }
        });
  }

  /** Parses a line; null if it was cut when the process died. */
  private static @Nullable JsonNode readLine(String line) {
    try {
      return JSON.readTree(line);
    } catch (IOException e) {
      return null;
    }
  }

  /** Appends a line. {@link #force} forces it to the disk. */
  public void append(ObjectNode event) {
    try {
      if (appended == null) {
        appended = new AppendedFile(file);
      }
      appended.append((event + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw KgCoopException.io(
          file
              + ": cannot be written: "
              + FileErrors.reason(e)
              + "; free some space, or write elsewhere",
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
