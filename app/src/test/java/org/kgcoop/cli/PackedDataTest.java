package org.kgcoop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import javax.imageio.ImageIO;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.clip.untrained.RandomClip;

/**
 * Tests of commands with packed data sets: two classes, with three training and two test images
 * each.
 */
class PackedDataTest {
  private static final int TRAIN = 3;
  private static final int TEST = 2;

  @TempDir Path folder;

  /** Returns an image in one color, which depends on the label and the number. */
  private static byte[] image(int label, int number) throws IOException {
    BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 64; i++) {
      image.setRGB(i % 8, i / 8, label == 0 ? 0xff0000 + number : 0x00ff00 + number);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    assertThat(ImageIO.write(image, "png", bytes)).isTrue();
    return bytes.toByteArray();
  }

  private Path tar(String name, int first, int count) throws IOException {
    Path file = Files.createDirectories(folder.resolve("tar")).resolve(name);
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(Files.newOutputStream(file))) {
      for (int number = first; number < first + count; number++) {
        for (int label = 0; label < 2; label++) {
          put(tar, number + "-" + label + ".png", image(label, number));
          put(
              tar,
              number + "-" + label + ".cls",
              Integer.toString(label).getBytes(StandardCharsets.UTF_8));
        }
      }
    }
    return file;
  }

  private static void put(TarArchiveOutputStream tar, String name, byte[] content)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(content.length);
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
  }

  private Path parquet(String name, int first, int count) throws IOException {
    MessageType schema =
        MessageTypeParser.parseMessageType(
            """
            message schema {
              optional group image { optional binary bytes; optional binary path (STRING); }
              optional int64 label;
            }
            """);
    String features =
        """
        {"info": {"features": {"image": {"_type": "Image"},
         "label": {"names": ["ant", "fox"], "_type": "ClassLabel"}}}}
        """;
    Path file = Files.createDirectories(folder.resolve("parquet/data")).resolve(name);
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file))
            .withConf(new PlainParquetConfiguration())
            .withType(schema)
            .withExtraMetaData(Map.of("huggingface", features))
            .build()) {
      for (int number = first; number < first + count; number++) {
        for (int label = 0; label < 2; label++) {
          SimpleGroup row = new SimpleGroup(schema);
          Group image = row.addGroup("image");
          image.add("bytes", Binary.fromConstantByteArray(image(label, number)));
          image.add("path", number + ".png");
          row.add("label", (long) label);
          writer.write(row);
        }
      }
    }
    return file;
  }

  private void assertInspectedAndTrained(Path data, String first, String second)
      throws IOException {
    Cli.Result inspected = Cli.run("inspect", data, "--json");
    assertThat(inspected.exitCode()).as(inspected.err()).isZero();
    JsonNode json = new ObjectMapper().readTree(inspected.out());
    assertThat(json.path("class_counts").findValuesAsText("class")).containsExactly(first, second);
    assertThat(json.path("images").path("train").asInt()).isEqualTo(2 * TRAIN);
    assertThat(json.path("images").path("test").asInt()).isEqualTo(2 * TEST);
    assertThat(json.path("width").path("median").asInt()).isEqualTo(8);

    RandomClip.write(folder.resolve("clip"), RandomClip.TINY, 1);
    Path run = folder.resolve("run");
    Cli.Result trained =
        Cli.run(
            "train",
            "--clip",
            folder.resolve("clip"),
            "--data",
            data,
            "--out",
            run,
            "--method",
            "kgcoop",
            "--set",
            "context_tokens=2",
            "--shots",
            "2",
            "--epochs",
            "1",
            "--feature-cache",
            "none");
    assertThat(trained.exitCode()).as(trained.err()).isZero();
    JsonNode target =
        new ObjectMapper().readTree(run.resolve("results.json").toFile()).path("targets").path(0);
    assertThat(target.path("total").asInt()).isEqualTo(2 * TEST);
    assertThat(target.path("set").path("class_names").path(1).asText()).isEqualTo(second);
  }

  @Test
  void tarShardsAreInspectedAndTrainedOn() throws IOException {
    Path data = folder.resolve("tar");
    assertThat(tar("train-000000.tar", 0, TRAIN)).exists();
    assertThat(tar("test-000000.tar", TRAIN, TEST)).exists();
    Files.writeString(data.resolve("classnames.txt"), "ant\nfox\n");
    assertInspectedAndTrained(data, "ant", "fox");
  }

  @Test
  void parquetShardsAreInspectedAndTrainedOn() throws IOException {
    assertThat(parquet("train-00000-of-00001.parquet", 0, TRAIN)).exists();
    assertThat(parquet("test-00000-of-00001.parquet", TRAIN, TEST)).exists();
    assertInspectedAndTrained(folder.resolve("parquet"), "ant", "fox");
  }

  @Test
  void aTarThatIsCutShortIsOneClearLine() throws IOException {
    Path file = tar("train-000000.tar", 0, TRAIN);
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, 700)); // the header of the file promises more bytes
    Cli.Result result = Cli.run("inspect", folder.resolve("tar"));
    assertThat(result.exitCode()).isNotZero();
    assertThat(result.errorLine()).contains("train-000000.tar");
    assertThat(result.err()).doesNotContain("\tat ");
  }
}
