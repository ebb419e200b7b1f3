package org.kgcoop.method;

import java.util.List;
import java.util.function.UnaryOperator;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.Templates;
import org.kgcoop.data.Underscores;
import org.kgcoop.prompt.PromptText;
import org.kgcoop.prompt.TextFeatures;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Tensor;

/**
 * Class features of hand-crafted texts, averaged over templates. They have no gradients.
 *
 * @param templates the texts, at least one; {@code {}} marks the position of the class name
 * @param underscores the treatment of underscores in class names
 */
public record TemplateEnsemble(List<String> templates, Underscores underscores) {

  public TemplateEnsemble {
    templates = List.copyOf(templates);
    if (templates.isEmpty()) {
      throw KgCoopException.configuration("templates: expected at least one template, got none");
    }
    templates.forEach(Templates::check);
  }

  /** Computes the normalized mean of the unit features, (C, E). */
  public Tensor unit(Clip clip, List<String> classNames) {
    try (Autograd.Switch off = Autograd.off()) {
      Tensor mean = mean(clip, classNames, Tensor::unitRows);
      return templates.size() == 1 ? mean : mean.unitRows();
    }
  }

  /** Computes the mean of the raw text features, (C, E), not normalized. */
  public Tensor raw(Clip clip, List<String> classNames) {
    try (Autograd.Switch off = Autograd.off()) {
      return mean(clip, classNames, UnaryOperator.identity());
    }
  }

  private Tensor mean(Clip clip, List<String> classNames, UnaryOperator<Tensor> form) {
    List<Tensor> each =
        templates.stream()
            .map(template -> PromptText.handCrafted(clip, classNames, template, underscores))
            .map(text -> form.apply(TextFeatures.withoutGradients(clip, text)))
            .toList();
    return each.size() == 1 ? each.get(0) : Tensor.stack(each, 0).mean(0, false);
  }
}
