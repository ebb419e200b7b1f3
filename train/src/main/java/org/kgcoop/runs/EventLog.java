package org.kgcoop.runs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
  private static final int LONGEST_END = 1 << 14;

  private final Path file;
  private @Nullable AppendedFile appended;

  EventLog(Path folder) {
    file = folder.resolve(FILE);
  }

  /**
   * Returns the last complete line of the log, which another process may be writing; a missing node
   * if there is none.
   *
   * @throws KgCoopException of the category IO if it cannot be read
   */
  static JsonNode last(Path folder) {
    Path file = folder.resolve(FILE);
    if (!Files.isRegularFile(file)) {
      return MissingNode.getInstance();
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      ByteBuffer end = ByteBuffer.allocate((int) Math.min(size, LONGEST_END));
      while (end.hasRemaining()
          && channel.read(end, size - end.capacity() + (long) end.position()) > 0) {}
      List<String> lines =
          new String(end.array(), 0, end.position(), StandardCharsets.UTF_8).lines().toList();
      for (int i = lines.size() - 1; i >= 0; i--) {
        JsonNode event = readLine(lines.get(i));
        if (event != null && event.isObject()) {
          return event;
        }
      }
      return MissingNode.getInstance();
    } catch (IOException e) {
      throw FileErrors.unreadable(file, e);
    }
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
