package org.kgcoop.formats;

import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A table of features to write, one row per image or text. Rows are produced one by one, so a large
 * table needs little memory.
 *
 * @param column the kind of the row names: {@code path} or {@code text}
 * @param names one name per requested row; an unreadable image has no row
 * @param width E, the number of values per row
 * @param about metadata for the reader, such as the CLIP model of the features
 */
public record FeatureTable(
    String column, List<String> names, int width, Map<String, String> about, Rows rows) {

  public FeatureTable {
    names = List.copyOf(names);
    about = Collections.unmodifiableMap(new LinkedHashMap<>(about));
  }

  /** The rows, in the order of their names. They can be requested once. */
  @FunctionalInterface
  public interface Rows {
    void each(Receiver receiver) throws IOException;
  }

  /** A receiver of rows. */
  @FunctionalInterface
  public interface Receiver {
    void take(String name, float[] feature) throws IOException;
  }
}
