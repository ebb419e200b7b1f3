package org.kgcoop.parquet;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;
import org.kgcoop.files.AtomicFile;

/**
 * A writer of the rows of a Parquet file. pandas, Arrow and Spark can read it. Row groups are
 * small, because the library keeps an entire row group in memory. The library's own writer of rows
 * would add the word "example" to the metadata.
 */
final class ParquetRows extends WriteSupport<Consumer<RecordConsumer>> {
  private static final long ROW_GROUP_BYTES = 16 << 20;

  private final MessageType schema;
  private final Map<String, String> about;
  private @Nullable RecordConsumer records;

  /** The rows of a file. */
  @FunctionalInterface
  interface Source {
    void each(Target target) throws IOException;
  }

  /** A receiver of rows, each of which writes its fields. */
  @FunctionalInterface
  interface Target {
    void take(Consumer<RecordConsumer> row) throws IOException;
  }

  private ParquetRows(MessageType schema, Map<String, String> about) {
    this.schema = schema;
    this.about = about;
  }

  /**
   * Writes a file atomically.
   *
   * @param about the metadata
   */
  static void write(Path file, MessageType schema, Map<String, String> about, Source source) {
    AtomicFile.write(
        file,
        out -> {
          try (ParquetWriter<Consumer<RecordConsumer>> writer =
              new Builder(new Counted(out), new ParquetRows(schema, about))
                  .withConf(new PlainParquetConfiguration())
                  .withRowGroupSize(ROW_GROUP_BYTES)
                  .withCompressionCodec(CompressionCodecName.UNCOMPRESSED)
                  .withDictionaryEncoding(false)
                  .build()) {
            source.each(writer::write);
          }
        });
  }

  @Override
  public WriteContext init(ParquetConfiguration configuration) {
    return new WriteContext(schema, about);
  }

  @Override
  @SuppressWarnings("deprecation") // still abstract
  public WriteContext init(Configuration configuration) {
    return new WriteContext(schema, about);
  }

  @Override
  public void prepareForWrite(RecordConsumer consumer) {
    records = consumer;
  }

  @Override
  public void write(Consumer<RecordConsumer> row) {
    RecordConsumer to = Objects.requireNonNull(records, "prepared");
    to.startMessage();
    row.accept(to);
    to.endMessage();
  }

  private static final class Builder
      extends ParquetWriter.Builder<Consumer<RecordConsumer>, Builder> {
    private final ParquetRows rows;

    Builder(OutputFile file, ParquetRows rows) {
      super(file);
      this.rows = rows;
    }

    @Override
    protected Builder self() {
      return this;
    }

    @Override
    protected ParquetRows getWriteSupport(ParquetConfiguration configuration) {
      return rows;
    }

    @Override
    @SuppressWarnings("deprecation") // still abstract
    protected ParquetRows getWriteSupport(Configuration configuration) {
      return rows;
    }
  }

  /** A stream that counts its bytes. The caller closes the underlying stream. */
  private static final class Counted extends PositionOutputStream implements OutputFile {
    private final OutputStream out;
    private long position;

    Counted(OutputStream out) {
      this.out = out;
    }

    @Override
    public long getPos() {
      return position;
    }

    @Override
    public void write(int value) throws IOException {
      out.write(value);
      position++;
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
      out.write(bytes, from, count);
      position += count;
    }

    @Override
    public void flush() throws IOException {
      out.flush();
    }

    @Override
    public PositionOutputStream create(long blockSizeHint) {
      return this;
    }

    @Override
    public PositionOutputStream createOrOverwrite(long blockSizeHint) {
      return this;
    }

    @Override
    public boolean supportsBlockSize() {
      return false;
    }

    @Override
    public long defaultBlockSize() {
      return 0;
    }
  }
}
