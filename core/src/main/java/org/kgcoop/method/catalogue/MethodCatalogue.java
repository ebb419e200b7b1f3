package org.kgcoop.method.catalogue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.kgcoop.KgCoopException;
import org.kgcoop.Nearest;
import org.kgcoop.method.Clap;
import org.kgcoop.method.ClipAdapter;
import org.kgcoop.method.CoCoOp;
import org.kgcoop.method.CoOp;
import org.kgcoop.method.Ensemble;
import org.kgcoop.method.Gda;
import org.kgcoop.method.KgCoOp;
import org.kgcoop.method.Lasp;
import org.kgcoop.method.LpPlusPlus;
import org.kgcoop.method.Method;
import org.kgcoop.method.ProGrad;
import org.kgcoop.method.Probe;
import org.kgcoop.method.Proker;
import org.kgcoop.method.PromptMethod;
import org.kgcoop.method.TaskRes;
import org.kgcoop.method.Tcp;
import org.kgcoop.method.TipAdapter;
import org.kgcoop.method.TipAdapterF;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.method.encoder.ClipLora;
import org.kgcoop.method.encoder.Ivlp;
import org.kgcoop.method.encoder.Maple;
import org.kgcoop.method.encoder.Mmrl;
import org.kgcoop.method.encoder.PromptSrc;
import org.kgcoop.method.encoder.Vpt;
import org.kgcoop.method.setting.Declaration;

/**
 * The methods by name. A new method is a file of its own, which declares its settings, and a line
 * here.
 */
public final class MethodCatalogue {
  private static final List<Declaration<Method>> ALL =
      List.of(
          ZeroShot.DECLARATION,
          Ensemble.DECLARATION,
          Probe.DECLARATION,
          CoOp.DECLARATION,
          ProGrad.DECLARATION,
          CoCoOp.DECLARATION,
          KgCoOp.DECLARATION,
          Tcp.DECLARATION,
          Lasp.DECLARATION,
          Maple.DECLARATION,
          Ivlp.DECLARATION,
          Vpt.DECLARATION,
          PromptSrc.DECLARATION,
          Mmrl.DECLARATION,
          ClipLora.DECLARATION,
          TaskRes.DECLARATION,
          ClipAdapter.DECLARATION,
          Clap.DECLARATION,
          Clap.UNCONSTRAINED,
          TipAdapter.DECLARATION,
          TipAdapterF.DECLARATION,
          LpPlusPlus.DECLARATION,
          Gda.DECLARATION,
          Proker.DECLARATION);

  private MethodCatalogue() {}

  /** All methods, in the order of the published table. */
  public static List<Declaration<Method>> all() {
    return ALL;
  }

  /** The names of all methods, in the order of the published table. */
  public static List<String> ids() {
    return ALL.stream().<String>map(Declaration::id).toList();
  }

  /** The keys of the settings that a method takes beside its template. */
  public static List<String> keys(String id) {
    return of(id).keys();
  }

  /** A method's name as people write it; of one that is not known here, its id. */
  public static String title(String id) {
    return find(id).map(method -> method.about().title()).orElse(id);
  }

  /**
   * The declaration of that name.
   *
   * @throws KgCoopException where there is none
   */
  public static Declaration<Method> of(String id) {
    return find(id)
        .orElseThrow(
            () ->
                KgCoopException.configuration(
                    "method '%s': expected one of %s%s"
                        .formatted(id, String.join(", ", ids()), Nearest.hint(id, ids()))));
  }

  private static Optional<Declaration<Method>> find(String id) {
    for (Declaration<Method> method : ALL) {
      if (method.id().equals(id)) {
        return Optional.of(method);
      }
    }
    return Optional.empty();
  }

  /**
   * A method from its settings, with the published default for each that is not stated.
   *
   * @param json {@code method} and settings of it, such as {@code {"method": "kgcoop", "weight":
   *     4}}
   * @throws KgCoopException for an unknown method, key or value
   */
  public static Method parse(JsonNode json) {
    return of(json.path(Declaration.METHOD).asText("")).parse(json);
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
}
