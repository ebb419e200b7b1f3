package org.kgcoop.method.encoder;

import java.util.List;
import java.util.stream.IntStream;
import org.kgcoop.clip.Clip;
import org.kgcoop.method.Method;
import org.kgcoop.method.SharedSettings;
import org.kgcoop.model.Init;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.settings.Declaration;
import org.kgcoop.settings.Setting;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * MaPLe (multi-modal prompt learning): learned tokens in both encoders. The image tokens are linear
 * functions of the text tokens. Khattak et al., "MaPLe: Multi-modal Prompt Learning", CVPR 2023;
 * code: muzairkhattak/multimodal-prompt-learning, {@code trainers/maple.py}.
 *
 * <pre>{@code
 * p_i = n learned vectors of texts before block i < J; p_0 is a part of "WORDS name."
 * v_i = W_i p_i + b_i, tokens that are appended to each image before block i
 * loss = cross entropy of exp(logit_scale) f . t
 * }</pre>
 *
 * <p>There are two differences from the published code. It computes in float16, and keeps the first
 * vectors and their layer in float16; this implementation uses float32. The published code contains
 * the widths 512 and 768 as literals; in this implementation, they are the widths of the CLIP
 * model.
 *
 * @param contextTokens n, the number of learned vectors; published: 2
 * @param words the words that the vectors start with: the first n tokens are learned, and the other
 *     tokens stay; empty for random initial values
 * @param depth J of both encoders, at least 1; published: 9, and 3 for the transfer to other data
 *     sets
 */
public record Maple(int contextTokens, String words, int depth) implements EncoderMethod {
  public static final String ID = "maple";

  private static final Setting<Integer> CONTEXT_TOKENS =
      SharedSettings.CONTEXT_TOKENS.withDefault(2).publishedAs("TRAINER.MAPLE.N_CTX");

  private static final Setting<String> WORDS =
      ContextInit.setting(CONTEXT_TOKENS).publishedAs("TRAINER.MAPLE.CTX_INIT");

  private static final Setting<Integer> DEPTH =
      Setting.whole("depth", 9, "Blocks of both encoders that have prompt tokens")
          .between(1, 1000)
          .in("blocks")
          .publishedAs("TRAINER.MAPLE.PROMPT_DEPTH");

  public static final Declaration<Method> DECLARATION =
      Declaration.of(Maple.class, ID, "MaPLe")
          .prompts("textual+visual")
          .trainer("MaPLe")
          .description(
              "Prompt tokens in both encoders; linear layers make image tokens from text tokens.",
              "v_i = W_i p_i + b_i in front of block i; loss = cross entropy of"
                  + " exp(logit_scale) f . t")
          .published(
              "Khattak et al., MaPLe: Multi-modal Prompt Learning, CVPR 2023",
              "https://github.com/muzairkhattak/multimodal-prompt-learning")
          .needsVit()
          .settings(CONTEXT_TOKENS, WORDS, DEPTH);

  private static final String FIRST = "prompt_learner.proj";
  private static final String DEEP = "prompt_learner.compound_prompts_text.";
  private static final String LAYERS = "prompt_learner.compound_prompt_projections.";

  public Maple {
    words = new ContextInit(contextTokens, words).words();
  }

  @Override
  public Defaults defaults() {
    return new Defaults(5, 4).with("lr", 0.0035);
  }

  @Override
  public TrainableModel model(Clip clip, List<String> classNames, long seed) {
    return new Prompts(clip, classNames, seed);
  }

  @Override
  public List<String> textVectors() {
    return IntStream.range(0, depth)
        .mapToObj(i -> i == 0 ? ContextInit.CONTEXT : DEEP + (i - 1))
        .toList();
  }

  private final class Prompts extends PromptTokenModel {
    Prompts(Clip clip, List<String> classNames, long seed) {
      super(
          clip,
          new ContextInit(contextTokens, words).text(clip, classNames),
          depth,
          depth,
          title());
      try (Scope scope = Scope.open("start")) {
        start(clip, seed);
      }
    }

    /**
     * Adds the parameters in the order of the published state. All layers of deeper vectors start
     * with equal values.
     */
    private void start(Clip clip, long seed) {
      int in = clip.config().textWidth();
      int out = clip.config().vision().width();
      parameter(ContextInit.CONTEXT, new ContextInit(contextTokens, words).initial(clip, seed));
      layer(FIRST, Init.random(seed, FIRST), in, out);
      for (int i = 0; i < depth - 1; i++) {
        normal(DEEP + i, seed, ContextInit.DEVIATION, contextTokens, in);
      }
      for (int i = 0; i < depth - 1; i++) {
        layer(LAYERS + i, Init.random(seed, LAYERS), in, out);
      }
    }

    @Override
    EncoderInputs encoderInputs() {
      List<Tensor> textPrompts = textVectors().stream().map(this::parameter).toList(); // (n, W)
      List<Tensor> imagePrompts =
          IntStream.range(0, depth)
              .mapToObj(i -> applied(i == 0 ? FIRST : LAYERS + (i - 1), textPrompts.get(i)))
              .toList();
      return new EncoderInputs(textPrompts, imagePrompts);
    }
  }
}
