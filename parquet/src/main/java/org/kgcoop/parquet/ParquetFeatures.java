package org.kgcoop.parquet;

import java.nio.file.Path;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.formats.FeatureFormat;
import org.kgcoop.formats.FeatureTable;

/**
 * The Parquet format of features: a column of names, and the column {@code feature} with lists of
 * float32 numbers.
 */
public final class ParquetFeatures implements FeatureFormat {
  private static final String FEATURE = "feature";

  // The Parquet specification defines the names inside a list.
  private static final String LIST = "list";
  private static final String ELEMENT = "element";

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
    ParquetRows.write(
        AtomicFile.destination(file),
        schema,
        table.about(),
        target ->
            table
                .rows()
                .each(
                    (name, feature) -> target.take(to -> add(name, feature, table.column(), to))));
  }

  private static void add(String name, float[] feature, String column, RecordConsumer to) {
    to.startField(column, 0);
    to.addBinary(Binary.fromString(name));
    to.endField(column, 0);
    to.startField(FEATURE, 1);
    to.startGroup();
    to.startField(LIST, 0);
    for (float value : feature) {
      to.startGroup();
      to.startField(ELEMENT, 0);
      to.addFloat(value);
      to.endField(ELEMENT, 0);
      to.endGroup();
    }
    to.endField(LIST, 0);
    to.endGroup();
    to.endField(FEATURE, 1);
  }
}
