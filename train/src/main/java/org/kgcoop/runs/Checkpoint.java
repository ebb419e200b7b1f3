package org.kgcoop.runs;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.KgCoopException;
import org.kgcoop.io.SealedFile;
import org.kgcoop.io.StoredTensor;

/**
 * The state of a run, from which it resumes. Order, views and rates follow from the seed and the
 * position, so they are not stored.
 *
 * @param epoch the epoch to resume with, from 0
 * @param batch the batch of that epoch to resume with, from 0
 * @param step the number of finished steps
 * @param bestAccuracy the highest accuracy on the validation images so far, in percent; -1 before
 *     the first
 * @param parameters the parameters by their published names
 * @param averaged the selected parameters so far: those of the best accuracy, or the weighted sum
 *     over the finished epochs; empty if training returns the last parameters
 * @param optimizer the state of the optimizer, see {@link org.kgcoop.tensor.Optimizer#state}
 */
public record Checkpoint(
    int epoch,
    int batch,
    long step,
    double bestAccuracy,
    Map<String, StoredTensor> parameters,
    Map<String, StoredTensor> averaged,
    Map<String, StoredTensor> optimizer) {
  private static final String PARAMETER = "parameter/";
  private static final String AVERAGED = "kept/";
  private static final String OPTIMIZER = "optimizer/";

  void write(Path file) {
    List<StoredTensor> tensors = new ArrayList<>();
    parameters.forEach((name, tensor) -> tensors.add(tensor.withName(PARAMETER + name)));
    averaged.forEach((name, tensor) -> tensors.add(tensor.withName(AVERAGED + name)));
    optimizer.forEach((name, tensor) -> tensors.add(tensor.withName(OPTIMIZER + name)));
    ObjectNode position = JsonNodeFactory.instance.objectNode();
    position.put("epoch", epoch).put("batch", batch).put("step", step);
    position.put("best_accuracy", bestAccuracy);
    SealedFile.write(file, tensors, position);
  }

  /**
   * Reads the checkpoint in a file.
   *
   * @throws KgCoopException if the file does not contain an intact checkpoint
   */
  public static Checkpoint read(Path file) {
    SealedFile.Content content = SealedFile.read(file, "checkpoint");
    return new Checkpoint(
        content.json().path("epoch").asInt(),
        content.json().path("batch").asInt(),
        content.json().path("step").asLong(),
        content.json().path("best_accuracy").asDouble(),
        under(PARAMETER, content.tensors()),
        under(AVERAGED, content.tensors()),
        under(OPTIMIZER, content.tensors()));
  }

  private static Map<String, StoredTensor> under(String prefix, Map<String, StoredTensor> tensors) {
    Map<String, StoredTensor> found = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) -> {
          if (name.startsWith(prefix)) {
            String plain = name.substring(prefix.length());
            found.put(plain, tensor.withName(plain));
          }
        });
    return found;
  }
}
