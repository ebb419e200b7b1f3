package org.kgcoop.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;
import org.kgcoop.data.open.DataSets;
import org.kgcoop.image.Images;

class HuggingFaceParquetTest {

  private static final MessageType SCHEMA =
      MessageTypeParser.parseMessageType(
          """
          message schema {
            optional int64 id;
            optional group image { optional binary bytes; optional binary path (STRING); }
            optional int64 label;
          }
          """);

  /** The metadata that the library of Hugging Face writes. */
  private static final Map<String, String> METADATA =
      Map.of(
          "huggingface",
          """
          {"info": {"features": {"id": {"dtype": "int64", "_type": "Value"},
           "image": {"_type": "Image"},
           "label": {"names": ["zebra", "red_fox"], "_type": "ClassLabel"}}}}
          """);

  @TempDir Path folder;
  private final List<String> warnings = new ArrayList<>();

  private static Group row(String content, long label) {
    SimpleGroup row = new SimpleGroup(SCHEMA);
    row.add("id", 7L);
    Group image = row.addGroup("image");
    image.add("bytes", Binary.fromString(content));
    image.add("path", content + ".jpg");
    row.add("label", label);
    return row;
  }

  private Path write(
      String name,
      MessageType schema,
      Map<String, String> metadata,
      CompressionCodecName codec,
      Group... rows)
      throws IOException {
    Path file = folder.resolve(name);
    Path parent = file.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file))
            .withConf(new PlainParquetConfiguration())
            .withType(schema)
            .withExtraMetaData(metadata)
            .withCompressionCodec(codec)
            .build()) {
      for (Group row : rows) {
        writer.write(row);
      }
    }
    return file;
  }

  private DataSet open(Path path) {
    return DataSets.open(path, DataSetOptions.defaults(warnings::add));
  }

  private void assertRefused(Path path, String... reasons) {
    assertThatThrownBy(() -> open(path))
        .isInstanceOf(KgCoopException.class)
        .hasMessageStartingWith(path.toString())
        .hasMessageContainingAll(reasons)
        .hasMessageNotContainingAny("\n", "org.apache", "Exception");
  }

  private static List<String> contents(List<Item> items) {
    return items.stream()
        .map(item -> new String(Images.bytes(item.file()), StandardCharsets.UTF_8))
        .toList();
  }

  @Test
  void readsTheShardsOfARepositoryWithTheNamesOfItsMetadata() throws IOException {
    write(
        "data/train-00000-of-00002.parquet",
        SCHEMA,
        METADATA,
        CompressionCodecName.SNAPPY,
        row("fox", 1),
        row("zebra", 0));
    write(
        "data/train-00001-of-00002.parquet",
        SCHEMA,
        METADATA,
        CompressionCodecName.ZSTD,
        row("fox2", 1));
    write(
        "data/validation-00000-of-00001.parquet",
        SCHEMA,
        METADATA,
        CompressionCodecName.UNCOMPRESSED,
        row("zebra2", 0));
    write(
        "data/test-00000-of-00001.parquet",
        SCHEMA,
        METADATA,
        CompressionCodecName.SNAPPY,
        row("zebra3", 0),
        row("fox3", 1));

    DataSet set = open(folder);

    assertThat(set.classNames()).containsExactly("zebra", "red_fox"); // not sorted
    assertThat(contents(set.train())).containsExactly("fox", "zebra", "fox2");
    assertThat(set.train()).extracting(Item::label).containsExactly(1, 0, 1);
    assertThat(set.train())
        .extracting(Item::key)
        .startsWith("train-00000-of-00002.parquet/0", "train-00000-of-00002.parquet/1");
    assertThat(contents(set.val())).containsExactly("zebra2");
    assertThat(contents(set.test())).containsExactly("zebra3", "fox3");
    assertThat(warnings).isEmpty();
  }

  @Test
  void readsPlainColumnsWithoutMetadata() throws IOException {
    MessageType schema =
        MessageTypeParser.parseMessageType(
            "message m { required binary img; required binary class_name (STRING); }");
    List<Group> rows = new ArrayList<>();
    for (String name : List.of("fox", "ant", "fox", "ant")) {
      SimpleGroup row = new SimpleGroup(schema);
      row.add("img", Binary.fromString(name));
      row.add("class_name", name);
      rows.add(row);
    }
    Path file =
        write(
            "own.parquet",
            schema,
            Map.of(),
            CompressionCodecName.SNAPPY,
            rows.toArray(Group[]::new));

    DataSet set = open(file);

    assertThat(set.name()).isEqualTo("own");
    assertThat(set.classNames()).containsExactly("ant", "fox");
    assertThat(contents(set.train())).containsExactly("ant", "fox"); // divided by kgcoop
    assertThat(contents(set.test())).containsExactly("ant", "fox");
  }

  @Test
  void namesTheRowThatIsWrong() throws IOException {
    Group unlabeled = row("a", -1);
    Path file =
        write("a.parquet", SCHEMA, METADATA, CompressionCodecName.SNAPPY, row("a", 0), unlabeled);
    assertRefused(file, "row 1", "label -1", "0 to 1");

    SimpleGroup empty = new SimpleGroup(SCHEMA);
    empty.add("label", 0L);
    file = write("b.parquet", SCHEMA, METADATA, CompressionCodecName.SNAPPY, row("a", 0), empty);
    assertRefused(file, "row 1", "no image");

    SimpleGroup pathOnly = new SimpleGroup(SCHEMA);
    pathOnly.addGroup("image").add("path", "a.jpg");
    pathOnly.add("label", 0L);
    file = write("c.parquet", SCHEMA, METADATA, CompressionCodecName.SNAPPY, pathOnly);
    assertRefused(file, "row 0", "a path and no bytes");

    MessageType other = MessageTypeParser.parseMessageType("message m { required int64 x; }");
    SimpleGroup row = new SimpleGroup(other);
    row.add("x", 1L);
    file = write("d.parquet", other, Map.of(), CompressionCodecName.SNAPPY, row);
    assertRefused(file, "columns [x]", "image");
  }

  @Test
  void aDamagedRowIsTold() throws IOException {
    Path file =
        write(
            "a.parquet",
            SCHEMA,
            METADATA,
            CompressionCodecName.UNCOMPRESSED,
            row("unmistakable", 0),
            row("b", 1));
    byte[] bytes = Files.readAllBytes(file);
    int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("unmistakable");
    bytes[at - 2] ^= 0x40; // the length in front of the value
    Files.write(file, bytes);

    assertRefused(file, "row 0", "damaged", "get the file again");
  }

  @Test
  void aFileCutShortIsTold() throws IOException {
    Path file = write("a.parquet", SCHEMA, METADATA, CompressionCodecName.SNAPPY, row("a", 0));
    byte[] bytes = Files.readAllBytes(file);
    for (int length : new int[] {0, 10, bytes.length / 2, bytes.length - 1}) {
      Path cut = folder.resolve("cut" + length + ".parquet");
      Files.write(cut, Arrays.copyOf(bytes, length));
      assertRefused(cut, "no whole Parquet file", "get it again");
    }
  }

  @Test
  void aCompressionThatCannotBeReadIsRefusedByItsName() throws IOException {
    Path file =
        write("a.parquet", SCHEMA, METADATA, CompressionCodecName.UNCOMPRESSED, row("a", 0));
    // The footer contains the path of the column and then its codec. Codec 7 is written as 14.
    String text = Files.readString(file, StandardCharsets.ISO_8859_1);
    assertThat(text).contains("label\u0015\u0000");
    Files.writeString(
        file, text.replace("label\u0015\u0000", "label\u0015\u000e"), StandardCharsets.ISO_8859_1);

    assertRefused(file, "compressed by LZ4_RAW", "SNAPPY", "write it again");
  }
}
