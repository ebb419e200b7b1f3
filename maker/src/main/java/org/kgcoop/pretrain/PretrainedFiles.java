package org.kgcoop.pretrain;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.image.view.Preprocessing;
import org.kgcoop.io.Safetensors;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Scope;

/** The files of a trained model, in the format of {@link Clip}. */
final class PretrainedFiles {
  static final String VOCABULARY = "merges.txt";
  private static final String WEIGHTS = "model.safetensors";
  private static final String PREPROCESSING = "preprocessor_config.json";
  private static final int BICUBIC = 3; // Pillow's number of this filter

  private PretrainedFiles() {}

  /**
   * Writes weights and preprocessing. The folder already contains the vocabulary.
   *
   * @param type the precision of the weights, float32 or float16
   */
  static void write(Path folder, Map<String, StoredTensor> weights, ClipConfig config, DType type) {
    List<StoredTensor> tensors;
    try (Scope scope = Scope.open("model file")) {
      tensors =
          weights.values().stream()
              .map(stored -> StoredTensor.of(stored.name(), stored.tensor().to(type)))
              .toList();
    }
    Safetensors.write(folder.resolve(WEIGHTS), tensors, Map.of("format", "pt"));
    Preprocessing preprocessing =
        Normalisation.preprocessing(config.imageResolution(), config.channels());
    ObjectNode json = new ObjectMapper().createObjectNode();
    preprocessing.mean().forEach(json.putArray("image_mean")::add);
    preprocessing.std().forEach(json.putArray("image_std")::add);
    json.put("resample", BICUBIC);
    json.putObject("size").put("shortest_edge", preprocessing.size());
    json.putObject("crop_size")
        .put("height", preprocessing.size())
        .put("width", preprocessing.size());
    String text = json.toPrettyString() + "\n";
    AtomicFile.write(
        folder.resolve(PREPROCESSING), out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * Returns the weights of a model as the start of a training, and copies its vocabulary.
   *
   * @throws KgCoopException if this class did not write the model
   */
  static Map<String, StoredTensor> begin(Path start, Path vocabulary) {
    copyVocabulary(start, vocabulary);
    try (Clip clip = Clip.load(start)) {
      return clip.stored();
    }
  }

  /**
   * Copies the vocabulary of another model.
   *
   * @throws KgCoopException if this class did not write the model
   */
  static void copyVocabulary(Path from, Path vocabulary) {
    Path merges = from.resolve(VOCABULARY);
    if (!Files.isRegularFile(merges)) {
      throw KgCoopException.weights(
          from + ": expected a folder of pretraining with " + WEIGHTS + " and " + VOCABULARY);
    }
    try {
      byte[] bytes = Files.readAllBytes(merges);
      AtomicFile.write(vocabulary, out -> out.write(bytes));
    } catch (IOException e) {
      throw KgCoopException.io(merges + ": cannot be read: " + e.getMessage(), e);
    }
  }
}
