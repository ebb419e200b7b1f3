package org.kgcoop.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.kgcoop.prompt.Method;
import org.kgcoop.prompt.Occasion;
import org.kgcoop.prompt.PromptMethod;
import org.kgcoop.train.TrainingSettings;

/**
 * What a row of a table stands for: a method, and how it is trained.
 *
 * @param method on the data of a trial
 * @param training on them, asked for where there is something to train
 * @param setting what a sweep varied, by its key; empty otherwise
 */
public record Contender(
    Function<Occasion, Method> method,
    BiFunction<PromptMethod, Occasion, TrainingSettings> training,
    Map<String, JsonNode> setting) {

  public Contender {
    setting = Collections.unmodifiableMap(new LinkedHashMap<>(setting));
  }

  /** Outside of any sweep. */
  public static Contender of(
      Function<Occasion, Method> method,
      BiFunction<PromptMethod, Occasion, TrainingSettings> training) {
    return new Contender(method, training, Map.of());
  }

  /** Where its runs lie below those of a data set: {@code kgcoop}, {@code kgcoop/weight=4}. */
  String folder(Method made) {
    // Words and paths of a setting may hold what no folder may.
    return setting.isEmpty()
        ? made.id()
        : made.id() + "/" + text(setting).replaceAll("[^\\w.,=+-]", "_");
  }

  /** A setting in words: {@code weight=4}. */
  public static String text(Map<String, JsonNode> setting) {
    return setting.entrySet().stream()
        .map(entry -> entry.getKey() + "=" + entry.getValue().asText())
        .collect(Collectors.joining(","));
  }

  static ObjectNode json(Map<String, JsonNode> setting) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    setting.forEach(json::set);
    return json;
  }
}
