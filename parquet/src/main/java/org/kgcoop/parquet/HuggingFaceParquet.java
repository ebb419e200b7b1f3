package org.kgcoop.parquet;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.metadata.FileMetaData;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.MessageColumnIO;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.layout.PackedFormat;
import org.kgcoop.data.layout.PackedImage;
import org.kgcoop.files.FileErrors;

/**
 * The Parquet format of Hugging Face's image data sets. One column contains images as {@code
 * struct<bytes, path>} or bytes, and one contains labels as numbers or names. The file's metadata
 * under {@code huggingface} names the columns and the classes. Without this metadata, the columns
 * are {@code image} and {@code label}.
 */
public final class HuggingFaceParquet implements PackedFormat {

  /** The codecs that do not need Hadoop. Hugging Face's library writes SNAPPY. */
  private static final List<CompressionCodecName> CODECS =
      List.of(
          CompressionCodecName.UNCOMPRESSED,
          CompressionCodecName.SNAPPY,
          CompressionCodecName.ZSTD);

  @Override
  public List<String> endings() {
    return List.of(".parquet");
  }

  @Override
  public void read(Path file, Consumer<PackedImage> images) {
    ParquetReadOptions options =
        ParquetReadOptions.builder(new PlainParquetConfiguration())
            .usePageChecksumVerification(true)
            .build();
    try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(file), options)) {
      checkCodec(file, reader.getFooter());
      FileMetaData metaData = reader.getFileMetaData();
      Columns columns = Columns.of(file, metaData.getSchema(), metaData.getKeyValueMetaData());
      read(file, reader, columns, images);
    } catch (FileSystemException e) {
      throw FileErrors.unreadable(file, e);
    } catch (IOException | RuntimeException e) {
      if (e instanceof KgCoopException known) {
        throw known;
      }
      // If a file is damaged, the library throws exceptions of any type, with messages for
      // programmers.
      throw KgCoopException.data(file + ": no whole Parquet file; get it again", e);
    }
  }

  private static void checkCodec(Path file, ParquetMetadata footer) {
    for (BlockMetaData block : footer.getBlocks()) {
      for (ColumnChunkMetaData column : block.getColumns()) {
        if (!CODECS.contains(column.getCodec())) {
          throw KgCoopException.data(
              "%s: compressed by %s; expected one of %s, write it again with one of these"
                  .formatted(file, column.getCodec(), CODECS));
        }
      }
    }
  }

  private static void read(
      Path file, ParquetFileReader reader, Columns columns, Consumer<PackedImage> images)
      throws IOException {
    MessageType schema = columns.schema();
    MessageColumnIO io =
        new ColumnIOFactory().getColumnIO(schema, reader.getFileMetaData().getSchema());
    reader.setRequestedSchema(schema);
    long row = 0;
    for (PageReadStore group = nextGroup(file, reader, row);
        group != null;
        group = nextGroup(file, reader, row)) {
      RecordReader<Group> records = io.getRecordReader(group, new GroupRecordConverter(schema));
      for (long i = 0; i < group.getRowCount(); i++, row++) {
        images.accept(columns.image(next(file, records, row), row));
      }
    }
  }

  private static @Nullable PageReadStore nextGroup(Path file, ParquetFileReader reader, long row) {
    try {
      return reader.readNextRowGroup();
    } catch (IOException | RuntimeException e) {
      throw damaged(file, row, e);
    }
  }

  private static Group next(Path file, RecordReader<Group> records, long row) {
    try {
      return records.read();
    } catch (RuntimeException e) {
      throw damaged(file, row, e);
    }
  }

  private static KgCoopException damaged(Path file, long row, Exception e) {
    return KgCoopException.data("%s, row %s: damaged; get the file again".formatted(file, row), e);
  }
}
