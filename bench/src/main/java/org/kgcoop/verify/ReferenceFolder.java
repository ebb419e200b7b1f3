package org.kgcoop.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Activation;
import org.kgcoop.clip.Clip;
import org.kgcoop.files.Json;
import org.kgcoop.io.Safetensors;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Tensor;

/**
 * A folder of cases: {@code cases.json}, {@code tensors.safetensors}, and the files that the cases
 * name.
 */
final class ReferenceFolder implements AutoCloseable {
  private static final String TENSORS = "tensors.safetensors"; // if a case names one
  private static final double LABELING_TOLERANCE = 1e-6;

  private final Path path;
  private final JsonNode cases;
  private final Map<String, StoredTensor> tensors;
  private final Map<String, Clip> models = new HashMap<>();

  ReferenceFolder(Path path) {
    this.path = path;
    Path file = path.resolve("cases.json");
    JsonNode root;
    try {
      root = Json.LENIENT.readTree(file.toFile());
    } catch (IOException e) {
      throw KgCoopException.data(
          file
              + ": cannot read reference cases: "
              + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
          e);
    }
    if (root.path("heads").isArray()) { // labeling: all numbers are in the file
      cases = labeling(root);
      tensors = Map.of();
      return;
    }
    if (root.path("format").asInt() != 1 || !root.path("cases").isArray()) {
      throw KgCoopException.data(file + ": expected {\"format\": 1, \"cases\": [...]}");
    }
    cases = root.path("cases");
    Path named = path.resolve(TENSORS);
    tensors = Files.exists(named) ? Safetensors.read(named).tensors() : Map.of();
  }

  /** Returns the cases of labeling in the form of all others. */
  private static JsonNode labeling(JsonNode root) {
    ArrayNode cases = JsonNodeFactory.instance.arrayNode();
    for (String kind : List.of("heads", "intervals")) {
      for (JsonNode each : root.path(kind)) {
        ObjectNode testCase = cases.addObject();
        testCase.put("id", kind + "-" + cases.size()).put("kind", "label-" + kind);
        testCase.putObject("tolerance").put("relative", LABELING_TOLERANCE);
        testCase.set("constants", root.path("constants"));
        testCase.set("content", each);
      }
    }
    return cases;
  }

  JsonNode cases() {
    return cases;
  }

  /** Returns the path of a file that a case names. */
  Path file(String name) {
    return path.resolve(name);
  }

  StoredTensor tensor(String name) {
    StoredTensor tensor = tensors.get(name);
    if (tensor == null) {
      throw KgCoopException.data(path + ": tensors.safetensors has no '" + name + "'");
    }
    return tensor;
  }

  /** Returns the values of a tensor of any type. */
  double[] numbers(String name) {
    try (Tensor tensor = tensor(name).tensor()) {
      return tensor.toDoubles();
    }
  }

  /** Returns the CLIP of a case. Each CLIP is loaded once. */
  Clip model(JsonNode testCase) {
    String file = testCase.path("model").asText();
    String merges = testCase.path("merges").asText("");
    String activation = testCase.path("activation").asText("");
    return models.computeIfAbsent(
        file + "\n" + merges + "\n" + activation,
        key ->
            Clip.load(
                file(file),
                new Clip.Options(
                    DType.FLOAT32,
                    Device.CPU,
                    merges.isEmpty() ? null : file(merges),
                    activationOf(activation))));
  }

  private static @Nullable Activation activationOf(String name) {
    return name.isEmpty() ? null : Activation.ofName(name);
  }

  @Override
  public void close() {
    models.values().forEach(Clip::close);
  }
}
