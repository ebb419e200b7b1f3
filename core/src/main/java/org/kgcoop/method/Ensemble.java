package org.kgcoop.method;

import java.util.ArrayList;
import java.util.List;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.Templates;
import org.kgcoop.model.Head;
import org.kgcoop.settings.Declaration;
import org.kgcoop.settings.Setting;

/**
 * Zero-shot CLIP with several templates and the template of the data set. A class feature is the
 * normalized mean of the unit features of all templates. Published as ZeroshotCLIP2 in the code of
 * CoOp.
 *
 * @param templates the general templates; published: {@link Templates#ENSEMBLE}
 * @param own the template of the data set
 * @param addsOwn true to include the template of the data set, as published except on ImageNet
 */
public record Ensemble(String own, List<String> templates, boolean addsOwn) implements TextMethod {
  public static final String ID = "ensemble";

  public static final Declaration<Method> DECLARATION =
      Declaration.of(Ensemble.class, ID, "CLIP ensemble")
          .prompts("hand-crafted")
          .description(
              "Zero-shot CLIP by the mean class features of several templates.",
              "logits = exp(logit_scale) f . unit(mean over templates of t_c)")
          .published(
              "ZeroshotCLIP2 of Zhou et al., Learning to Prompt for Vision-Language Models, IJCV"
                  + " 2022",
              "https://github.com/KaiyangZhou/CoOp")
          .settings(
              SharedSettings.TEMPLATE,
              SharedSettings.templates(
                  "the seven of CLIP's notebook",
                  values -> Templates.ENSEMBLE,
                  "Hand-crafted texts"),
              Setting.flag("own_template", true, "Whether the data set's template is one of them")
                  .omittingDefault());

  @Override
  public Head classifier(Clip clip, List<String> classNames) {
    List<String> all = new ArrayList<>(templates);
    if (addsOwn) {
      all.add(own);
    }
    return new ZeroShot(all).classifier(clip, classNames);
  }
}
