package org.kgcoop.clip.openai;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Families;

/** The detection of known unsupported models from the names of their tensors. */
final class Architectures {
  /** Tensor name prefixes that occur only in one kind of unsupported model. */
  private static final Map<String, String> OTHERS = others();

  private static final int MAX_LISTED = 6;

  private Architectures() {}

  private static Map<String, String> others() {
    Map<String, String> others = new LinkedHashMap<>();
    others.put(
        "visual.trunk.",
        "a timm image encoder (ConvNeXt, EVA, MobileCLIP, ViTamin ...) under OpenCLIP");
    others.put("visual.head.", "a timm image encoder under OpenCLIP");
    others.put("text_decoder.", "CoCa or BLIP");
    others.put("visual.pool.", "a timm image encoder with a class embedding and a pooling");
    others.put("visual.attn_pool.", "a model with attention pooling (CoCa)");
    others.put("transformer.embeddings.", "a Hugging Face text encoder under OpenCLIP");
    others.put("transformer.encoder.", "a Hugging Face text encoder under OpenCLIP");
    others.put("text_model.embeddings.word_embeddings.", "a CLIP with a BERT text encoder");
    others.put("qformer.", "BLIP-2");
    return others;
  }

  /** Creates the error for an unknown image encoder. */
  private static KgCoopException unknownEncoder(Set<String> names, String source) {
    String beginnings =
        names.stream()
            .filter(name -> name.startsWith("visual."))
            .map(name -> name.split("\\.", 3)[1])
            .distinct()
            .limit(MAX_LISTED)
            .collect(Collectors.joining(", "));
    return KgCoopException.weights(
        "%s: not a CLIP: its image encoder is neither a ViT (no 'visual.proj') nor a ResNet (no 'visual.layer1'); below 'visual.' it has %s; %s"
            .formatted(source, beginnings.isEmpty() ? "nothing" : beginnings, known()));
  }

  /**
   * Rejects all models except CLIP.
   *
   * @param names the released names of all tensors
   * @param source the file, for error messages
   * @param architecture the architecture according to a file next to it, or ""
   * @throws KgCoopException if it is another model
   */
  static void check(Set<String> names, String source, String architecture) {
    OTHERS.forEach(
        (beginning, model) -> {
          for (String name : names) {
            if (name.startsWith(beginning)) {
              throw KgCoopException.weights(
                  "%s: %s%s, by its tensor '%s': not implemented; %s"
                      .formatted(
                          source,
                          architecture.isEmpty() ? "" : architecture + ", ",
                          model,
                          name,
                          known()));
            }
          }
        });
    if (names.contains("text_projection")
        && !names.contains("visual.proj")
        && !names.contains("visual.layer1.0.conv1.weight")) {
      throw unknownEncoder(names, source);
    }
  }

  private static String known() {
    return Families.all().stream()
        .map(family -> family.traits().known())
        .collect(Collectors.joining(", and ", "known are ", ""));
  }
}
