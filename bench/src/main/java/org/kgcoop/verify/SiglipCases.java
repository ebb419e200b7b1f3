package org.kgcoop.verify;

import static org.kgcoop.verify.ReferenceFolder.texts;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import org.kgcoop.clip.Activation;
import org.kgcoop.clip.Clip;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.tensor.DType;

/**
 * The fields of cases of other model families than CLIP. Their model is a folder with its own
 * configuration, padding and preprocessing, and its logits have a bias.
 */
final class SiglipCases {
  private static final String BLOCK = "transformer.resblocks.0.mlp.c_fc.weight";

  private SiglipCases() {}

  /** Adds fields for the configuration of a family. */
  static void addForm(ObjectNode json, Clip clip) {
    json.put("family", clip.family().traits().id());
    json.put("text_mlp", rows(clip, BLOCK));
    json.put("vision_mlp", rows(clip, "visual." + BLOCK));
    json.put("text_activation", name(clip.config().activation()));
    json.put("vision_activation", name(clip.config().visionActivation()));
  }

  private static int rows(Clip clip, String name) {
    StoredTensor weight = clip.stored().get(name);
    return weight == null ? 0 : (int) weight.shape()[0];
  }

  private static String name(Activation activation) {
    return activation.name().toLowerCase(Locale.ROOT);
  }

  /** Returns the type to which the values of the other model are rounded. */
  static DType rounding(JsonNode c) {
    return switch (c.path("rounding").asText("none")) {
      case "float16" -> DType.FLOAT16;
      case "bfloat16" -> DType.BFLOAT16;
      default -> DType.FLOAT32;
    };
  }

  /** Compares the token ids of texts, padded to the context length. */
  static void tokenize(ReferenceFolder folder, JsonNode c, Comparison comparison) {
    Clip clip = folder.model(c);
    int length = c.path("context_length").asInt(clip.config().contextLength());
    List<String> texts = texts(c.path("texts"));
    float[] expected = folder.floats(c.path("expect").asText());
    comparison.equal("number of ids", texts.size() * length, expected.length);
    for (int t = 0; t < texts.size(); t++) {
      List<Integer> marked = clip.tokenizer().encodeMarked(texts.get(t), length);
      for (int i = 0; i < length && t * length + i < expected.length; i++) {
        int id = i < marked.size() ? marked.get(i) : clip.tokenizer().padding();
        comparison.equal("text " + t + ", id " + i, id, (int) expected[t * length + i]);
      }
    }
  }
}
