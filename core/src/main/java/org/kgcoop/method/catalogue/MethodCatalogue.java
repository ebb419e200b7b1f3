package org.kgcoop.method.catalogue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.kgcoop.KgCoopException;
import org.kgcoop.Nearest;
import org.kgcoop.method.AutoWeight;
import org.kgcoop.method.Clap;
import org.kgcoop.method.ClipAdapter;
import org.kgcoop.method.CoCoOp;
import org.kgcoop.method.CoOp;
import org.kgcoop.method.Ensemble;
import org.kgcoop.method.KgCoOp;
import org.kgcoop.method.Lasp;
import org.kgcoop.method.LpPlusPlus;
import org.kgcoop.method.Method;
import org.kgcoop.method.ProGrad;
import org.kgcoop.method.Probe;
import org.kgcoop.method.PromptMethod;
import org.kgcoop.method.TaskRes;
import org.kgcoop.method.Tcp;
import org.kgcoop.method.TipAdapter;
import org.kgcoop.method.TipAdapterF;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.method.tower.ClipLora;
import org.kgcoop.method.tower.Ivlp;
import org.kgcoop.method.tower.Maple;
import org.kgcoop.method.tower.Mmrl;
import org.kgcoop.method.tower.PromptSrc;
import org.kgcoop.method.tower.VisionLanguageRows;
import org.kgcoop.method.tower.Vpt;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.prompt.PromptText;
import org.kgcoop.prompt.Templates;
import org.kgcoop.prompt.Underscores;

/**
 * The methods by name. A new method is a file of its own and a line here; it names the settings it
 * takes, how they make it, and its published defaults come from {@link MethodSettings}.
 */
public final class MethodCatalogue {
  private static final Set<String> CONTEXT =
      new LinkedHashSet<>(List.of("context_tokens", "words", "class_position", "class_specific"));

  private static final Set<String> CACHE =
      new LinkedHashSet<>(
          List.of(
              "templates",
              "views",
              "crop_scale",
              "scale",
              "alpha",
              "beta",
              "search",
              "search_scale",
              "search_step"));

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
              MethodCatalogue::kgCoOp),
          new Entry(
              Tcp.ID,
              Set.of("context_tokens", "class_tokens", "pattern", "layer", "weight"),
              MethodCatalogue::tcp),
          new Entry(
              Lasp.ID,
              Set.of("context_tokens", "words", "templates", "weight", "virtual"),
              s ->
                  new Lasp(
                      s.context(4, "a photo of a"),
                      s.texts("templates", Lasp.TEMPLATES),
                      s.number("weight", Lasp.DEFAULT_WEIGHT),
                      s.flag("virtual", false))),
          new Entry(Maple.ID, Set.of("context_tokens", "words", "depth"), MethodCatalogue::maple),
          new Entry(
              Ivlp.ID,
              Set.of("context_tokens", "words", "text_depth", "image_tokens", "image_depth"),
              s -> new Ivlp(rows(s, Ivlp.DEFAULT_TOKENS, Ivlp.DEFAULT_DEPTH))),
          new Entry(
              Vpt.ID,
              Set.of("image_tokens", "image_depth"),
              s ->
                  new Vpt(
                      s.whole("image_tokens", Vpt.DEFAULT_TOKENS),
                      s.whole("image_depth", Vpt.DEFAULT_DEPTH),
                      s.text("template", Templates.DEFAULT))),
          new Entry(
              PromptSrc.ID,
              Set.of(
                  "context_tokens",
                  "words",
                  "text_depth",
                  "image_tokens",
                  "image_depth",
                  "templates",
                  "text_weight",
                  "image_weight"),
              s ->
                  new PromptSrc(
                      rows(s, PromptSrc.DEFAULT_TOKENS, PromptSrc.DEFAULT_DEPTH),
                      s.texts("templates", PromptSrc.TEMPLATES),
                      s.number("text_weight", PromptSrc.DEFAULT_TEXT_WEIGHT),
                      s.number("image_weight", PromptSrc.DEFAULT_IMAGE_WEIGHT))),
          new Entry(
              Mmrl.ID,
              Set.of("tokens", "representation_layers", "dimension", "share", "weight"),
              s ->
                  new Mmrl(
                      s.whole("tokens", Mmrl.DEFAULT_TOKENS),
                      s.wholes("representation_layers", Mmrl.DEFAULT_LAYERS),
                      s.whole("dimension", Mmrl.DEFAULT_DIMENSION),
                      s.number("share", Mmrl.DEFAULT_SHARE),
                      s.number("weight", Mmrl.DEFAULT_WEIGHT),
                      s.template())),
          new Entry(
              ClipLora.ID,
              Set.of("rank", "alpha", "dropout", "matrices", "text_layers", "image_layers"),
              s ->
                  new ClipLora(
                      s.whole("rank", ClipLora.DEFAULT_RANK),
                      s.number("alpha", ClipLora.DEFAULT_ALPHA),
                      s.number("dropout", ClipLora.DEFAULT_DROPOUT),
                      s.texts("matrices", ClipLora.DEFAULT_MATRICES),
                      s.layers("text_layers"),
                      s.layers("image_layers"),
                      s.template())),
          new Entry(
              TaskRes.ID,
              Set.of("templates", "underscores", "alpha"),
              s ->
                  new TaskRes(
                      s.handCrafted(Underscores.KEEP), s.number("alpha", TaskRes.DEFAULT_ALPHA))),
          new Entry(
              ClipAdapter.ID,
              Set.of("ratio"),
              s -> new ClipAdapter(s.template(), s.number("ratio", ClipAdapter.DEFAULT_RATIO))),
          new Entry(Clap.ID, Set.of("templates", "underscores", "constraint"), s -> clap(s, "l2")),
          new Entry(
              Clap.UNCONSTRAINED_ID,
              Set.of("templates", "underscores", "constraint"),
              s -> clap(s, "none")),
          new Entry(TipAdapter.ID, CACHE, s -> new TipAdapter(s.cache())),
          new Entry(TipAdapterF.ID, CACHE, s -> new TipAdapterF(s.cache())),
          new Entry(
              LpPlusPlus.ID,
              Set.of("templates", "views", "crop_scale", "epochs", "search", "sum_gradients"),
              s ->
                  new LpPlusPlus(
                      s.templates(),
                      s.whole("views", 1),
                      s.crop(),
                      s.whole("epochs", LpPlusPlus.EPOCHS),
                      s.search(),
                      s.flag("sum_gradients", true))));

  private MethodCatalogue() {}

  private static Method kgCoOp(MethodSettings s) {
    ContextSettings context = s.context(4, "a photo of a");
    double scale = s.number("weight_at_scale", 0);
    if (s.json().path("weight").asText().equals(AutoWeight.AUTO)) {
      return new AutoWeight(
          new KgCoOp(context, s.template(), KgCoOp.DEFAULT_WEIGHT, scale),
          s.numbers("weight_grid", AutoWeight.GRID));
    }
    return new KgCoOp(context, s.template(), s.number("weight", KgCoOp.DEFAULT_WEIGHT), scale);
  }

  private static Method clap(MethodSettings s, String constraint) {
    return Clap.of(s.handCrafted(Underscores.KEEP), s.text("constraint", constraint));
  }

  private static Method maple(MethodSettings s) {
    int tokens = s.whole("context_tokens", Maple.DEFAULT_TOKENS);
    return new Maple(tokens, s.words(tokens), s.whole("depth", Maple.DEFAULT_DEPTH));
  }

  private static VisionLanguageRows rows(MethodSettings s, int defaultTokens, int defaultDepth) {
    int depth = s.whole("image_depth", defaultDepth);
    int tokens = s.whole("context_tokens", depth == 0 ? Ivlp.TEXT_ONLY_TOKENS : defaultTokens);
    return new VisionLanguageRows(
        tokens,
        s.words(tokens),
        s.whole("text_depth", defaultDepth),
        s.whole("image_tokens", depth == 0 ? 0 : defaultTokens),
        depth);
  }

  private static Method tcp(MethodSettings s) {
    int tokens = s.whole("context_tokens", Tcp.DEFAULT_TOKENS);
    return new Tcp(
        tokens,
        s.whole("class_tokens", Tcp.DEFAULT_TOKENS),
        s.text("pattern", PromptText.pattern(tokens)),
        s.whole("layer", Tcp.DEFAULT_LAYER),
        s.template(),
        s.number("weight", Tcp.DEFAULT_WEIGHT));
  }

  private record Entry(String id, Set<String> keys, Function<MethodSettings, Method> make) {}

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
    return entry.make().apply(new MethodSettings(json));
  }

  /** Parses like {@link #parse} what a file shows, which errors name. */
  static Method parse(Path file, JsonNode json) {
    try {
      return parse(json);
    } catch (KgCoopException e) {
      throw KgCoopException.weights(file + ": " + e.getMessage(), e);
    }
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
}
