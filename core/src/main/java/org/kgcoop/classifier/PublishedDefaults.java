package org.kgcoop.classifier;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.kgcoop.data.Templates;
import org.kgcoop.method.Method;
import org.kgcoop.method.SharedSettings;
import org.kgcoop.method.TaskContext;
import org.kgcoop.method.TrainedMethod;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.prompt.PromptText;
import org.kgcoop.settings.Declaration;
import org.kgcoop.settings.SettingValues;

/**
 * Published configurations, which are the defaults of settings. The defaults of a method are those
 * of base-to-new generalization. {@link PublishedSettings} overrides them with the published values
 * for a protocol, a data set or a number of shots.
 */
public enum PublishedDefaults {
  /**
   * Base-to-new: the scripts of CoCoOp, KgCoOp, ProGrad, TCP, LASP and of all methods that train
   * the image encoder.
   */
  BASE_TO_NEW,

  /** Few-shot classification: the scripts of CoOp, ProGrad, PromptSRC and MMRL. */
  FEW_SHOT,

  /**
   * Transfer from one data set to others: as base-to-new, except for MaPLe, PromptSRC and MMRL,
   * which have separate scripts.
   */
  TRANSFER;

  /** Placeholder for the template of the data set. */
  private static final String TEMPLATE = "@template";

  /** Prefix of a placeholder for a text with an X for each context token. */
  private static final String VECTORS = "@vectors ";

  /** Returns the name in the list of published settings. */
  private String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * Returns a method with its defaults for a data set.
   *
   * @param explicit {@code method} and the given settings, as for {@link MethodRegistry#parse}; its
   *     template is the template of the data set
   * @throws org.kgcoop.KgCoopException if the method, a key or a value is invalid
   */
  public Method method(SettingValues explicit, TaskContext task) {
    return method(explicit, task, false);
  }

  /**
   * Returns a method with its defaults for a data set.
   *
   * @param asPublished true to also use the published way of selecting settings, such as with
   *     validation images
   */
  public Method method(SettingValues explicit, TaskContext task, boolean asPublished) {
    String template = template(explicit, task);
    Map<String, Object> settings = new LinkedHashMap<>();
    for (PublishedSettings published : PublishedSettings.of(id(), explicit, task)) {
      if (asPublished || !published.isOption()) {
        published
            .settings()
            .forEach((key, value) -> settings.put(key, filled(value, template, explicit)));
      }
    }
    return MethodRegistry.parse(
        new SettingValues(settings).with(explicit).with(Declaration.TEMPLATE, template));
  }

  /**
   * Returns the template. A published template for a method replaces the data set's template,
   * unless the user gave one.
   */
  private String template(SettingValues explicit, TaskContext task) {
    String template = task.template();
    boolean listed = task.template().equals(Templates.ofPublished(task.dataSet()));
    for (PublishedSettings published : PublishedSettings.of(id(), explicit, task)) {
      template = listed && !published.template().isEmpty() ? published.template() : template;
    }
    return template;
  }

  private static Object filled(Object value, String template, SettingValues explicit) {
    if (value instanceof List<?> list) {
      return list.stream().<Object>map(each -> filled(each, template, explicit)).toList();
    }
    if (value instanceof String text && text.startsWith(VECTORS)) {
      int tokens = explicit.get(SharedSettings.CONTEXT_TOKENS);
      return PromptText.pattern(tokens, text.substring(VECTORS.length()));
    }
    return value.equals(TEMPLATE) ? template : value;
  }

  /** Returns the training settings of a method for a data set. */
  public TrainedMethod.Defaults training(TrainedMethod method, TaskContext task) {
    TrainedMethod.Defaults training = method.defaults(task);
    for (PublishedSettings published : PublishedSettings.of(id(), method.settingValues(), task)) {
      for (Map.Entry<String, Object> setting : published.training().entrySet()) {
        training = training.with(setting.getKey(), setting.getValue());
      }
    }
    return training;
  }

  /**
   * Returns the template of zero-shot CLIP for a data set: the data set's own, except for the
   * textures, for which the published results use another template.
   *
   * @param own the template of the data set
   */
  public static String zeroShotTemplate(String dataSet, String own) {
    SettingValues explicit = SettingValues.of(Declaration.METHOD, ZeroShot.ID);
    return BASE_TO_NEW.template(explicit, new TaskContext(dataSet, own, 0, 0));
  }
}
