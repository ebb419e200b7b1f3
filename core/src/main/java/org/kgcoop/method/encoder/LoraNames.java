package org.kgcoop.method.encoder;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.io.StoredTensor;

/**
 * Names of CLIP-LoRA's tensors in a published file. The file numbers the adapted blocks of both
 * encoders, starting with the text encoder: {@code layer_0.q_proj.w_lora_A}.
 */
public final class LoraNames {
  private static final String LAYER = "layer_";
  private static final String INSIDE = ".attn";

  private LoraNames() {}

  /** Returns true if these are tensor names of a published file. */
  public static boolean arePublished(Collection<String> names) {
    return !names.isEmpty() && names.stream().allMatch(name -> name.startsWith(LAYER));
  }

  /**
   * Returns the names of tensors in a published file.
   *
   * @param own the own names of all tensors, in order
   * @return a map from own names to names in the file
   */
  public static Map<String, String> published(Collection<String> own) {
    List<String> blocks = new ArrayList<>();
    Map<String, String> published = new LinkedHashMap<>();
    for (String name : own) {
      String block = name.substring(0, name.indexOf(INSIDE));
      if (!blocks.contains(block)) {
        blocks.add(block);
      }
      String rest = name.substring(name.indexOf(INSIDE) + INSIDE.length());
      published.put(name, LAYER + blocks.indexOf(block) + rest);
    }
    return published;
  }

  /**
   * Renames the tensors of a published file to their own names.
   *
   * @param own the own names of all tensors, in order
   * @param settings the settings that determine these names, for the message
   * @throws KgCoopException if the file has other tensors
   */
  static Map<String, StoredTensor> own(
      Map<String, StoredTensor> tensors, List<String> own, String settings) {
    Map<String, String> published = published(own);
    if (!Set.copyOf(published.values()).equals(tensors.keySet())) {
      throw KgCoopException.weights(
          "CLIP-LoRA's file has %s tensors, %s: expected %s, of %s of this CLIP"
              .formatted(
                  tensors.size(),
                  Messages.firstOf(List.copyOf(tensors.keySet())),
                  own.size(),
                  settings));
    }
    Map<String, StoredTensor> named = new LinkedHashMap<>();
    published.forEach((name, there) -> named.put(name, Objects.requireNonNull(tensors.get(there))));
    return named;
  }
}
