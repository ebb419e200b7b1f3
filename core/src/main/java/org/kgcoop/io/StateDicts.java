package org.kgcoop.io;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.FileErrors;

/**
 * State dicts of {@code torch.save}: a pickle that describes tensors, and their storages, in a zip
 * (since PyTorch 1.6) or in sequence ({@link LegacyStateDicts}).
 *
 * <p>The state dict may be the entire file, or its entry {@code state_dict}, {@code model}, {@code
 * model_state_dict} or {@code weights}. Nested dicts below {@code weights}, next to {@code
 * metadata}, as CLIP-LoRA writes them, are flattened to names such as {@code
 * layer_0.q_proj.w_lora_A}. If all names have the prefix {@code module.}, it is removed. Numbers
 * and texts next to the state dict, such as {@code epoch}, become metadata. The published trainers'
 * {@code prompt_learner/model.pth.tar-N} is such a file.
 */
public final class StateDicts {

  private static final List<String> NESTED =
      List.of("state_dict", "model", "model_state_dict", "weights");
  private static final String WEIGHTS = "weights";
  private static final String METADATA = "metadata";
  private static final int MAX_DEPTH = 4;
  private static final int MAX_ENTRIES = 100_000;

  private StateDicts() {}

  /**
   * Finds the state dict in a file and builds its tensors.
   *
   * @throws KgCoopException if it is damaged, has no state dict, or contains objects of classes
   */
  static WeightFile read(WeightFile.Format format, TorchFile file) {
    Path path = file.path();
    Map<String, String> metadata = new LinkedHashMap<>();
    List<String> skipped = new ArrayList<>(file.foreign());
    Map<?, ?> entries = stateDict(path, file.root(), metadata);
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    for (Map.Entry<?, ?> entry : entries.entrySet()) {
      if (!(entry.getKey() instanceof String name)) {
        throw FileErrors.refused(
            path, "a name in its state dict is not a text; expected names of tensors");
      }
      Object value = entry.getValue();
      Optional<String> foreign = Pickled.foreignClass(value);
      if (foreign.isPresent()) {
        throw TensorBuilder.foreign(path, "its entry '" + name + "'", foreign.get());
      }
      if (value instanceof Pickled.Tensor tensor) {
        tensors.put(name, file.builder().build(name, tensor));
      } else {
        scalar(value)
            .ifPresentOrElse(
                text -> metadata.put(name, text), () -> skipped.add(name + " (no tensor)"));
      }
    }
    if (tensors.isEmpty()) {
      throw FileErrors.refused(
          path, "it contains no tensors; expected a state dict, as torch.save(model.state_dict())");
    }
    return new WeightFile(
        path, format, StateDictNames.withoutModulePrefix(tensors), metadata, skipped);
  }

  private static Map<?, ?> stateDict(
      Path path, @Nullable Object root, Map<String, String> metadata) {
    Object current = root;
    String place = "it";
    for (int depth = 0; depth < MAX_DEPTH; depth++) {
      Optional<String> foreign = Pickled.foreignClass(current);
      if (foreign.isPresent()) {
        throw TensorBuilder.foreign(path, place, foreign.get());
      }
      if (!(current instanceof Map<?, ?> map)) {
        break;
      }
      if (map.get(WEIGHTS) instanceof Map<?, ?> weights
          && map.get(METADATA) instanceof Map<?, ?> about) {
        flat(path, about)
            .forEach((name, value) -> text(value).ifPresent(text -> metadata.put(name, text)));
        return flat(path, weights);
      }
      Optional<String> nested = NESTED.stream().filter(k -> isNested(map.get(k))).findFirst();
      if (nested.isEmpty()) {
        return map;
      }
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        if (entry.getKey() instanceof String name) {
          scalar(entry.getValue()).ifPresent(text -> metadata.put(name, text));
        }
      }
      place = "its entry '" + nested.get() + "'";
      current = map.get(nested.get());
    }
    throw FileErrors.refused(
        path, place + " is not a state dict; expected a dict from names to tensors");
  }

  /**
   * Flattens nested dicts to names joined by dots. The number of entries is limited, because a dict
   * may contain itself.
   */
  private static Map<String, @Nullable Object> flat(Path path, Map<?, ?> dict) {
    Map<String, @Nullable Object> flat = new LinkedHashMap<>();
    flatten("", dict, MAX_DEPTH, flat);
    if (flat.size() > MAX_ENTRIES) {
      throw FileErrors.refused(path, "its nested dicts have more than " + MAX_ENTRIES + " entries");
    }
    return flat;
  }

  private static void flatten(
      String before, Map<?, ?> dict, int deepest, Map<String, @Nullable Object> flat) {
    for (Map.Entry<?, ?> entry : dict.entrySet()) {
      String name = before + entry.getKey();
      if (flat.size() > MAX_ENTRIES) {
        return;
      }
      if (entry.getValue() instanceof Map<?, ?> inner && deepest > 1) {
        flatten(name + ".", inner, deepest - 1, flat);
      } else {
        flat.put(name, entry.getValue());
      }
    }
  }

  /** Returns the text of a scalar, or of a list of scalars separated by commas. */
  private static Optional<String> text(@Nullable Object value) {
    if (value instanceof List<?> list) {
      return Optional.of(
          list.stream().flatMap(item -> scalar(item).stream()).collect(Collectors.joining(",")));
    }
    return scalar(value);
  }

  private static boolean isNested(@Nullable Object value) {
    return value instanceof Map || Pickled.foreignClass(value).isPresent();
  }

  /** Returns the text of a number, a boolean or a text. */
  static Optional<String> scalar(@Nullable Object value) {
    return value instanceof String
            || value instanceof Boolean
            || value instanceof Integer
            || value instanceof Long
            || value instanceof Double
        ? Optional.of(value.toString())
        : Optional.empty();
  }

  /**
   * Writes a checkpoint as the published prompt trainers do: {@code state_dict}, {@code epoch}
   * (from 1) and, empty, {@code optimizer}, {@code scheduler} and {@code val_result}.
   *
   * @param more additional texts, under names that the published loaders ignore
   * @throws KgCoopException if the file cannot be written
   */
  public static void writePrompt(
      Path path, Map<String, StoredTensor> tensors, int epoch, Map<String, String> more) {
    Map<String, @Nullable Object> checkpoint = new LinkedHashMap<>();
    checkpoint.put("state_dict", new StateDictWriter.OrderedDict(tensors));
    checkpoint.put("epoch", epoch);
    checkpoint.put("optimizer", null);
    checkpoint.put("scheduler", null);
    checkpoint.put("val_result", null);
    checkpoint.putAll(more);
    StateDictWriter.write(path, checkpoint);
  }
}
