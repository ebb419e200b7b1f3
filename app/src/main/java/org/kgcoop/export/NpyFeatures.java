package org.kgcoop.export;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.files.Json;
import org.kgcoop.formats.FeatureFormat;
import org.kgcoop.formats.FeatureTable;

/**
 * NumPy's format, version 1.0, for {@code numpy.load}: float32, (N, E), row by row. The format has
 * no place for the names of the rows, so a JSON list next to the file contains them. Another file
 * contains the model that computed the features.
 */
final class NpyFeatures implements FeatureFormat {
  static final String ID = "npy";
  static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
  private static final int ALIGNMENT = 64;

  @Override
  public String id() {
    return ID;
  }

  /**
   * Returns the files of the numbers, the names and the model: {@code features.npy}, {@code
   * features.paths.json} and {@code features.clip.json}.
   */
  @Override
  public List<Path> files(Path file, FeatureTable table) {
    return List.of(file, namesFile(file, table.column()), modelFile(file));
  }

  static Path namesFile(Path file, String column) {
    return nextTo(file, column + "s");
  }

  static Path modelFile(Path file) {
    return nextTo(file, "clip");
  }

  private static Path nextTo(Path file, String content) {
    String name = String.valueOf(file.getFileName()).replaceFirst("\\.npy$", "");
    return file.resolveSibling(name + "." + content + ".json");
  }

  /** No file appears before all are complete, so an interrupted command can be repeated. */
  @Override
  public void write(Path file, FeatureTable table) {
    int length = header(table.names().size(), table.width(), /* least= */ 0).length;
    List<String> written = new ArrayList<>();
    AtomicFile.write(
        AtomicFile.destination(file),
        length,
        out -> {
          writeRows(out, table, written);
          out.flush(); // a full disk is reported before the names appear
          AtomicFile.write(
              AtomicFile.destination(files(file, table).get(1)),
              names -> writeNames(names, written));
          Json.write(modelFile(file), table.about());
        },
        () -> header(written.size(), table.width(), length));
  }

  private static void writeNames(OutputStream out, List<String> names) throws IOException {
    JsonGenerator json = Json.STRICT.createGenerator(out);
    json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
    json.writeStartArray();
    for (String name : names) {
      json.writeRaw('\n');
      json.writeString(name);
    }
    json.writeRaw('\n');
    json.writeEndArray();
    json.writeRaw('\n');
    json.flush();
  }

  /**
   * Returns the header, padded with spaces so that the numbers begin at a multiple of 64.
   *
   * @param least the least number of bytes
   */
  private static byte[] header(int rows, int width, int least) {
    String text =
        "{'descr': '<f4', 'fortran_order': False, 'shape': (%s, %s), }".formatted(rows, width);
    int fixed = MAGIC.length + Short.BYTES;
    int length = Math.max(least, (fixed + text.length() + ALIGNMENT) / ALIGNMENT * ALIGNMENT);
    String padded = text + " ".repeat(length - fixed - text.length() - 1) + "\n";
    return ByteBuffer.allocate(length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(MAGIC)
        .putShort((short) padded.length())
        .put(padded.getBytes(StandardCharsets.US_ASCII))
        .array();
  }

  /**
   * Writes the numbers of all rows, little-endian.
   *
   * @param written receives the names of the rows
   */
  static void writeRows(OutputStream out, FeatureTable table, List<String> written)
      throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(Float.BYTES * table.width()).order(ByteOrder.LITTLE_ENDIAN);
    table
        .rows()
        .each(
            (name, feature) -> {
              bytes.asFloatBuffer().put(feature);
              out.write(bytes.array());
              written.add(name);
            });
  }
}
