package org.kgcoop.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.formats.FeatureFormat;
import org.kgcoop.formats.FeatureTable;

class ParquetFeaturesTest {
  private static final int WIDTH = 64;

  @TempDir Path folder;

  /** Returns a table whose row i contains i, i + 1/64, and so on. */
  private static FeatureTable table(int rows) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      names.add("photos/é" + i + ".jpg");
    }
    return new FeatureTable(
        "path",
        names,
        WIDTH,
        Map.of("clip", "1234"),
        row -> {
          for (int i = 0; i < rows; i++) {
            float[] feature = new float[WIDTH];
            for (int j = 0; j < WIDTH; j++) {
              feature[j] = i + j / 64f;
            }
            row.take(names.get(i), feature);
          }
        });
  }

  @Test
  void everyRowIsReadBackAndEqualTablesAreEqualInBytes() throws IOException {
    FeatureFormat format =
        ServiceLoader.load(FeatureFormat.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(each -> each.id().equals("parquet"))
            .findFirst()
            .orElseThrow();
    FeatureTable table = table(3000);
    Path file = folder.resolve("a.parquet");
    format.write(file, table);
    format.write(folder.resolve("b.parquet"), table);

    assertThat(folder.resolve("b.parquet")).hasSameBinaryContentAs(file);
    int row = 0;
    try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(file))) {
      MessageType schema = reader.getFileMetaData().getSchema();
      assertThat(reader.getFileMetaData().getKeyValueMetaData()).containsEntry("clip", "1234");
      assertThat(schema.getType("feature").getLogicalTypeAnnotation()).hasToString("LIST");
      for (PageReadStore pages = reader.readNextRowGroup();
          pages != null;
          pages = reader.readNextRowGroup()) {
        RecordReader<Group> rows =
            new ColumnIOFactory()
                .getColumnIO(schema)
                .getRecordReader(pages, new GroupRecordConverter(schema));
        for (long i = 0; i < pages.getRowCount(); i++) {
          Group group = rows.read();
          assertThat(group.getString("path", 0)).isEqualTo(table.names().get(row));
          Group list = group.getGroup("feature", 0);
          assertThat(list.getFieldRepetitionCount(0)).isEqualTo(WIDTH);
          assertThat(list.getGroup(0, 5).getFloat(0, 0)).isEqualTo(row + 5 / 64f);
          row++;
        }
      }
    }
    assertThat(row).isEqualTo(3000);
  }

  @Test
  void aRowThatFailsLeavesNothing() throws IOException {
    FeatureTable failing =
        new FeatureTable(
            "path",
            List.of("a"),
            WIDTH,
            Map.of(),
            row -> {
              throw KgCoopException.data("a: gone");
            });
    assertThatThrownBy(() -> new ParquetFeatures().write(folder.resolve("a.parquet"), failing))
        .isInstanceOf(KgCoopException.class)
        .hasMessage("a: gone");
    try (var files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void theMetadataCallTheFileNoExample() throws IOException {
    Path file = folder.resolve("features.parquet");
    new ParquetFeatures().write(file, table(1));
    try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(file))) {
      assertThat(reader.getFileMetaData().getKeyValueMetaData())
          .containsEntry("clip", "1234")
          .doesNotContainKey("writer.model.name");
    }
  }
}
