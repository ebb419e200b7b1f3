package org.kgcoop.classifier;

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
import org.kgcoop.method.Gap;
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
import org.kgcoop.settings.Declaration;
import org.kgcoop.settings.SettingValues;

/**
 * Registry of all methods by name. To add a method, write a class that declares its settings, and
 * add its declaration to this list.
 */
public final class MethodRegistry {
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
          Proker.DECLARATION,
          Gap.DECLARATION);

  private MethodRegistry() {}

  /** Returns all methods, in the order of the published table. */
  public static List<Declaration<Method>> all() {
    return ALL;
  }

  /** Returns the names of all methods, in the order of the published table. */
  public static List<String> ids() {
    return ALL.stream().<String>map(Declaration::id).toList();
  }

  /** Returns the keys of a method's settings, except the template. */
  public static List<String> keys(String id) {
    return of(id).keys();
  }

  /** Returns the title of a method, or its id if the method is unknown. */
  public static String title(String id) {
    return find(id).map(method -> method.title()).orElse(id);
  }

  /**
   * Returns the declaration with the given name.
   *
   * @throws KgCoopException if there is no such method
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
    return ALL.stream().filter(method -> method.id().equals(id)).findFirst();
  }

  /**
   * Creates a method from its settings. A setting that is not given has its published default.
   *
   * @param values {@code method} and its settings, such as {@code {"method": "kgcoop", "weight":
   *     4}}
   * @throws KgCoopException if the method, a key or a value is invalid
   */
  public static Method parse(SettingValues values) {
    return of(values.text(Declaration.METHOD)).parse(values);
  }

  /** Parses settings from a file, like {@link #parse}. Error messages name the file. */
  static Method parse(Path file, SettingValues values) {
    try {
      return parse(values);
    } catch (KgCoopException e) {
      throw KgCoopException.weights(file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Parses a method that trains a prompt, like {@link #parse}.
   *
   * @throws KgCoopException if the settings are invalid, or the method trains no prompt
   */
  public static PromptMethod parsePrompt(SettingValues values) {
    if (parse(values) instanceof PromptMethod method) {
      return method;
    }
    throw KgCoopException.configuration(
        "method '" + values.text(Declaration.METHOD) + "' trains no prompt");
  }
}
