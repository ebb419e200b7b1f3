package org.kgcoop.tensorboard;

import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.files.Digest;
import org.kgcoop.files.Folders;
import org.kgcoop.files.Json;
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

  private static final int MASK = 0xa282ead8;
  private static final String VERSION = "brain.Event:2";
  private static final Set<String> NO_LOSSES =
      Set.of("step", "epoch", "batch", "lr", "validation_accuracy");

  private final Path log;
  private final Path results;
  private final Path file;

  /** The length of the log when this object last wrote the file; -1 before. */
  private long written = -1;

  private boolean isComplete;

  EventFile(Path run) {
    log = run.resolve(EventLog.FILE);
    results = run.resolve(RunResults.FILE);
    file = run.resolve(NAME);
  }

  Path path() {
    return file;
  }

  /**
   * Brings the file of a run up to date. Does nothing if the log has not grown, or if an earlier
   * process completed the file.
   */
  void update() throws IOException {
    if (isComplete || !Files.exists(log)) {
      return;
    }
    boolean finished = Files.exists(results);
    boolean exists = Files.exists(file);
    long length = Files.size(log);
    isComplete = finished && exists && written < 0 && isNewer(file, results);
    if (isComplete || (!finished && length == written)) {
      return;
    }
    byte[] whole = whole(finished);
    byte[] before = exists ? Files.readAllBytes(file) : new byte[0];
    if (before.length > 0
        && before.length <= whole.length
        && Arrays.equals(before, 0, before.length, whole, 0, before.length)) {
      // TensorBoard keeps the file open, and would not see a replacement.
      Files.write(
          file, Arrays.copyOfRange(whole, before.length, whole.length), StandardOpenOption.APPEND);
    } else {
      AtomicFile.write(file, out -> out.write(whole));
    }
    written = length;
    isComplete = finished;
  }

  private static boolean isNewer(Path file, Path other) throws IOException {
    return Files.getLastModifiedTime(file).compareTo(Files.getLastModifiedTime(other)) >= 0;
  }

  private byte[] whole(boolean finished) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    record(out, Event.newBuilder().setFileVersion(VERSION).build());
    long[] last = {0};
    Json.readNumbers( // an unfinished last line is still being written
        log,
        numbers -> {
          last[0] = numbers.getOrDefault("step", 0.0).longValue();
          record(out, event(last[0], progress(numbers)));
        });
    Summary end =
        finished ? end(RunResults.read(Folders.parent(results))) : Summary.getDefaultInstance();
    if (end.getValueCount() > 0) {
      record(out, event(last[0], end));
    }
    return out.toByteArray();
  }

  private static Summary progress(Map<String, Double> numbers) {
    Summary.Builder summary = Summary.newBuilder();
    numbers.forEach(
        (name, value) -> {
          if (!NO_LOSSES.contains(name)) {
            summary.addValue(scalar("loss/" + name, value));
          }
        });
    if (numbers.containsKey("lr")) {
      summary.addValue(scalar("lr", numbers.get("lr")));
    }
    if (numbers.containsKey("validation_accuracy")) {
      summary.addValue(scalar("accuracy/validation", numbers.get("validation_accuracy")));
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
  private static void record(ByteArrayOutputStream out, Event event) {
    byte[] record = event.toByteArray();
    byte[] length = buffer(Long.BYTES).putLong(record.length).array();
    out.writeBytes(length);
    out.writeBytes(buffer(Integer.BYTES).putInt(maskedChecksum(length)).array());
    out.writeBytes(record);
    out.writeBytes(buffer(Integer.BYTES).putInt(maskedChecksum(record)).array());
  }

  /** Returns a CRC-32C, rotated and offset, as TFRecord requires. */
  static int maskedChecksum(byte[] bytes) {
    int value = Digest.crc32c(ByteBuffer.wrap(bytes));
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
