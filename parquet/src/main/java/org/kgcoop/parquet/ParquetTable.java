package org.kgcoop.parquet;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;
import org.jspecify.annotations.Nullable;
import org.kgcoop.formats.TableFormat;

/** The Parquet format of tables. Each column may contain nulls. */
public final class ParquetTable implements TableFormat {

  @Override
  public String id() {
    return "parquet";
  }

  @Override
  public void write(Path file, List<Column> columns, Rows rows) {
    Types.MessageTypeBuilder schema = Types.buildMessage();
    columns.forEach(column -> schema.addField(field(column)));
    ParquetRows.write(
        file,
        schema.named("table"),
        Map.of(),
        target ->
            rows.each(
                values ->
                    target.take(
                        to -> {
                          for (int i = 0; i < columns.size(); i++) {
                            add(columns.get(i).name(), i, values.get(i), to);
                          }
                        })));
  }

  private static PrimitiveType field(Column column) {
    return switch (column.type()) {
      case TEXT ->
          Types.optional(PrimitiveTypeName.BINARY)
              .as(LogicalTypeAnnotation.stringType())
              .named(column.name());
      case INTEGER -> Types.optional(PrimitiveTypeName.INT32).named(column.name());
      case FLOAT -> Types.optional(PrimitiveTypeName.FLOAT).named(column.name());
      case BOOLEAN -> Types.optional(PrimitiveTypeName.BOOLEAN).named(column.name());
    };
  }

  private static void add(String name, int index, @Nullable Object value, RecordConsumer to) {
    if (value == null) {
      return;
    }
    to.startField(name, index);
    if (value instanceof Integer number) {
      to.addInteger(number);
    } else if (value instanceof Float number) {
      to.addFloat(number);
    } else if (value instanceof Boolean truth) {
      to.addBoolean(truth);
    } else {
      to.addBinary(Binary.fromString((String) value));
    }
    to.endField(name, index);
  }
}
