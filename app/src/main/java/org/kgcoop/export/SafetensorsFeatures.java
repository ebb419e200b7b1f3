package org.kgcoop.export;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.io.FeatureFormat;
import org.kgcoop.io.FeatureTable;
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
    Map<String, String> metadata = new LinkedHashMap<>(table.about());
    metadata.put(table.column() + "s", ExportedClassifier.jsonList(table.names()));
    long[] shape = {table.names().size(), table.width()};
    byte[] beginning = Safetensors.beginning("features", shape, metadata);
    AtomicFile.write(
        file,
        out -> {
          out.write(beginning);
          NpyFeatures.writeRows(out, table);
        });
  }
}
