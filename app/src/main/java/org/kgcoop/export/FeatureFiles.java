package org.kgcoop.export;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.io.Safetensors;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.model.FixedHead;

/** Writes a linear classifier without the image encoder, for programs that have the encoder. */
public final class FeatureFiles {
  static final String CLASS_FEATURES = "class_features";
  static final String WEIGHT = "weight";
  static final String BIAS = "bias";
  private static final String SCALE = "scale";

  private FeatureFiles() {}

  /**
   * Writes {@code class_features} (C, E) and {@code scale} (), float32. For a classifier with a
   * bias, writes {@code weight}, {@code bias} (C) and {@code scale}. The metadata contain the class
   * names and the formula.
   *
   * @throws KgCoopException if the classifier is not linear
   */
  public static void safetensors(Path path, ExportedClassifier classifier) {
    FixedHead.Linear linear = classifier.linear();
    String name = nameOf(linear);
    List<StoredTensor> tensors = new ArrayList<>(List.of(StoredTensor.of(name, linear.weight())));
    if (linear.bias() != null) {
      tensors.add(StoredTensor.of(BIAS, linear.bias()));
    }
    tensors.add(StoredTensor.ofFloats(SCALE, new long[0], (float) linear.scale()));
    Map<String, String> metadata = new LinkedHashMap<>(classifier.metadata());
    metadata.put(
        "formula",
        "probabilities = softmax(scale * unit image features @ %s.T%s)"
            .formatted(name, linear.bias() == null ? "" : " + " + BIAS));
    Safetensors.write(AtomicFile.destination(path), tensors, metadata);
  }

  /** Unit vectors for comparison with images have another name than plain weights. */
  private static String nameOf(FixedHead.Linear linear) {
    return linear.bias() == null ? CLASS_FEATURES : WEIGHT;
  }

  /**
   * Writes one line per class: the name, E numbers, the scale, and the bias if there is one. The
   * scale is the same on each line. The numbers are exact when read as float32. A name that a
   * spreadsheet would treat as a formula gets a leading apostrophe.
   *
   * @throws KgCoopException if the classifier is not linear
   */
  public static void csv(Path path, ExportedClassifier classifier) {
    FixedHead.Linear linear = classifier.linear();
    float[][] rows = linear.weight().toRows();
    float[] bias = linear.bias() == null ? new float[0] : linear.bias().toFloats();
    AtomicFile.write(
        AtomicFile.destination(path),
        out -> {
          CsvWriter csv = CsvWriter.builder().build(out);
          String column = bias.length == 0 ? "feature_" : "weight_";
          List<String> header = CsvFeatures.header("class", column, (int) linear.width());
          header.add(SCALE);
          if (bias.length > 0) {
            header.add(BIAS);
          }
          csv.writeRecord(header);
          for (int c = 0; c < rows.length; c++) {
            List<String> line = CsvFeatures.line(classifier.classNames().get(c), rows[c]);
            line.add(Float.toString((float) linear.scale()));
            if (bias.length > 0) {
              line.add(Float.toString(bias[c]));
            }
            csv.writeRecord(line);
          }
          csv.flush();
        });
  }
}
