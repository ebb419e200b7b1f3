package org.kgcoop.parquet;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Objects;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;
import org.jspecify.annotations.Nullable;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.io.FeatureFormat;
import org.kgcoop.io.FeatureTable;

/**
 * The Parquet format of features: a column of names, and the column {@code feature} with lists of
 * float32 numbers. pandas, Arrow and Spark can read it. Row groups are small, because the writer
 * keeps an entire row group in memory.
 */
public final class ParquetFeatures implements FeatureFormat {
  private static final String FEATURE = "feature";

  // The Parquet specification defines the names inside a list.
  private static final String LIST = "list";
  private static final String ELEMENT = "element";

  private static final long ROW_GROUP_BYTES = 16 << 20;

  @Override
  public String id() {
    return "parquet";
  }

  @Override
  public void write(Path file, FeatureTable table) {
    MessageType schema =
        Types.buildMessage()
            .required(PrimitiveTypeName.BINARY)
            .as(LogicalTypeAnnotation.stringType())
            .named(table.column())
            .requiredList()
            .requiredElement(PrimitiveTypeName.FLOAT)
            .named(FEATURE)
            .named("features");
    AtomicFile.write(
        AtomicFile.destination(file),
        out -> {
          try (ParquetWriter<Row> writer =
              new Builder(new Counted(out), new Rows(schema, table))
                  .withConf(new PlainParquetConfiguration())
                  .withRowGroupSize(ROW_GROUP_BYTES)
                  .withCompressionCodec(CompressionCodecName.UNCOMPRESSED)
                  .withDictionaryEncoding(false)
                  .build()) {
            table.rows().each((name, feature) -> writer.write(new Row(name, feature)));
          }
        });
  }

  private static final class Row {
    private final String name;
    private final float[] feature;

    Row(String name, float[] feature) {
      this.name = name;
      this.feature = feature;
    }
  }

  /** A writer of rows. The library's own writer would add the word "example" to the metadata. */
  private static final class Rows extends WriteSupport<Row> {
    private final MessageType schema;
    private final FeatureTable table;
    private @Nullable RecordConsumer records;

    Rows(MessageType schema, FeatureTable table) {
      this.schema = schema;
      this.table = table;
    }

    @Override
    public WriteContext init(ParquetConfiguration configuration) {
      return new WriteContext(schema, table.about());
    }

    @Override
    @SuppressWarnings("deprecation") // still abstract
    public WriteContext init(Configuration configuration) {
      return new WriteContext(schema, table.about());
    }

    @Override
    public void prepareForWrite(RecordConsumer consumer) {
      records = consumer;
    }

    @Override
    public void write(Row row) {
      RecordConsumer to = Objects.requireNonNull(records, "prepared");
      to.startMessage();
      to.startField(table.column(), 0);
      to.addBinary(Binary.fromString(row.name));
      to.endField(table.column(), 0);
      to.startField(FEATURE, 1);
      to.startGroup();
      to.startField(LIST, 0);
      for (float value : row.feature) {
        to.startGroup();
        to.startField(ELEMENT, 0);
        to.addFloat(value);
        to.endField(ELEMENT, 0);
        to.endGroup();
      }
      to.endField(LIST, 0);
      to.endGroup();
      to.endField(FEATURE, 1);
      to.endMessage();
    }
  }

  private static final class Builder extends ParquetWriter.Builder<Row, Builder> {
    private final Rows rows;

    Builder(OutputFile file, Rows rows) {
      super(file);
      this.rows = rows;
    }

    @Override
    protected Builder self() {
      return this;
    }

    @Override
    protected WriteSupport<Row> getWriteSupport(ParquetConfiguration configuration) {
      return rows;
    }

    @Override
    @SuppressWarnings("deprecation") // still abstract
    protected WriteSupport<Row> getWriteSupport(Configuration configuration) {
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
