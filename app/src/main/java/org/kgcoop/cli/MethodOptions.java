package org.kgcoop.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Nearest;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.experiment.Contender;
import org.kgcoop.prompt.KgCoOp;
import org.kgcoop.prompt.Method;
import org.kgcoop.prompt.MethodCatalogue;
import org.kgcoop.prompt.Occasion;
import org.kgcoop.prompt.Preset;
import org.kgcoop.prompt.PromptMethod;
import org.kgcoop.prompt.Templates;
import org.kgcoop.train.TrainingSettings;
import picocli.CommandLine.Option;

/** Settings of methods, {@code --set KEY=VALUE} or {@code --set METHOD.KEY=VALUE}. */
final class MethodOptions {
  private static final String LIST_SEPARATOR = "\\|";

  @Option(
      names = "--set",
      paramLabel = "[METHOD.]KEY=VALUE",
      description = {
        "A setting of the methods that know it, or of one. Keys: context_tokens, words,"
            + " class_position (end, middle, front), class_specific, weight and weight_grid"
            + " (KgCoOp), temperature and lambda (ProGrad), templates (clip, ensemble; with |"
            + " between them), own_template (ensemble; whether the data set's is one of them)."
            + " Defaults are the published ones.",
        "Example: --set context_tokens=16 --set kgcoop.weight=4"
      })
  private Map<String, String> settings = new LinkedHashMap<>();

  @Option(
      names = "--weight",
      paramLabel = "W",
      description =
          "KgCoOp's weight (default: 8), or auto: found among the classes that are learned, half of"
              + " them hidden in turn. The same as --set kgcoop.weight=W.")
  private @Nullable String weight;

  /** Those of the demo: contexts begin as the words of the embedded data sets' template. */
  static MethodOptions forDemo() {
    MethodOptions options = new MethodOptions();
    options.settings.put("words", Templates.words(EmbeddedClip.TEMPLATE));
    return options;
  }

  /** The methods of those names, trained as those options say. */
  List<Contender> contenders(
      List<String> ids, BiFunction<PromptMethod, Occasion, TrainingSettings> training) {
    List<Contender> contenders =
        ids.stream()
            .map(id -> Contender.of(method(id, Map.of(), Preset.BASE_TO_NEW), training))
            .toList();
    checkAllUsed(ids);
    return contenders;
  }

  /**
   * A method that waits for the data that it meets.
   *
   * @param anew settings that a sweep gives, by the keys of {@code --set}
   * @param preset where settings come from that nobody gives
   * @throws KgCoopException where a name, key or value is unknown
   */
  Function<Occasion, Method> method(String id, Map<String, String> anew, Preset preset) {
    ObjectNode own = JsonNodeFactory.instance.objectNode().put("method", id);
    Map<String, String> all = given();
    for (String key : anew.keySet()) {
      if (all.keySet().stream().anyMatch(k -> plain(id, k).equals(plain(id, key)))) {
        throw KgCoopException.configuration(
            "--sweep " + key + ": --set or --weight gives it too; leave one out");
      }
    }
    all.putAll(anew);
    all.forEach(
        (key, value) -> {
          if (knows(id, key)) {
            own.set(plain(id, key), value(plain(id, key), value));
          }
        });
    Function<Occasion, Method> method = occasion -> preset.method(own, occasion);
    Method checked = method.apply(Occasion.ANY);
    if (!checked.id().equals(id)) {
      throw new IllegalStateException("method " + id + " gave " + checked.id());
    }
    return method;
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

  /** Whether a method takes the setting of that key, which may begin with its name. */
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

  /** Unknown keys, each with the known one that may be meant. */
  static String hints(Collection<String> unknown, Collection<String> known) {
    return unknown.stream()
        .map(key -> key + Nearest.hint(key, known))
        .collect(Collectors.joining(", "));
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
              + hints(left, known(ids))
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
    if (key.equals("words")) {
      return new TextNode(text);
    }
    if (key.equals("templates") || key.equals("weight_grid")) {
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
