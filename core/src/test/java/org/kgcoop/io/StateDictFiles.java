package org.kgcoop.io;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** State dicts as {@code torch.save} writes them. */
public final class StateDictFiles {
  private StateDictFiles() {}

  public static void write(Path path, Map<String, StoredTensor> tensors) {
    StateDictWriter.write(path, new StateDictWriter.OrderedDict(tensors));
  }

  /** Writes a state dict as the entry of a checkpoint. */
  public static void writeUnder(Path path, String entry, Map<String, StoredTensor> tensors) {
    StateDictWriter.write(path, Map.of(entry, new StateDictWriter.OrderedDict(tensors)));
  }

  /**
   * Writes tensors and metadata as CLIP-LoRA does: {@code weights} as nested dicts, and {@code
   * metadata}.
   *
   * @param tensors by the names of the nested dicts, joined by dots
   * @param metadata numbers, texts and lists of them
   */
  public static void writeNested(
      Path path, Map<String, StoredTensor> tensors, Map<String, Object> metadata) {
    Map<String, Object> weights = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> put(weights, name, tensor));
    Map<String, Object> root = new LinkedHashMap<>();
    root.put("weights", weights);
    root.put("metadata", metadata);
    StateDictWriter.write(path, root);
  }

  @SuppressWarnings("unchecked") // this method created the dicts
  private static void put(Map<String, Object> dict, String name, StoredTensor tensor) {
    int dot = name.indexOf('.');
    if (dot < 0) {
      dict.put(name, tensor);
      return;
    }
    Object inner = dict.computeIfAbsent(name.substring(0, dot), key -> new LinkedHashMap<>());
    put((Map<String, Object>) inner, name.substring(dot + 1), tensor);
  }
}
