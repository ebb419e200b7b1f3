package org.kgcoop.method;

import java.util.List;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.model.FixedHead;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.prompt.ContextModel;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.prompt.DeepTextPrompts;
import org.kgcoop.prompt.PromptText;
import org.kgcoop.prompt.TextFeatures;
import org.kgcoop.random.PythonRandom;
import org.kgcoop.settings.Declaration;
import org.kgcoop.settings.Setting;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Tensor;

/**
 * TCP: a small network computes tokens for each class from its hand-crafted feature and inserts
 * them into the text encoder. Yao, Zhang and Xu, "TCP: Textual-based Class-aware Prompt tuning for
 * Visual-Language Model", CVPR 2024; code: htyao89/Textual-based_Class-aware_prompt_tuning, {@code
 * trainers/tcp.py}.
 *
 * <pre>{@code
 * S_c = W2 quickgelu(W1 u_c + b1) + b2       u_c the unit feature of the template, (P, W)
 * t_c = unit feature of the pattern, its tokens at positions 1 to P replaced by S_c before `layer`
 * loss = cross entropy + weight (1 - mean_c cos(t_c, u_c))
 * }</pre>
 *
 * <p>The context is shared and starts at random values. The network has E / 4 hidden units. It uses
 * QuickGELU even in encoders with another activation.
 *
 * <p>There are several differences from the published code, which computes in float16. The
 * published code contains the width 512, layer 8, four tokens and the weight 8 as literals. It
 * therefore fails for models of other widths, and a text encoder with fewer than nine blocks never
 * uses S. In this implementation, these values are settings, and it rejects a layer that the
 * encoder does not have. Adam's epsilon of 1e-3, which the published code needs for float16, is
 * kept.
 *
 * @param contextTokens M; published: 4
 * @param classTokens P; published: 4
 * @param pattern the text whose first M tokens are the context, such as {@code X X X X {}.}
 * @param layer the block of the text encoder that the tokens are inserted before, counted from 0;
 *     published: 8
 * @param template the template of the hand-crafted features
 * @param weight the weight of the knowledge term; published: 8
 */
public record Tcp(
    int contextTokens, int classTokens, String pattern, int layer, String template, double weight)
    implements PromptMethod {
  public static final String ID = "tcp";

  public static final int DEFAULT_LAYER = 8;

  public static final Declaration<Method> DECLARATION =
      Declaration.of(Tcp.class, ID, "TCP")
          .prompts("textual")
          .trainer("TCP")
          .description(
              "A small network maps the text feature of each class to prompt tokens.",
              "loss = cross entropy + weight (1 - mean_c cos(t_c, u_c)); u_c of the template")
          .published(
              "Yao, Zhang and Xu, TCP: Textual-based Class-aware Prompt tuning for Visual-Language"
                  + " Model, CVPR 2024",
              "https://github.com/htyao89/Textual-based_Class-aware_prompt_tuning")
          .settings(
              SharedSettings.CONTEXT_TOKENS,
              Setting.whole("class_tokens", 4, "Learned tokens of each class")
                  .between(1, 1000)
                  .in("tokens"),
              Setting.of(
                      "pattern",
                      SharedSettings.TEMPLATE_TEXT,
                      "",
                      "The text whose first context_tokens tokens are learned")
                  .withDefault(
                      "an X for each vector, then {}.",
                      values -> PromptText.pattern(values.get(SharedSettings.CONTEXT_TOKENS))),
              Setting.whole(
                      "layer", DEFAULT_LAYER, "The block that class tokens come before, from 0")
                  .atLeast(0),
              SharedSettings.TEMPLATE,
              Setting.number("weight", 8, "Weight of the knowledge term").atLeast(0));

  /** Factor of the sigmoid in QuickGELU. */
  private static final double QUICK = 1.702;

  @Override
  public ContextSettings context() {
    return ContextSettings.shared(contextTokens, "");
  }

  @Override
  public Defaults defaults() {
    return new Defaults(50, 32).with("optimizer", "adam").with("epsilon", 1e-3);
  }

  /** Returns the number of hidden units for a model of embedding width E. */
  public static int hidden(int embed) {
    return Math.max(1, embed / 4);
  }

  @Override
  public TrainableModel model(Clip clip, List<String> classNames, long seed) {
    int blocks = clip.config().textLayers();
    if (layer >= blocks) {
      throw KgCoopException.configuration(
          "TCP's layer %s: this CLIP's text encoder has %s blocks, counted from 0; choose one with --set layer=N"
              .formatted(layer, blocks));
    }
    if (clip.tokenizer().start().isEmpty()) {
      throw KgCoopException.configuration(
          "TCP puts its tokens after the start of text, and texts of this model have none; try"
              + " kgcoop or lasp");
    }
    if (clip.config().text().form().isBert()) {
      throw KgCoopException.configuration(
          "TCP puts its tokens into blocks of CLIP's text encoder, and this model has BERT's; try"
              + " kgcoop or lasp");
    }
    return new ClassAwareModel(
        clip,
        classNames,
        seed,
        FixedHead.Linear.of(
            clip.logitScale(), () -> TextFeatures.handCrafted(clip, classNames, template)));
  }

  /**
   * Returns this method with the pattern and the template of the other data set, as the published
   * code does in tests.
   */
  @Override
  public Method forDataSetOf(Method other) {
    return other instanceof Tcp tcp
        ? new Tcp(contextTokens, classTokens, tcp.pattern, layer, tcp.template, weight)
        : this;
  }

  private final class ClassAwareModel extends ContextModel {
    private static final String FIRST = "meta_net.linear1";
    private static final String SECOND = "meta_net.linear2";

    private final Tensor handCrafted; // u, (C, E)

    ClassAwareModel(Clip clip, List<String> classNames, long seed, FixedHead.Linear handCrafted) {
      super(
          clip,
          () ->
              new TextFeatures(
                  clip,
                  PromptText.patterned(clip, classNames, pattern, contextTokens),
                  new DeepTextPrompts.OfClasses(layer, classTokens)),
          context(),
          classNames.size(),
          seed,
          new KgCoOp.Objective(handCrafted, weight));
      this.handCrafted = handCrafted.weight();
      int embed = clip.config().embedDim();
      int width = clip.config().textWidth();
      PythonRandom random = new PythonRandom(seed);
      layer(FIRST, random, embed, hidden(embed));
      layer(SECOND, random, hidden(embed), classTokens * width);
    }

    /** Returns the context and S, (C, P, W). */
    @Override
    protected List<Tensor> textInputs() {
      Tensor rows = applied(SECOND, quickGelu(applied(FIRST, handCrafted))); // (C, P W)
      return List.of(parameter("ctx"), rows.reshape(rows.size(0), classTokens, -1));
    }

    private static Tensor quickGelu(Tensor x) {
      return x.times(Functions.sigmoid(x.times(QUICK)));
    }
  }
}
