package org.kgcoop.parquet;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.io.FeatureFormat;
import org.kgcoop.io.FeatureTable;

/**
 * Features as Parquet: a column of names and {@code feature}, a list of float32 numbers, as pandas,
 * Arrow and Spark read it. Row groups are small, since a writer holds one in memory.
 */
public final class ParquetFeatures implements FeatureFormat {
  private static final String FEATURE = "feature";
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
        file,
        out -> {
          try (ParquetWriter<Group> writer =
              ExampleParquetWriter.builder(new Counted(out))
                  .withConf(new PlainParquetConfiguration())
                  .withType(schema)
                  .withExtraMetaData(table.about())
                  .withRowGroupSize(ROW_GROUP_BYTES)
                  .withCompressionCodec(CompressionCodecName.UNCOMPRESSED)
                  .withDictionaryEncoding(false)
                  .build()) {
            table.rows().each((name, feature) -> writer.write(row(schema, table, name, feature)));
          }
        });
  }

  private static Group row(MessageType schema, FeatureTable table, String name, float[] feature) {
    SimpleGroup row = new SimpleGroup(schema);
    row.add(table.column(), name);
    Group list = row.addGroup(FEATURE);
    for (float value : feature) {
      list.addGroup(0).add(0, value);
    }
    return row;
  }

  /** A stream that knows how far it is; whoever opened it closes it. */
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
