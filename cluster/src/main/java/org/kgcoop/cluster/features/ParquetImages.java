package org.kgcoop.cluster.features;

import static org.apache.spark.sql.functions.col;

import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.kgcoop.KgCoopException;
import org.kgcoop.features.ShardEncoder.Image;

/**
 * Images in Parquet files of Hugging Face: a column of {@code struct<bytes, path>} or bytes. Spark
 * reads the files.
 */
final class ParquetImages {
  private static final List<String> USUAL = List.of("image", "img", "picture", "jpg", "png");

  private ParquetImages() {}

  /**
   * Returns rows with the bytes of an image, the address of its file and its number in the file.
   */
  static JavaRDD<Row> rows(SparkSession spark, List<String> paths) {
    Dataset<Row> all = spark.read().parquet(paths.toArray(String[]::new));
    return all.select(
            col(column(all.schema(), paths.get(0))).as("content"),
            col("_metadata.file_path").as("file"),
            col("_metadata.row_index").as("row"))
        .javaRDD();
  }

  /** Returns the column of images: a column with a usual name, or the first one with bytes. */
  static String column(StructType schema, String path) {
    List<StructField> fields = Arrays.asList(schema.fields());
    Optional<StructField> usual =
        USUAL.stream()
            .flatMap(name -> fields.stream().filter(field -> field.name().equals(name)))
            .filter(field -> isBytes(field.dataType()) || hasBytes(field.dataType()))
            .findFirst();
    StructField field =
        usual
            .or(() -> fields.stream().filter(other -> hasBytes(other.dataType())).findFirst())
            .orElseThrow(
                () ->
                    KgCoopException.data(
                        "%s: columns %s; expected one of images, such as image: struct<bytes>"
                            .formatted(path, Arrays.toString(schema.fieldNames()))));
    String quoted = "`" + field.name() + "`";
    return isBytes(field.dataType()) ? quoted : quoted + ".bytes";
  }

  private static boolean isBytes(DataType type) {
    return type.equals(DataTypes.BinaryType);
  }

  private static boolean hasBytes(DataType type) {
    return type instanceof StructType struct
        && Arrays.stream(struct.fields())
            .anyMatch(field -> field.name().equals("bytes") && isBytes(field.dataType()));
  }

  /**
   * Returns the image of a row.
   *
   * @param alone true if no other file contains several images; the number is then the key
   */
  static Image image(Row row, boolean alone) {
    String file = row.getString(1);
    String number = String.valueOf(row.getLong(2));
    String name = new Path(URI.create(file)).getName();
    String where = file + "#" + number;
    return new Image(
        alone ? number : name + "/" + number,
        where,
        () -> {
          if (row.isNullAt(0)) {
            throw KgCoopException.data(where + ": this row contains no image");
          }
          return row.getAs(0);
        });
  }
}
