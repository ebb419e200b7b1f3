package org.kgcoop.tensorboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.runs.EventLog;
import org.kgcoop.runs.RunResults;
import org.kgcoop.runs.TargetResult;
import org.kgcoop.tensorboard.format.DataType;
import org.kgcoop.tensorboard.format.Event;
import org.kgcoop.tensorboard.format.Summary;
import org.kgcoop.tensorboard.format.SummaryMetadata;
import org.kgcoop.tensorboard.format.TensorProto;
import org.kgcoop.tensorboard.format.TensorShapeProto;

/**
 * The event file of a run for TensorBoard. It contains losses, learning rate and validation
 * accuracy by step. The last step adds the final accuracies and the words nearest to each context
 * vector. The file grows with the log of the run, and is complete when the run is finished.
 *
 * <p>It depends only on {@code events.jsonl} and {@code results.json}, so a resumed run has the
 * same file as an uninterrupted one. These files contain no times. Therefore the wall time of a
 * step, in seconds, is its number.
 */
final class EventFile {
  /** TensorBoard searches for {@code tfevents}, and sorts files by the number in the name. */
  static final String NAME = "events.out.tfevents.0000000000.kgcoop";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MASK = 0xa282ead8;
  private static final String VERSION = "brain.Event:2";
  private static final Set<String> NO_LOSSES =
      Set.of("step", "epoch", "batch", "lr", "validation_accuracy");

  private final Path log;
  private final Path results;
  private final Path file;

  /** The bytes of the log that the file contains; -1 before the first. */
  private long read = -1;

  /** Identifies the log file, which a resumed run may replace. */
  private @Nullable Object identity;

  EventFile(Path run) {
    log = run.resolve(EventLog.FILE);
    results = run.resolve(RunResults.FILE);
    file = run.resolve(NAME);
  }

  Path path() {
    return file;
  }

  /** Appends the new lines of the log of an unfinished run. Starts again if the log did. */
  void grow() throws IOException {
    if (!Files.exists(log) || Files.exists(results)) {
      return;
    }
    BasicFileAttributes now = Files.readAttributes(log, BasicFileAttributes.class);
    ByteArrayOutputStream records = new ByteArrayOutputStream();
    boolean anew = read < 0 || now.size() < read || !Objects.equals(now.fileKey(), identity);
    if (anew) {
      record(records, Event.newBuilder().setFileVersion(VERSION).build());
      read = 0;
      identity = now.fileKey();
    }
    byte[] lines = wholeLines(read);
    records(lines, records);
    if (records.size() > 0) {
      Files.write(
          file,
          records.toByteArray(),
          StandardOpenOption.CREATE,
          StandardOpenOption.WRITE,
          anew ? StandardOpenOption.TRUNCATE_EXISTING : StandardOpenOption.APPEND);
      read += lines.length;
    }
  }

  /** Completes the file of a finished run; otherwise appends once more. */
  void finish() throws IOException {
    if (!Files.exists(log) || !Files.exists(results)) {
      grow();
      return;
    }
    boolean exists = Files.exists(file);
    if (read < 0
        && exists
        && Files.getLastModifiedTime(file).compareTo(Files.getLastModifiedTime(results)) >= 0) {
      return;
    }
    byte[] whole = whole();
    byte[] before = exists ? Files.readAllBytes(file) : new byte[0];
    boolean grown =
        before.length > 0
            && before.length < whole.length
            && Arrays.equals(before, 0, before.length, whole, 0, before.length);
    if (grown) {
      // TensorBoard keeps the file open, and would not see a replacement.
      Files.write(
          file, Arrays.copyOfRange(whole, before.length, whole.length), StandardOpenOption.APPEND);
    } else {
      AtomicFile.write(file, out -> out.write(whole));
    }
  }

  private byte[] whole() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    record(out, Event.newBuilder().setFileVersion(VERSION).build());
    long last = records(wholeLines(0), out);
    Summary end = end(RunResults.read(results.resolveSibling("")));
    if (end.getValueCount() > 0) {
      record(out, event(last, end));
    }
    return out.toByteArray();
  }

  /**
   * Returns the log from a position to its last line break. A later part is still being written.
   */
  private byte[] wholeLines(long from) throws IOException {
    try (FileChannel channel = FileChannel.open(log, StandardOpenOption.READ)) {
      byte[] bytes = Channels.newInputStream(channel.position(from)).readAllBytes();
      int end = bytes.length;
      while (end > 0 && bytes[end - 1] != '\n') {
        end--;
      }
      return Arrays.copyOf(bytes, end);
    }
  }

  /** Writes one record per line; returns the last step. */
  private static long records(byte[] lines, OutputStream out) throws IOException {
    long last = 0;
    for (String line : new String(lines, StandardCharsets.UTF_8).lines().toList()) {
      JsonNode event = JSON.readTree(line);
      last = event.path("step").asLong();
      record(out, event(last, progress(event)));
    }
    return last;
  }

  private static Summary progress(JsonNode event) {
    Summary.Builder summary = Summary.newBuilder();
    for (Map.Entry<String, JsonNode> field : event.properties()) {
      if (!NO_LOSSES.contains(field.getKey())) {
        summary.addValue(scalar("loss/" + field.getKey(), field.getValue().asDouble()));
      }
    }
    if (event.has("lr")) {
      summary.addValue(scalar("lr", event.path("lr").asDouble()));
    }
    if (event.has("validation_accuracy")) {
      summary.addValue(scalar("accuracy/validation", event.path("validation_accuracy").asDouble()));
    }
    return summary.build();
  }

  private static Summary end(RunResults results) {
    Summary.Builder summary = Summary.newBuilder();
    for (TargetResult target : results.targets()) {
      summary.addValue(scalar("accuracy/" + target.name(), target.accuracy()));
    }
    List<List<String>> words = results.nearestWords();
    if (!words.isEmpty()) {
      summary.addValue(text("nearest words", table(words)));
    }
    return summary.build();
  }

  /** Returns a Markdown table, which TensorBoard renders, with one row per vector. */
  private static String table(List<List<String>> nearest) {
    StringBuilder table = new StringBuilder("| vector | nearest words |\n|---|---|\n");
    for (int i = 0; i < nearest.size(); i++) {
      List<String> words = nearest.get(i).stream().map(w -> w.replace("|", "\\|")).toList();
      table
          .append("| ")
          .append(i + 1)
          .append(" | ")
          .append(String.join(", ", words))
          .append(" |\n");
    }
    return table.toString();
  }

  private static Event event(long step, Summary summary) {
    return Event.newBuilder().setWallTime((double) step).setStep(step).setSummary(summary).build();
  }

  /**
   * Writes an event in the framing of TFRecord files: length (8 bytes), its checksum (4), the
   * record, its checksum (4), all little-endian.
   */
  private static void record(OutputStream out, Event event) throws IOException {
    byte[] record = event.toByteArray();
    byte[] length = buffer(Long.BYTES).putLong(record.length).array();
    out.write(length);
    out.write(buffer(Integer.BYTES).putInt(maskedChecksum(length)).array());
    out.write(record);
    out.write(buffer(Integer.BYTES).putInt(maskedChecksum(record)).array());
  }

  /** Returns a CRC-32C, rotated and offset, as TFRecord requires. */
  static int maskedChecksum(byte[] bytes) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes);
    int value = (int) checksum.getValue();
    return Integer.rotateRight(value, 15) + MASK;
  }

  private static ByteBuffer buffer(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Returns a point of a curve. */
  private static Summary.Value scalar(String tag, double value) {
    return Summary.Value.newBuilder().setTag(tag).setSimpleValue((float) value).build();
  }

  /**
   * Returns a text value.
   *
   * @param markdown shown as Markdown
   */
  private static Summary.Value text(String tag, String markdown) {
    return Summary.Value.newBuilder()
        .setTag(tag + "/text_summary") // the name of tf.summary.text
        .setMetadata(
            SummaryMetadata.newBuilder()
                .setPluginData(SummaryMetadata.PluginData.newBuilder().setPluginName("text")))
        .setTensor(
            TensorProto.newBuilder()
                .setDtype(DataType.DT_STRING)
                .setTensorShape(
                    TensorShapeProto.newBuilder()
                        .addDim(TensorShapeProto.Dim.newBuilder().setSize(1)))
                .addStringVal(ByteString.copyFromUtf8(markdown)))
        .build();
  }
}
