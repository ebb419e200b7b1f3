package org.kgcoop.export;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ObjIntConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.InputFile;
import org.kgcoop.files.Json;

/**
 * Image features in the npy file that {@code embed} wrote, with the paths in the JSON file next to
 * it. Rows are read in blocks, so memory contains only the paths.
 *
 * @param start the position of the first row
 * @param width E
 * @param paths one per row
 */
public record NpyFile(Path file, long start, int width, List<String> paths) {
  private static final int ROWS_AT_ONCE = 1024;

  private static final Pattern HEADER =
      Pattern.compile(
          "\\{'descr': '<f4', 'fortran_order': False, 'shape': \\((\\d{1,9}), (\\d{1,6})\\), \\}\\s*");

  /** Returns true if the name of a file is that of an npy file. */
  public static boolean isNpy(String name) {
    return name.endsWith("." + NpyFeatures.ID);
  }

  /**
   * Opens a file.
   *
   * @throws KgCoopException if it cannot be read, or is not a file that {@code embed} wrote
   */
  public static NpyFile open(Path file) {
    try (InputStream in = new BufferedInputStream(InputFile.open(file))) {
      byte[] magic = in.readNBytes(NpyFeatures.MAGIC.length);
      int length = in.read() + (in.read() << Byte.SIZE);
      String text = new String(in.readNBytes(Math.max(0, length)), StandardCharsets.ISO_8859_1);
      Matcher header = HEADER.matcher(text);
      if (!Arrays.equals(magic, NpyFeatures.MAGIC) || !header.matches()) {
        throw foreign(file);
      }
      int rows = Integer.parseInt(header.group(1));
      int width = Integer.parseInt(header.group(2));
      long start = magic.length + Short.BYTES + (long) length;
      long expected = start + (long) Float.BYTES * rows * width;
      if (width == 0 || Files.size(file) != expected) {
        throw KgCoopException.data(
            "%s: %s bytes; expected %s for %s rows of %s numbers; run embed again"
                .formatted(file, Files.size(file), expected, rows, width));
      }
      Path names = NpyFeatures.namesFile(file, "path");
      List<String> paths = paths(names);
      if (paths.size() != rows) {
        throw KgCoopException.data(
            "%s: %s paths, but %s has %s rows; run embed again"
                .formatted(names, paths.size(), file, rows));
      }
      return new NpyFile(file, start, width, paths);
    } catch (IOException e) {
      throw FileErrors.unreadable(file, e);
    }
  }

  private static KgCoopException foreign(Path file) {
    return KgCoopException.data(
        file + ": expected a float32 array (N, E) in npy format 1.0, as embed --to npy writes it");
  }

  /** Returns the file that contains the model of the features. */
  public Path modelFile() {
    return NpyFeatures.modelFile(file);
  }

  /** Returns the properties of the features, by name; nothing if there is no {@link #modelFile}. */
  public Map<String, String> about() {
    Map<String, String> about = new HashMap<>();
    Json.read(modelFile())
        .properties()
        .forEach(each -> about.put(each.getKey(), each.getValue().asText()));
    return about;
  }

  private static List<String> paths(Path file) {
    if (!Files.exists(file)) {
      throw KgCoopException.data(
          file + ": missing; expected the list of paths that embed wrote; run embed again");
    }
    try (InputStream in = InputFile.open(file)) {
      return Arrays.asList(Json.LENIENT.readValue(in, String[].class));
    } catch (JsonProcessingException e) {
      throw KgCoopException.data(file + ": expected a JSON list of paths; run embed again", e);
    } catch (IOException e) {
      throw FileErrors.unreadable(file, e);
    }
  }

  /**
   * Passes on all rows, in any order and on several threads.
   *
   * @param rows receives the features (E), which are overwritten after the call, and the row
   */
  public void eachInAnyOrder(ObjIntConsumer<float[]> rows) {
    int blocks = (paths.size() + ROWS_AT_ONCE - 1) / ROWS_AT_ONCE;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      IntStream.range(0, blocks)
          .parallel()
          .forEach(
              block -> {
                int from = block * ROWS_AT_ONCE;
                read(channel, from, Math.min(ROWS_AT_ONCE, paths.size() - from), rows);
              });
    } catch (IOException e) {
      throw FileErrors.unreadable(file, e);
    }
  }

  private void read(FileChannel channel, int from, int count, ObjIntConsumer<float[]> rows) {
    FloatBuffer floats;
    try {
      long row = (long) Float.BYTES * width;
      floats = InputFile.part(channel, start + from * row, count * row).asFloatBuffer();
    } catch (IOException e) {
      throw FileErrors.unreadable(file, e);
    }
    float[] values = new float[width];
    for (int i = 0; i < count; i++) {
      floats.get(i * width, values);
      rows.accept(values, from + i);
    }
  }
}
