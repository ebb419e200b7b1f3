package org.kgcoop.method.tower;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.method.Method;
import org.kgcoop.prompt.Learner;
import org.kgcoop.prompt.PromptText;
import org.kgcoop.prompt.Templates;
import org.kgcoop.tensor.Scope;

/**
 * VPT as MaPLe's authors compare with it: learned rows in the image tower, hand-crafted texts.
 * Khattak et al., "MaPLe: Multi-modal Prompt Learning", CVPR 2023, after Jia et al., "Visual Prompt
 * Tuning", ECCV 2022; code: muzairkhattak/multimodal-prompt-learning, {@code trainers/vpt.py}.
 *
 * <pre>{@code
 * f = unit feature of the image, with learned rows in front of the first J blocks
 * loss = cross entropy of exp(logit_scale) f . t, where t are those of the template
 * }</pre>
 *
 * <p>Differences to the published code: it rounds the rows to float16. Its scripts of other data
 * sets (xd_test) load epoch 2 of the 5 that are trained; here it is the last, as everywhere.
 *
 * @param imageTokens learned rows; published 8
 * @param imageDepth J, at least 1; published 12
 * @param template of the texts; published "a photo of a {}." for every data set
 */
public record Vpt(int imageTokens, int imageDepth, String template) implements TowerMethod {
  public static final String ID = "vpt";
  public static final int DEFAULT_TOKENS = 8;
  public static final int DEFAULT_DEPTH = 12;

  public Vpt {
    Templates.check(template);
    if (imageTokens < 1 || imageDepth < 1) {
      throw KgCoopException.configuration(
          "VPT's image_tokens %s, image_depth %s: expected at least 1"
              .formatted(imageTokens, imageDepth));
    }
  }

  @Override
  public String id() {
    return ID;
  }

  @Override
  public String title() {
    return "VPT";
  }

  @Override
  public String prompts() {
    return "visual";
  }

  @Override
  public Defaults defaults() {
    return new Defaults(5, 4).with("lr", 0.0025);
  }

  @Override
  public Learner learner(Clip clip, List<String> classNames, long seed) {
    return new Prompts(clip, classNames, seed);
  }

  /** With the template of the other data. */
  @Override
  public Method on(Method there) {
    return there instanceof Vpt vpt ? new Vpt(imageTokens, imageDepth, vpt.template) : this;
  }

  @Override
  public ObjectNode toJson() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("method", ID)
        .put("image_tokens", imageTokens)
        .put("image_depth", imageDepth)
        .put("template", template);
  }

  private final class Prompts extends RowsLearner {
    Prompts(Clip clip, List<String> classNames, long seed) {
      super(clip, PromptText.handCrafted(clip, classNames, template), 0, imageDepth, title());
      try (Scope scope = Scope.open("start")) {
        VisionLanguageRows.addImageRows(this, clip, seed, imageTokens, imageDepth);
      }
    }

    @Override
    Given given() {
      return new Given(List.of(), VisionLanguageRows.imageRows(this, imageDepth));
    }
  }
}
