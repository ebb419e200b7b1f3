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
 * The published configurations that settings come from where nobody states them. A method has those
 * of base-to-new generalization itself; what was published otherwise for a protocol, a data set or
 * a number of shots is laid over them ({@link PublishedSettings}).
 */
public enum PublishedDefaults {
  /**
   * The scripts of CoCoOp, KgCoOp, ProGrad, TCP, LASP and all that learn in the image encoder:
   * base-to-new.
   */
  BASE_TO_NEW,

  /** CoOp's scripts of few-shot classification, ProGrad's, PromptSRC's and MMRL's. */
  FEW_SHOT,

  /**
   * From one data set to others: as the first, but for MaPLe, PromptSRC and MMRL, whose scripts are
   * others there.
   */
  TRANSFER;

  /** A text that stands for the template of the data. */
  private static final String TEMPLATE = "@template";

  /** The beginning of a text that stands for an X for each context token. */
  private static final String VECTORS = "@vectors ";

  /** The name in the list of published settings. */
  private String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * A method on those data.
   *
   * @param stated {@code method} and the settings that are stated, as for {@link
   *     MethodCatalogue#parse}; its template is that of the data
   * @throws org.kgcoop.KgCoopException for an unknown method, key or value
   */
  public Method method(ObjectNode stated, TaskContext task) {
    return method(stated, task, false);
  }

  /**
   * A method on those data.
   *
   * @param asPublished true for the choice of its settings that was published too, such as by
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

  /** Another template in place of that of the published list; one that somebody stated stays. */
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

  /** The training of a method on those data. */
  public TrainedMethod.Defaults training(TrainedMethod method, TaskContext task) {
    TrainedMethod.Defaults training = method.defaults(task);
    for (PublishedSettings published : PublishedSettings.of(id(), method.toJson(), task)) {
      for (Map.Entry<String, JsonNode> setting : published.training().properties()) {
        training =
            training.with(
                setting.getKey(),
                new ObjectMapper().convertValue(setting.getValue(), Object.class));
      }
    }
    return training;
  }

  /**
   * The template of zero-shot CLIP on a data set: its own, but for the textures, where the
   * published rows have one of theirs.
   *
   * @param own that of the data set
   */
  public static String zeroShotTemplate(String dataSet, String own) {
    ObjectNode stated = JsonNodeFactory.instance.objectNode().put(Declaration.METHOD, ZeroShot.ID);
    return BASE_TO_NEW.template(stated, new TaskContext(dataSet, own, 0, 0));
  }
}
