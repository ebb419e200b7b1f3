package org.kgcoop.io;

import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Features to be written, a row an image or text. Their numbers come one row after the other, so
 * that many of them need no memory.
 *
 * @param column the kind of the rows' names: {@code path} or {@code text}
 * @param names one a row
 * @param width E, the numbers of a row
 * @param about what a reader should know of them, such as the CLIP that made them
 */
public record FeatureTable(
    String column, List<String> names, int width, Map<String, String> about, Rows rows) {

  public FeatureTable {
    names = List.copyOf(names);
    about = Collections.unmodifiableMap(new LinkedHashMap<>(about));
  }

  /** The rows in the order of their names; each call gives all of them. */
  @FunctionalInterface
  public interface Rows {
    void each(Row row) throws IOException;
  }

  /** A taker of rows. */
  @FunctionalInterface
  public interface Row {
    void take(String name, float[] feature) throws IOException;
  }
}
