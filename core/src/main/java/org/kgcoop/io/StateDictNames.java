package org.kgcoop.io;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Removes from state dicts what is not a weight of the model. */
public final class StateDictNames {

  private static final Set<String> SCALARS =
      Set.of("input_resolution", "context_length", "vocab_size");

  private StateDictNames() {}

  /** Returns a file without the prefix {@code module.} and without the scalars of archives. */
  public static WeightFile plain(WeightFile file) {
    Map<String, String> metadata = new LinkedHashMap<>(file.metadata());
    Map<String, StoredTensor> tensors =
        withoutScalars(withoutModulePrefix(file.tensors()), metadata);
    return new WeightFile(
        file.path(), file.format(), tensors, metadata, file.skipped(), file.configs());
  }

  /** Removes the prefix {@code module.} of data-parallel training, if all names have it. */
  static Map<String, StoredTensor> withoutModulePrefix(Map<String, StoredTensor> tensors) {
    Map<String, StoredTensor> result = tensors;
    while (!result.isEmpty() && result.keySet().stream().allMatch(n -> n.startsWith("module."))) {
      Map<String, StoredTensor> shorter = new LinkedHashMap<>();
      result.forEach(
          (n, tensor) -> {
            String name = n.substring("module.".length());
            shorter.put(name, tensor.withName(name));
          });
      result = shorter;
    }
    return result;
  }

  /** Moves the three scalars of OpenAI's archives to the metadata. */
  static Map<String, StoredTensor> withoutScalars(
      Map<String, StoredTensor> tensors, Map<String, String> metadata) {
    Map<String, StoredTensor> result = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) -> {
          if (SCALARS.contains(name) && tensor.elements() == 1) {
            metadata.put(
                name,
                tensor.dtype().isFloating()
                    ? Float.toString(tensor.toFloats()[0])
                    : Long.toString(tensor.toLong()));
          } else {
            result.put(name, tensor);
          }
        });
    return result;
  }
}
