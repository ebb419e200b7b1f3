package org.kgcoop.method;

import java.util.List;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.Underscores;
import org.kgcoop.model.FixedHead;
import org.kgcoop.model.Head;
import org.kgcoop.settings.Declaration;
import org.kgcoop.tensor.Tensor;

/**
 * Zero-shot CLIP: the text of a hand-crafted template represents each class. Radford et al.,
 * "Learning Transferable Visual Models From Natural Language Supervision", ICML 2021.
 *
 * <p>{@code logits = exp(logit_scale) f . t_c}, with unit vectors f and t_c. With several
 * templates, t_c is the normalized mean of their unit features.
 *
 * @param templates the texts; {@code {}} marks the position of the class name
 */
public record ZeroShot(List<String> templates) implements TextMethod {
  public static final String ID = "clip";

  public static final Declaration<Method> DECLARATION =
      Declaration.of(ZeroShot.class, ID, "CLIP")
          .prompts("hand-crafted")
          .trainer("ZeroshotCLIP")
          .description(
              "Zero-shot CLIP: the text of a hand-crafted template stands for each class.",
              "logits = exp(logit_scale) f . t_c; f and t_c are unit features of image and text")
          .published(
              "Radford et al., Learning Transferable Visual Models From Natural Language"
                  + " Supervision, ICML 2021",
              "https://github.com/openai/CLIP")
          .settings(SharedSettings.TEMPLATES);

  public ZeroShot {
    templates = new TemplateEnsemble(templates, Underscores.REPLACE).templates();
  }

  @Override
  public Head classifier(Clip clip, List<String> classNames) {
    return FixedHead.Linear.of(clip.logitScale(), () -> classFeatures(clip, classNames));
  }

  /** Computes the unit class features of these templates, (C, E). */
  Tensor classFeatures(Clip clip, List<String> classNames) {
    return new TemplateEnsemble(templates, Underscores.REPLACE).unit(clip, classNames);
  }
}
