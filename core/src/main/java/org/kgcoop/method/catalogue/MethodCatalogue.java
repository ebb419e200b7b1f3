package org.kgcoop.method.catalogue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.kgcoop.KgCoopException;
import org.kgcoop.Nearest;
import org.kgcoop.method.AutoWeight;
import org.kgcoop.method.CoCoOp;
import org.kgcoop.method.CoOp;
import org.kgcoop.method.Ensemble;
import org.kgcoop.method.KgCoOp;
import org.kgcoop.method.Method;
import org.kgcoop.method.ProGrad;
import org.kgcoop.method.Probe;
import org.kgcoop.method.PromptMethod;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.prompt.ClassTokenPosition;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.prompt.Templates;

/**
 * The methods by name. A new method is a file of its own and a line here; it names the settings it
 * takes, how they make it, and its published defaults come from {@link Settings}.
 */
public final class MethodCatalogue {
  private static final Set<String> CONTEXT =
      new LinkedHashSet<>(List.of("context_tokens", "words", "class_position", "class_specific"));

  private static final List<Entry> ENTRIES =
      List.of(
          new Entry(ZeroShot.ID, Set.of("templates"), s -> new ZeroShot(s.templates())),
          new Entry(
              Ensemble.ID,
              Set.of("templates", "own_template"),
              s ->
                  new Ensemble(
                      s.texts("templates", Templates.ENSEMBLE),
                      s.template(),
                      s.flag("own_template", true))),
          new Entry(Probe.ID, Set.of(), s -> new Probe()),
          new Entry(CoOp.ID, CONTEXT, s -> new CoOp(s.context(4, "a photo of a"))),
          new Entry(
              ProGrad.ID,
              with(CONTEXT, "temperature", "lambda"),
              s ->
                  new ProGrad(
                      s.paddedContext(16, Templates.words(s.template())),
                      s.template(),
                      s.number("temperature", 1),
                      s.number("lambda", 1))),
          new Entry(CoCoOp.ID, CONTEXT, s -> new CoCoOp(s.context(4, "a photo of a"))),
          new Entry(
              KgCoOp.ID,
              with(CONTEXT, "weight", "weight_grid", "weight_at_scale"),
              MethodCatalogue::kgCoOp));

  private MethodCatalogue() {}

  private static Method kgCoOp(Settings s) {
    ContextSettings context = s.context(4, "a photo of a");
    double scale = s.number("weight_at_scale", 0);
    if (s.json().path("weight").asText().equals(AutoWeight.AUTO)) {
      return new AutoWeight(
          new KgCoOp(context, s.template(), KgCoOp.DEFAULT_WEIGHT, scale),
          s.numbers("weight_grid", AutoWeight.GRID));
    }
    return new KgCoOp(context, s.template(), s.number("weight", KgCoOp.DEFAULT_WEIGHT), scale);
  }

  private record Entry(String id, Set<String> keys, Function<Settings, Method> make) {}

  /** The names of all methods, in the order of the published table. */
  public static List<String> ids() {
    return ENTRIES.stream().map(Entry::id).toList();
  }

  /** The settings that a method takes beside its template. */
  public static Set<String> keys(String id) {
    return entry(id).keys();
  }

  /** A method's name as people write it; of one that is not known here, its id. */
  public static String title(String id) {
    return ids().contains(id)
        ? parse(JsonNodeFactory.instance.objectNode().put("method", id)).title()
        : id;
  }

  private static Entry entry(String id) {
    return ENTRIES.stream()
        .filter(e -> e.id().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                KgCoopException.configuration(
                    "method '"
                        + id
                        + "': expected one of "
                        + String.join(", ", ids())
                        + Nearest.hint(id, ids())));
  }

  /**
   * A method from its settings, with the published default for each that is not stated.
   *
   * @param json {@code method} and settings of it, such as {@code {"method": "kgcoop", "weight":
   *     4}}
   * @throws KgCoopException for an unknown method, key or value
   */
  public static Method parse(JsonNode json) {
    String id = json.path("method").asText("");
    Entry entry = entry(id);
    Set<String> known = with(entry.keys(), "method", "template");
    List<String> unknown = new ArrayList<>();
    for (Iterator<String> keys = json.fieldNames(); keys.hasNext(); ) {
      String key = keys.next();
      if (!known.contains(key)) {
        unknown.add(key);
      }
    }
    if (!unknown.isEmpty()) {
      throw KgCoopException.configuration(
          "settings of "
              + id
              + ": unknown "
              + String.join(", ", unknown)
              + "; known are "
              + String.join(", ", known));
    }
    return entry.make().apply(new Settings(json));
  }

  /** Parses like {@link #parse}, for a method that learns. */
  public static PromptMethod parsePrompt(JsonNode json) {
    if (parse(json) instanceof PromptMethod method) {
      return method;
    }
    throw KgCoopException.configuration(
        "method '" + json.path("method").asText() + "' has nothing to train");
  }

  private static Set<String> with(Set<String> keys, String... more) {
    Set<String> all = new LinkedHashSet<>(keys);
    all.addAll(List.of(more));
    return all;
  }

  /** Reads settings with their types checked. */
  private record Settings(JsonNode json) {

    /** Words that go with their own number of vectors: another number begins at random. */
    ContextSettings context(int defaultTokens, String defaultWords) {
      return paddedContext(defaultTokens, json.has("context_tokens") ? "" : defaultWords);
    }

    /** Words that stay whatever the number of vectors. */
    ContextSettings paddedContext(int defaultTokens, String defaultWords) {
      String words = text("words", defaultWords);
      int tokens = (int) number("context_tokens", defaultTokens);
      if (tokens != number("context_tokens", defaultTokens)) {
        throw wrong("context_tokens", "a whole number");
      }
      return new ContextSettings(
          tokens,
          words,
          ClassTokenPosition.ofId(text("class_position", "end")),
          flag("class_specific", false));
    }

    String template() {
      return text("template", Templates.DEFAULT);
    }

    List<String> templates() {
      return texts("templates", List.of(template()));
    }

    List<String> texts(String key, List<String> otherwise) {
      List<String> texts = new ArrayList<>();
      for (JsonNode text : array(key)) {
        texts.add(text.asText());
      }
      return json.has(key) ? texts : otherwise;
    }

    List<Double> numbers(String key, List<Double> otherwise) {
      List<Double> numbers = new ArrayList<>();
      for (JsonNode number : array(key)) {
        if (!number.isNumber()) {
          throw wrong(key, "numbers");
        }
        numbers.add(number.asDouble());
      }
      return json.has(key) ? numbers : otherwise;
    }

    private JsonNode array(String key) {
      JsonNode value = json.path(key);
      if (!value.isMissingNode() && !value.isArray()) {
        throw wrong(key, "a list");
      }
      return value;
    }

    double number(String key, double otherwise) {
      JsonNode value = json.path(key);
      if (value.isMissingNode() || value.isNull()) {
        return otherwise;
      }
      if (!value.isNumber()) {
        throw wrong(key, "a number");
      }
      return value.asDouble();
    }

    private String text(String key, String otherwise) {
      JsonNode value = json.path(key);
      if (value.isMissingNode() || value.isNull()) {
        return otherwise;
      }
      if (!value.isTextual()) {
        throw wrong(key, "a text");
      }
      return value.asText();
    }

    boolean flag(String key, boolean otherwise) {
      JsonNode value = json.path(key);
      if (!value.isMissingNode() && !value.isBoolean()) {
        throw wrong(key, "true or false");
      }
      return value.asBoolean(otherwise);
    }

    private KgCoopException wrong(String key, String expected) {
      return KgCoopException.configuration(
          "setting " + key + ": expected " + expected + ", got " + json.path(key));
    }
  }
}
