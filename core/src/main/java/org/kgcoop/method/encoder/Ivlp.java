package org.kgcoop.method.encoder;

import java.util.List;
import org.kgcoop.clip.Clip;
import org.kgcoop.method.Method;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.settings.Declaration;

/**
 * IVLP (independent vision-language prompting): learned tokens in both encoders, or only in the
 * text encoder. The tokens of the two encoders are independent. Khattak et al., "MaPLe: Multi-modal
 * Prompt Learning", CVPR 2023; code: muzairkhattak/multimodal-prompt-learning, {@code
 * trainers/independentVL.py}.
 *
 * <pre>{@code
 * f = unit feature of the image, with learned tokens before each of the first J_v blocks
 * t_c = unit feature of "WORDS name.", the first n tokens learned, others in J_t - 1 more blocks
 * loss = cross entropy of exp(logit_scale) f . t
 * }</pre>
 *
 * <p>There are several differences from the published code. It computes in float16 and rounds the
 * deeper tokens to float16; this implementation uses float32. The published scripts for other data
 * sets (xd_test) load epoch 2 of 5; this implementation uses the last epoch. The learning rate of
 * 0.0035 is published for 2 + 2 tokens. For 4 + 4 tokens it is 0.0025 with 20 epochs, and for the
 * text encoder only, it is 0.0025 with 5 epochs.
 *
 * @param rows the prompt tokens: n, J_t, the number of image tokens, and J_v; published: 2, 12, 2
 *     and 12, and for the text encoder only 4 and 12
 */
public record Ivlp(VisionLanguagePrompts rows) implements EncoderMethod {
  public static final String ID = "ivlp";

  public static final Declaration<Method> DECLARATION =
      Declaration.of(Ivlp.class, ID, "IVLP")
          .prompts("textual+visual")
          .trainer("IVLP")
          .description(
              "Independent prompt tokens in both encoders, or only in the text encoder.",
              "loss = cross entropy of exp(logit_scale) f . t, both with tokens in their blocks")
          .published(
              "Khattak et al., MaPLe: Multi-modal Prompt Learning, CVPR 2023",
              "https://github.com/muzairkhattak/multimodal-prompt-learning")
          .needsVit()
          .settings(VisionLanguagePrompts.settings("IVLP", 2, 12));

  /** Published number of tokens if only the text encoder has learned tokens. */
  public static final int TEXT_ONLY_TOKENS = 4;

  @Override
  public String prompts() {
    return rows.prompts();
  }

  @Override
  public Defaults defaults() {
    return new Defaults(5, 4).with("lr", rows.imageDepth() == 0 ? 0.0025 : 0.0035);
  }

  @Override
  public TrainableModel model(Clip clip, List<String> classNames, long seed) {
    return new VisionLanguagePrompts.Model(rows, clip, classNames, seed, title());
  }

  @Override
  public List<String> textVectors() {
    return rows.textNames();
  }
}
