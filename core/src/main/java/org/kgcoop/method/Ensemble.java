package org.kgcoop.method;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.kgcoop.clip.Clip;
import org.kgcoop.prompt.FeatureClassifier;
import org.kgcoop.prompt.Templates;

/**
 * Zero-shot CLIP by several templates and that of the data set: the mean of their unit class
 * features, brought to unit length again. Published as ZeroshotCLIP2 in CoOp's code.
 *
 * @param templates published: {@link Templates#ENSEMBLE}
 * @param own the template of the data set
 * @param addsOwn whether it is one of them, as published except on ImageNet
 */
public record Ensemble(List<String> templates, String own, boolean addsOwn) implements TextMethod {
  public static final String ID = "ensemble";

  public Ensemble {
    templates = List.copyOf(templates);
    templates.forEach(Templates::check);
    Templates.check(own);
  }

  @Override
  public String id() {
    return ID;
  }

  @Override
  public String title() {
    return "CLIP ensemble";
  }

  @Override
  public String prompts() {
    return "hand-crafted";
  }

  @Override
  public FeatureClassifier classifier(Clip clip, List<String> classNames) {
    List<String> all = new ArrayList<>(templates);
    if (addsOwn) {
      all.add(own);
    }
    return new ZeroShot(all).classifier(clip, classNames);
  }

  @Override
  public ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("method", ID).put("template", own);
    templates.forEach(json.putArray("templates")::add);
    return addsOwn ? json : json.put("own_template", false);
  }
}
