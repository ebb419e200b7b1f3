package org.kgcoop.export;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.Messages;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.io.Safetensors;
import org.kgcoop.io.StoredTensor;

/** Class features without the image encoder, for programs that have it. */
public final class FeatureFiles {
  private FeatureFiles() {}

  /**
   * Writes {@code class_features} (C, E) and {@code scale} (), float32; the metadata have the class
   * names and the formula.
   */
  public static void safetensors(Path path, ExportedClassifier weights) {
    Map<String, String> metadata = new LinkedHashMap<>(weights.metadata());
    metadata.put(
        "formula", "probabilities = softmax(scale * unit image features @ class_features.T)");
    StoredTensor scale = StoredTensor.ofFloats("scale", new long[0], (float) weights.scale());
    Safetensors.write(path, List.of(weights.features(), scale), metadata);
  }

  /**
   * Writes a line a class: its name, E numbers, and the scale, which is the same on every line.
   * Read back as float32 they are the same numbers. A name that a spreadsheet would take for a
   * formula has a ' before it.
   */
  public static void csv(Path path, ExportedClassifier weights) {
    int width = (int) weights.features().shape()[1];
    float[] values = weights.features().toFloats();
    AtomicFile.write(
        path,
        out -> {
          // The writer belongs to the file, which is closed by whoever opened it.
          OutputStreamWriter text = new OutputStreamWriter(out, StandardCharsets.UTF_8);
          CsvWriter csv = CsvWriter.builder().build(text);
          List<String> line = new ArrayList<>(List.of("class"));
          for (int i = 1; i <= width; i++) {
            line.add("feature_" + i);
          }
          line.add("scale");
          csv.writeRecord(line);
          for (int c = 0; c < weights.classNames().size(); c++) {
            line.clear();
            line.add(Messages.cell(weights.classNames().get(c)));
            for (int i = 0; i < width; i++) {
              line.add(Float.toString(values[c * width + i]));
            }
            line.add(Float.toString((float) weights.scale()));
            csv.writeRecord(line);
          }
          csv.flush();
          text.flush();
        });
  }
}
