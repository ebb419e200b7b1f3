package org.kgcoop.tensorboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.runs.RunResults;
import org.kgcoop.runs.TargetResult;
import org.kgcoop.tensorboard.format.DataType;
import org.kgcoop.tensorboard.format.Event;
import org.kgcoop.tensorboard.format.Summary;
import org.kgcoop.tensorboard.format.SummaryMetadata;
import org.kgcoop.tensorboard.format.TensorProto;
import org.kgcoop.tensorboard.format.TensorShapeProto;

/**
 * A finished run folder as TensorBoard reads it: losses, learning rate and accuracy on the
 * validation images by step, and at the last step the accuracies of the end and the words nearest
 * to each learned vector.
 *
 * <p>It is made of {@code events.jsonl} and {@code results.json} alone, so a resumed run has the
 * bytes of an undisturbed one. No clock stands in those files: the wall time of a step is as many
 * seconds as there were steps.
 */
public final class EventFile {
  /** TensorBoard looks for {@code tfevents}, and sorts several files by the number behind it. */
  static final String NAME = "events.out.tfevents.0000000000.kgcoop";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MASK = 0xa282ead8;
  private static final String VERSION = "brain.Event:2";
  private static final Set<String> NO_LOSSES =
      Set.of("step", "epoch", "batch", "lr", "validation_accuracy");

  private EventFile() {}

  /** Writes those of all finished runs in a folder and below that have none, or an older one. */
  public static void below(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path events : files.filter(f -> f.endsWith("events.jsonl")).sorted().toList()) {
        Path run = events.resolveSibling("");
        if (isWanted(run)) {
          write(run);
        }
      }
    } catch (IOException | UncheckedIOException e) {
      throw KgCoopException.io(folder + ": cannot be listed (" + e.getMessage() + ")", e);
    }
  }

  private static boolean isWanted(Path run) throws IOException {
    Path results = run.resolve(RunResults.FILE);
    Path file = run.resolve(NAME);
    return Files.exists(results)
        && (!Files.exists(file)
            || Files.getLastModifiedTime(file).compareTo(Files.getLastModifiedTime(results)) < 0);
  }

  /** Writes that of a finished run. */
  public static void write(Path run) {
    Path events = run.resolve("events.jsonl");
    AtomicFile.write(
        run.resolve(NAME),
        out -> {
          record(out, Event.newBuilder().setFileVersion(VERSION).build());
          long last = 0;
          try (BufferedReader lines = Files.newBufferedReader(events, StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
              JsonNode event = JSON.readTree(line);
              last = event.path("step").asLong();
              record(out, event(last, progress(event)));
            }
          }
          Summary end = end(RunResults.read(run));
          if (end.getValueCount() > 0) {
            record(out, event(last, end));
          }
        });
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

  /** A table in Markdown, which TensorBoard shows as one: a row for each vector. */
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

  /** A CRC-32C, rotated and offset, so that it is none of itself. */
  static int maskedChecksum(byte[] bytes) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes);
    int value = (int) checksum.getValue();
    return Integer.rotateRight(value, 15) + MASK;
  }

  private static ByteBuffer buffer(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** A point of a curve. */
  private static Summary.Value scalar(String tag, double value) {
    return Summary.Value.newBuilder().setTag(tag).setSimpleValue((float) value).build();
  }

  /**
   * A text.
   *
   * @param markdown shown as such
   */
  private static Summary.Value text(String tag, String markdown) {
    return Summary.Value.newBuilder()
        .setTag(tag + "/text_summary") // as tf.summary.text names them
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
