package org.kgcoop.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.experiment.Contender;
import org.kgcoop.prompt.Method;
import org.kgcoop.prompt.MethodCatalogue;
import org.kgcoop.prompt.Templates;
import picocli.CommandLine.Option;

/** Settings of methods, {@code --set KEY=VALUE} or {@code --set METHOD.KEY=VALUE}. */
final class MethodOptions {
  @Option(
      names = "--set",
      paramLabel = "[METHOD.]KEY=VALUE",
      description = {
        "A setting of the methods that know it, or of one. Keys: context_tokens, words,"
            + " class_position (end, middle, front), class_specific, weight (KgCoOp), temperature"
            + " and lambda (ProGrad). Defaults are the published ones.",
        "Example: --set context_tokens=16 --set kgcoop.weight=4"
      })
  private Map<String, String> settings = new LinkedHashMap<>();

  /** Those of the demo: contexts begin as the words of the embedded data sets' template. */
  static MethodOptions forDemo() {
    MethodOptions options = new MethodOptions();
    options.settings.put("words", Templates.words(EmbeddedClip.TEMPLATE));
    return options;
  }

  /** The methods of those names, trained as those options say. */
  List<Contender> contenders(List<String> ids, TrainingOptions training) {
    return methods(ids).stream().map(method -> Contender.of(method, training::settings)).toList();
  }

  /**
   * The methods of those names, each waiting for the template of a data set.
   *
   * @throws KgCoopException where a name, key or value is unknown, or a setting fits no method
   */
  List<Function<String, Method>> methods(List<String> ids) {
    Set<String> used = new LinkedHashSet<>();
    List<Function<String, Method>> methods = new ArrayList<>();
    for (String id : ids) {
      ObjectNode own = own(id, used);
      Function<String, Method> method =
          template -> MethodCatalogue.parse(own.deepCopy().put("template", template));
      Method checked = method.apply("a photo of a {}.");
      if (!checked.id().equals(id)) {
        throw new IllegalStateException("method " + id + " gave " + checked.id());
      }
      methods.add(method);
    }
    List<String> left = settings.keySet().stream().filter(k -> !used.contains(k)).toList();
    if (!left.isEmpty()) {
      throw KgCoopException.configuration(
          "--set "
              + String.join(", ", left)
              + ": no setting of "
              + String.join(", ", ids)
              + "; known are "
              + String.join(
                  ", ",
                  ids.stream().flatMap(i -> MethodCatalogue.keys(i).stream()).distinct().toList()));
    }
    return methods;
  }

  private ObjectNode own(String id, Set<String> used) {
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("method", id);
    Set<String> keys = MethodCatalogue.keys(id);
    settings.forEach(
        (key, value) -> {
          String prefix = id + ".";
          String plain = key.startsWith(prefix) ? key.substring(prefix.length()) : key;
          if (keys.contains(plain)) {
            json.set(plain, value(plain, value));
            used.add(key);
          }
        });
    return json;
  }

  /** Numbers and true or false by their form, all else as text; the words of a prompt always so. */
  private static JsonNode value(String key, String text) {
    if (key.equals("words")) {
      return new TextNode(text);
    }
    try {
      JsonNode value = new ObjectMapper().readTree(text);
      return value.isNumber() || value.isBoolean() ? value : new TextNode(text);
    } catch (IOException e) {
      return new TextNode(text);
    }
  }
}
