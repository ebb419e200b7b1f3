package org.kgcoop.method.catalogue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Locale;
import java.util.Map;
import org.kgcoop.data.published.PublishedDataSets;
import org.kgcoop.method.Method;
import org.kgcoop.method.SharedSettings;
import org.kgcoop.method.TaskContext;
import org.kgcoop.method.TrainedMethod;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.method.setting.Declaration;
import org.kgcoop.method.setting.Setting.Values;
import org.kgcoop.prompt.PromptText;

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

  private static final ObjectMapper JSON = new ObjectMapper();

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
   * @param stated {@code method} and the given settings, as for {@link MethodCatalogue#parse}; its
   *     template is the template of the data set
   * @throws org.kgcoop.KgCoopException if the method, a key or a value is invalid
   */
  public Method method(ObjectNode stated, TaskContext task) {
    return method(stated, task, false);
  }

  /**
   * Returns a method with its defaults for a data set.
   *
   * @param asPublished true to also use the published way of selecting settings, such as with
   *     validation images
   */
  public Method method(ObjectNode stated, TaskContext task, boolean asPublished) {
    String template = template(stated, task);
    ObjectNode settings = stated.deepCopy();
    for (PublishedSettings published : PublishedSettings.of(id(), stated, task)) {
      if (published.isOption() && !asPublished) {
        continue;
      }
      for (Map.Entry<String, JsonNode> setting : published.settings().properties()) {
        if (!stated.has(setting.getKey())) {
          settings.set(setting.getKey(), filled(setting.getValue(), template, stated));
        }
      }
    }
    return MethodCatalogue.parse(settings.put(Declaration.TEMPLATE, template));
  }

  /**
   * Returns the template. A published template for a method replaces the data set's template,
   * unless the user gave one.
   */
  private String template(JsonNode stated, TaskContext task) {
    String template = task.template();
    boolean listed =
        PublishedDataSets.find(task.dataSet())
            .filter(set -> set.template().equals(task.template()))
            .isPresent();
    for (PublishedSettings published : PublishedSettings.of(id(), stated, task)) {
      template = listed && !published.template().isEmpty() ? published.template() : template;
    }
    return template;
  }

  private static JsonNode filled(JsonNode value, String template, JsonNode stated) {
    if (value.isArray()) {
      ArrayNode all = JsonNodeFactory.instance.arrayNode();
      value.forEach(each -> all.add(filled(each, template, stated)));
      return all;
    }
    String text = value.asText();
    if (text.startsWith(VECTORS)) {
      int tokens = new Values("", stated).get(SharedSettings.CONTEXT_TOKENS);
      return TextNode.valueOf(PromptText.pattern(tokens, text.substring(VECTORS.length())));
    }
    return text.equals(TEMPLATE) ? TextNode.valueOf(template) : value;
  }

  /** Returns the training settings of a method for a data set. */
  public TrainedMethod.Defaults training(TrainedMethod method, TaskContext task) {
    TrainedMethod.Defaults training = method.defaults(task);
    for (PublishedSettings published : PublishedSettings.of(id(), method.toJson(), task)) {
      for (Map.Entry<String, JsonNode> setting : published.training().properties()) {
        training =
            training.with(setting.getKey(), JSON.convertValue(setting.getValue(), Object.class));
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
    ObjectNode stated = JsonNodeFactory.instance.objectNode().put(Declaration.METHOD, ZeroShot.ID);
    return BASE_TO_NEW.template(stated, new TaskContext(dataSet, own, 0, 0));
  }
}
