package org.kgcoop.cli.options;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Nearest;
import org.kgcoop.method.KgCoOp;
import org.kgcoop.method.catalogue.MethodCatalogue;
import picocli.CommandLine.Option;

/** Settings of methods, {@code --set KEY=VALUE} or {@code --set METHOD.KEY=VALUE}. */
public final class MethodOptions {
  private static final String LIST_SEPARATOR = "\\|";

  /** Settings of several values. */
  private static final Set<String> LISTS =
      Set.of(
          "templates",
          "weight_grid",
          "crop_scale",
          "search_scale",
          "search_step",
          "representation_layers",
          "matrices",
          "text_layers",
          "image_layers");

  @Option(
      names = "--set",
      paramLabel = "[METHOD.]KEY=VALUE",
      description = {
        "A setting of all methods that have it, or of one method. Keys: context_tokens, words,"
            + " class_position (end, middle, front), class_specific, weight (KgCoOp, TCP, LASP, MMRL),"
            + " weight_grid (KgCoOp), weight_at_scale (KgCoOp; the logit scale that the weight is"
            + " meant for, 0: every model takes it as it is), temperature and lambda (ProGrad), class_tokens, layer and"
            + " pattern (TCP), virtual (LASP), text_depth, image_depth and image_tokens (methods inside"
            + " of the image tower), templates (all but CoOp, ProGrad, CoCoOp, KgCoOp, TCP,"
            + " CLIP-Adapter and those of the image tower; with | between them), own_template (ensemble; true if the data"
            + " set's template is one of them), underscores of class names (taskres, clap, zs-lp;"
            + " keep or replace), ratio (CLIP-Adapter), constraint (CLAP; l2 or none), alpha"
            + " (TaskRes); of tip-adapter and tip-adapter-f: views, scale (a number or model),"
            + " alpha, beta, search (the images that choose alpha and beta: validation; folds of the"
            + " shots; none), and pairs with | between them: crop_scale, search_scale (tops of"
            + " beta|alpha), search_step (values of beta|alpha); of lp++: crop_scale, epochs, search"
            + " (chooses the epoch), sum_gradients; of mmrl: tokens, representation_layers (6|7|8 and"
            + " so on, from 1), dimension, share; of clip-lora: rank, alpha, dropout, and with |"
            + " between them matrices (of q, k, v, o), text_layers and image_layers (numbers from"
            + " 0, or all, none, bottom, mid, up, half-bottom, half-up, top3). Defaults are the published"
            + " ones.",
        "Example: --set context_tokens=16 --set kgcoop.weight=4"
      })
  private Map<String, String> settings = new LinkedHashMap<>();

  @Option(
      names = "--weight",
      paramLabel = "W",
      description =
          "KgCoOp's weight (default: 8), or auto: found among the classes that are learned, half of"
              + " them hidden in turn; where there are validation images, by their labels, which"
              + " other methods do not see. The same as --set kgcoop.weight=W.")
  private @Nullable String weight;

  /**
   * The settings of a method that are given, as {@link MethodCatalogue#parse} reads them.
   *
   * @throws KgCoopException for an unknown method
   */
  ObjectNode stated(String id) {
    ObjectNode stated = JsonNodeFactory.instance.objectNode().put("method", id);
    given()
        .forEach(
            (key, value) -> {
              if (knows(id, key)) {
                stated.set(plain(id, key), value(plain(id, key), value));
              }
            });
    return stated;
  }

  private Map<String, String> given() {
    Map<String, String> all = new LinkedHashMap<>(settings);
    if (weight != null) {
      if (all.keySet().stream().anyMatch(key -> plain(KgCoOp.ID, key).equals("weight"))) {
        throw KgCoopException.configuration("--weight and --set weight: give one of them");
      }
      all.put(KgCoOp.ID + ".weight", weight);
    }
    return all;
  }

  /** True if a method has the setting of that key, which may begin with the method's name. */
  boolean knows(String id, String key) {
    return MethodCatalogue.keys(id).contains(plain(id, key));
  }

  /** A key without the name of the method. */
  static String plain(String id, String key) {
    String prefix = id + ".";
    return key.startsWith(prefix) ? key.substring(prefix.length()) : key;
  }

  /** All keys of those methods. */
  List<String> known(List<String> ids) {
    return ids.stream().flatMap(id -> MethodCatalogue.keys(id).stream()).distinct().toList();
  }

  /** Refuses settings that none of those methods takes. */
  void checkAllUsed(List<String> ids) {
    List<String> left =
        settings.keySet().stream()
            .filter(key -> ids.stream().noneMatch(id -> knows(id, key)))
            .toList();
    if (!left.isEmpty()) {
      throw KgCoopException.configuration(
          "--set "
              + Nearest.hints(left, known(ids))
              + ": no setting of "
              + String.join(", ", ids)
              + "; known are "
              + String.join(", ", known(ids)));
    }
    if (weight != null && !ids.contains(KgCoOp.ID)) {
      throw KgCoopException.configuration(
          "--weight: a setting of kgcoop, which is not among " + String.join(", ", ids));
    }
  }

  /** Numbers and true or false by their form, all else as text; the words of a prompt always so. */
  static JsonNode value(String key, String text) {
    if (key.equals("words") || key.equals("pattern")) {
      return new TextNode(text);
    }
    if (LISTS.contains(key)) {
      ArrayNode list = JsonNodeFactory.instance.arrayNode();
      for (String part : text.split(LIST_SEPARATOR, -1)) {
        list.add(value("", part.strip()));
      }
      return list;
    }
    try {
      JsonNode value = new ObjectMapper().readTree(text);
      return value.isNumber() || value.isBoolean() ? value : new TextNode(text);
    } catch (IOException e) {
      return new TextNode(text);
    }
  }
}
