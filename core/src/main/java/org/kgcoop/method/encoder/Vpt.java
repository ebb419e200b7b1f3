package org.kgcoop.method.encoder;

import java.util.List;
import org.kgcoop.clip.Clip;
import org.kgcoop.method.Method;
import org.kgcoop.method.SharedSettings;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.prompt.PromptText;
import org.kgcoop.settings.Declaration;
import org.kgcoop.settings.Setting;

/**
 * VPT as in the comparison of the MaPLe paper: learned tokens in the image encoder, and
 * hand-crafted texts. Khattak et al., "MaPLe: Multi-modal Prompt Learning", CVPR 2023, after Jia et
 * al., "Visual Prompt Tuning", ECCV 2022; code: muzairkhattak/multimodal-prompt-learning, {@code
 * trainers/vpt.py}.
 *
 * <pre>{@code
 * f = unit feature of the image, with learned tokens before each of the first J blocks
 * loss = cross entropy of exp(logit_scale) f . t, with t from the template
 * }</pre>
 *
 * <p>There are two differences from the published code. It rounds the tokens to float16. Its
 * scripts for other data sets (xd_test) load epoch 2 of 5; this implementation uses the last epoch.
 *
 * @param imageTokens the number of learned tokens; published: 8
 * @param imageDepth J, at least 1; published: 12
 * @param template the template of the texts; published: "a photo of a {}." for every data set
 */
public record Vpt(int imageTokens, int imageDepth, String template) implements EncoderMethod {
  public static final String ID = "vpt";

  public static final Declaration<Method> DECLARATION =
      Declaration.of(Vpt.class, ID, "VPT")
          .prompts("visual")
          .trainer("VPT")
          .description(
              "Prompt tokens in the image encoder, hand-crafted texts.",
              "loss = cross entropy of exp(logit_scale) f . t; f with tokens in front of J blocks")
          .published(
              "Khattak et al., MaPLe: Multi-modal Prompt Learning, CVPR 2023, after Jia et al.,"
                  + " Visual Prompt Tuning, ECCV 2022",
              "https://github.com/muzairkhattak/multimodal-prompt-learning")
          .needsVit()
          .settings(
              Setting.whole("image_tokens", 8, "Prompt tokens of each image")
                  .between(1, 1000)
                  .in("tokens")
                  .publishedAs("TRAINER.VPT.N_CTX_VISION"),
              Setting.whole("image_depth", 12, "Blocks that have prompt tokens of their own")
                  .between(1, 1000)
                  .in("blocks")
                  .publishedAs("TRAINER.VPT.PROMPT_DEPTH_VISION"),
              SharedSettings.TEMPLATE);

  @Override
  public Defaults defaults() {
    return new Defaults(5, 4).with("lr", 0.0025);
  }

  @Override
  public TrainableModel model(Clip clip, List<String> classNames, long seed) {
    return new Prompts(clip, classNames, seed);
  }

  private final class Prompts extends PromptTokenModel {
    Prompts(Clip clip, List<String> classNames, long seed) {
      super(clip, PromptText.handCrafted(clip, classNames, template), 0, imageDepth, title());
      addImageRows(clip, seed, imageTokens, imageDepth);
    }

    @Override
    EncoderInputs encoderInputs() {
      return new EncoderInputs(List.of(), imageRows(imageDepth));
    }
  }
}
