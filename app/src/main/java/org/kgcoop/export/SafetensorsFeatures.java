package org.kgcoop.export;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.formats.FeatureFormat;
import org.kgcoop.formats.FeatureTable;
import org.kgcoop.io.Safetensors;

/**
 * Writes a tensor {@code features} (N, E), float32. The metadata contain the names of the rows as
 * JSON, under {@code paths} or {@code texts}.
 */
final class SafetensorsFeatures implements FeatureFormat {
  @Override
  public String id() {
    return "safetensors";
  }

  @Override
  public void write(Path file, FeatureTable table) {
    int length = beginning(table, table.names(), /* length= */ 0).length;
    List<String> written = new ArrayList<>();
    AtomicFile.write(
        AtomicFile.destination(file),
        length,
        out -> NpyFeatures.writeRows(out, table, written),
        () -> beginning(table, written, length));
  }

  private static byte[] beginning(FeatureTable table, List<String> names, int length) {
    Map<String, String> metadata = new LinkedHashMap<>(table.about());
    metadata.put(table.column() + "s", ExportedClassifier.jsonList(names));
    long[] shape = {names.size(), table.width()};
    return Safetensors.beginning("features", shape, metadata, length);
  }
}
