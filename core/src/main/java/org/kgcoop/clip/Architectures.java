package org.kgcoop.clip;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.kgcoop.KgCoopException;

/** Image-text models, known by the names of their tensors: families, and what is none of them. */
final class Architectures {
  /** The beginning of a name that only they have. */
  private static final Map<String, String> OTHERS = others();

  private static final int MAX_LISTED = 6;
  private static final String KNOWN =
      "known are CLIP (ViT, ResNet), and SigLIP and SigLIP 2 of a fixed resolution";

  private Architectures() {}

  private static Map<String, String> others() {
    Map<String, String> others = new LinkedHashMap<>();
    others.put(
        "visual.trunk.",
        "a timm image encoder (ConvNeXt, EVA, MobileCLIP, PE, ViTamin ...) under OpenCLIP");
    others.put("visual.head.", "a timm image encoder under OpenCLIP");
    others.put("text_decoder.", "CoCa or BLIP");
    others.put("visual.pool.", "a timm image encoder with a class embedding and a pooling (PE)");
    others.put("visual.attn_pool.", "a model with attention pooling (CoCa, PE)");
    others.put("transformer.embeddings.", "a Hugging Face text encoder under OpenCLIP");
    others.put("transformer.encoder.", "a Hugging Face text encoder under OpenCLIP");
    others.put("text_model.embeddings.word_embeddings.", "a CLIP with a BERT text encoder");
    others.put("qformer.", "BLIP-2");
    return others;
  }

  /** The refusal of an image encoder that nobody knows. */
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
            .formatted(source, beginnings.isEmpty() ? "nothing" : beginnings, KNOWN));
  }

  /**
   * The family of a model.
   *
   * @param names of all tensors, as released names where they have one
   * @param source named in errors
   * @param stated the name of its architecture in a file beside it, or ""
   * @throws KgCoopException where it is of none that is implemented
   */
  static Family family(Set<String> names, String source, String stated) {
    boolean pooled = names.stream().anyMatch(name -> name.startsWith("visual.pool."));
    if (pooled && !names.contains("visual.class_embedding")) {
      return Family.SIGLIP;
    }
    OTHERS.forEach(
        (beginning, model) -> {
          for (String name : names) {
            if (name.startsWith(beginning)) {
              throw KgCoopException.weights(
                  "%s: %s%s, by its tensor '%s': not implemented; %s"
                      .formatted(
                          source, stated.isEmpty() ? "" : stated + ", ", model, name, KNOWN));
            }
          }
        });
    if (names.contains("text_projection")
        && !names.contains("visual.proj")
        && !names.contains("visual.layer1.0.conv1.weight")) {
      throw unknownEncoder(names, source);
    }
    return Family.CLIP;
  }
}
