package org.kgcoop.tensorboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.files.AtomicFile;

class EventFileTest {
  @TempDir Path folder;

  private Path run() throws IOException {
    Path run = Files.createDirectories(folder.resolve("objects/kgcoop/seed1"));
    Files.writeString(
        run.resolve("events.jsonl"),
        """
        {"step":1,"epoch":1,"batch":1,"lr":0.002,"cross_entropy":1.5,"knowledge":0.25}
        {"step":1,"epoch":1,"validation_accuracy":62.5}
        {"step":2,"epoch":2,"batch":1,"lr":0.001,"cross_entropy":1.25,"knowledge":0.5}
        """);
    Files.writeString(
        run.resolve("results.json"),
        """
        {"nearest_words": [["a","the"],["pho|to"]],
         "targets": [{"name":"base","set":{},"correct":161,"total":200},
           {"name":"new","set":{},"correct":281,"total":400}]}
        """);
    return run;
  }

  /**
   * Reads the events of a file by the rules of the format only: lengths, checksums and field
   * numbers.
   */
  private static List<UnknownFieldSet> events(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    List<UnknownFieldSet> events = new ArrayList<>();
    while (bytes.hasRemaining()) {
      byte[] length = new byte[8];
      bytes.mark().get(length);
      long size = bytes.reset().getLong();
      assertThat(bytes.getInt()).isEqualTo(masked(length));
      byte[] record = new byte[(int) size];
      bytes.get(record);
      assertThat(bytes.getInt()).isEqualTo(masked(record));
      events.add(UnknownFieldSet.parseFrom(record));
    }
    return events;
  }

  /** Computes the masked CRC-32C bit by bit, with the reflected polynomial 0x82f63b78. */
  private static int masked(byte[] bytes) {
    int crc = -1;
    for (byte b : bytes) {
      crc ^= b & 0xff;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc >>> 1) ^ ((crc & 1) == 0 ? 0 : 0x82f63b78);
      }
    }
    crc = ~crc;
    return ((crc >>> 15) | (crc << 17)) + 0xa282ead8;
  }

  private static UnknownFieldSet message(UnknownFieldSet in, int field) throws IOException {
    return UnknownFieldSet.parseFrom(in.getField(field).getLengthDelimitedList().get(0));
  }

  private static String text(UnknownFieldSet in, int field) {
    return in.getField(field).getLengthDelimitedList().get(0).toStringUtf8();
  }

  /**
   * Returns the tag and the value of all scalars in an event. Fields: summary 5, value 1, tag 1,
   * simple value 2.
   */
  private static List<String> scalars(UnknownFieldSet event) throws IOException {
    List<String> scalars = new ArrayList<>();
    for (ByteString bytes : message(event, 5).getField(1).getLengthDelimitedList()) {
      UnknownFieldSet value = UnknownFieldSet.parseFrom(bytes);
      if (value.hasField(2)) {
        scalars.add(
            text(value, 1) + " " + Float.intBitsToFloat(value.getField(2).getFixed32List().get(0)));
      }
    }
    return scalars;
  }

  @Test
  void scalarsAndWordsAreWrittenByStep() throws IOException {
    Path run = run();
    new EventFile(run).update();
    List<UnknownFieldSet> events = events(run.resolve(EventFile.NAME));

    assertThat(events).hasSize(5);
    assertThat(text(events.get(0), 3)).isEqualTo("brain.Event:2");
    assertThat(scalars(events.get(1)))
        .containsExactly("loss/cross_entropy 1.5", "loss/knowledge 0.25", "lr 0.002");
    assertThat(scalars(events.get(2))).containsExactly("accuracy/validation 62.5");
    assertThat(events.get(3).getField(2).getVarintList()).containsExactly(2L);
    assertThat(scalars(events.get(3))).contains("lr 0.001");
    assertThat(events.get(4).getField(2).getVarintList()).containsExactly(2L);
    assertThat(scalars(events.get(4))).containsExactly("accuracy/base 80.5", "accuracy/new 70.25");

    ByteString last = message(events.get(4), 5).getField(1).getLengthDelimitedList().get(2);
    UnknownFieldSet words = UnknownFieldSet.parseFrom(last);
    assertThat(text(words, 1)).isEqualTo("nearest words/text_summary");
    // Fields: metadata 9, its plugin 1, its name 1; tensor 8, its type 1 (7 is string), its strings
    // 8.
    assertThat(text(message(message(words, 9), 1), 1)).isEqualTo("text");
    assertThat(message(words, 8).getField(1).getVarintList()).containsExactly(7L);
    assertThat(text(message(words, 8), 8))
        .isEqualTo(
            """
            | vector | nearest words |
            |---|---|
            | 1 | a, the |
            | 2 | pho\\|to |
            """);
  }

  @Test
  void theChecksumIsThatOfTensorFlow() {
    // Every event file of TensorFlow begins with a record of 24 bytes. The first twelve bytes of
    // the file are this length and its checksum.
    byte[] length = {24, 0, 0, 0, 0, 0, 0, 0};
    assertThat(EventFile.maskedChecksum(length)).isEqualTo(0x224b7fa3);
    assertThat(masked(length)).isEqualTo(0x224b7fa3);
  }

  @Test
  void anEventFileIsWrittenAgainOnlyWhereItIsOlderThanTheResults() throws IOException {
    Path run = run();
    new EventFile(run).update();
    Path file = run.resolve(EventFile.NAME);
    byte[] first = Files.readAllBytes(file);
    FileTime written = FileTime.fromMillis(Files.getLastModifiedTime(file).toMillis() + 60_000);
    Files.setLastModifiedTime(file, written);
    new EventFile(run).update();
    assertThat(Files.getLastModifiedTime(file)).isEqualTo(written);
    Files.delete(file);
    new EventFile(run).update();
    assertThat(Files.readAllBytes(file)).isEqualTo(first);
  }

  /** Returns a new run folder without results, and with a log of only some lines. */
  private Path begun(String... lines) throws IOException {
    Path run = run();
    Files.delete(run.resolve("results.json"));
    Files.delete(run.resolve("events.jsonl"));
    append(run, lines);
    return run;
  }

  private static void append(Path run, String... text) throws IOException {
    for (String each : text) {
      Files.writeString(
          run.resolve("events.jsonl"), each, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
  }

  private static String line(int step) {
    return "{\"step\":%s,\"epoch\":1,\"batch\":%s,\"lr\":0.5,\"loss\":%s.5}\n"
        .formatted(step, step, step);
  }

  @Test
  void aFileGrowsWithTheLogAndEndsInTheBytesOfOneWrittenAtOnce() throws IOException {
    Path run = begun(line(1), "{\"step\":2,\"epo");
    Path file = run.resolve(EventFile.NAME);
    EventFile growing = new EventFile(run);

    growing.update();
    assertThat(events(file)).hasSize(2); // the version and one step; the second line is incomplete
    growing.update();
    assertThat(events(file)).hasSize(2);
    append(run, "ch\":1,\"lr\":0.25}\n", line(3));
    growing.update();
    assertThat(events(file)).hasSize(4);
    assertThat(scalars(events(file).get(2))).containsExactly("lr 0.25");
    append(run, line(4));
    Files.writeString(
        run.resolve("results.json"), "{\"targets\":[{\"name\":\"test\",\"set\":{}}]}");
    Object before = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    growing.update(); // also writes the end

    byte[] grown = Files.readAllBytes(file);
    assertThat(events(file)).hasSize(6);
    assertThat(Files.readAttributes(file, BasicFileAttributes.class).fileKey()).isEqualTo(before);
    Files.delete(file);
    new EventFile(run).update();
    assertThat(Files.readAllBytes(file)).isEqualTo(grown);
  }

  @Test
  void rewritesTheFileOfAResumedRunFromItsLog() throws IOException {
    Path run = begun(line(1), line(2), line(3));
    Path file = run.resolve(EventFile.NAME);
    new EventFile(run).update(); // of a process that died
    EventFile growing = new EventFile(run);
    growing.update(); // before the log is cut to the checkpoint
    assertThat(events(file)).hasSize(4);

    AtomicFile.write(
        run.resolve("events.jsonl"), out -> out.write(line(1).getBytes(StandardCharsets.UTF_8)));
    append(run, line(2), line(4), line(5));
    growing.update();

    assertThat(events(file).stream().map(event -> event.getField(2).getVarintList()).skip(1))
        .containsExactly(List.of(1L), List.of(2L), List.of(4L), List.of(5L));
  }

  @Test
  void keepsTheLogOfAnInterruptedRun() throws IOException {
    Path run = begun(line(1));
    List<String> warnings = new ArrayList<>();
    Path none = folder.resolve("not-begun");
    try (EventFiles files = EventFiles.growing(List.of(run, none), warnings::add)) {
      append(run, line(2));
    }
    assertThat(events(run.resolve(EventFile.NAME))).hasSize(3);
    assertThat(none).doesNotExist();
    assertThat(warnings).isEmpty();
  }

  @Test
  void warnsOnceIfItCannotWrite() throws IOException {
    Path run = begun(line(1));
    Path place = Files.createDirectory(run.resolve(EventFile.NAME)); // this blocks the file
    List<String> warnings = new ArrayList<>();
    try (EventFiles files = EventFiles.growing(List.of(run, run), warnings::add)) {
      append(run, line(2));
    }
    assertThat(warnings)
        .singleElement()
        .asString()
        .startsWith(place + ": cannot write the TensorBoard file: ");
  }
}
