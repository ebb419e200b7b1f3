package org.kgcoop.method;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.method.setting.Declaration;
import org.kgcoop.method.setting.Declaration.Need;
import org.kgcoop.method.setting.Range;
import org.kgcoop.method.setting.Setting;
import org.kgcoop.prompt.Batch;
import org.kgcoop.prompt.Context;
import org.kgcoop.prompt.ContextModel;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.prompt.DeepTextPrompts;
import org.kgcoop.prompt.FixedHead;
import org.kgcoop.prompt.Head;
import org.kgcoop.prompt.PromptText;
import org.kgcoop.prompt.Step;
import org.kgcoop.prompt.Templates;
import org.kgcoop.prompt.TextFeatures;
import org.kgcoop.prompt.TrainableModel;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * TCP: a small net makes tokens of each class's own out of its hand-crafted feature and puts them
 * into the text encoder. Yao, Zhang and Xu, "TCP: Textual-based Class-aware Prompt tuning for
 * Visual-Language Model", CVPR 2024; code: htyao89/Textual-based_Class-aware_prompt_tuning, {@code
 * trainers/tcp.py}.
 *
 * <pre>{@code
 * S_c = W2 quickgelu(W1 u_c + b1) + b2       u_c the unit feature of the template, (P, W)
 * t_c = unit feature of the pattern, its states at positions 1 to P replaced by S_c before `layer`
 * loss = cross entropy + weight (1 - mean_c cos(t_c, u_c))
 * }</pre>
 *
 * <p>The context is shared and starts at random; the net has E / 4 hidden units and keeps its
 * QuickGELU in encoders that have another activation.
 *
 * <p>Differences to the published code: it computes in float16; it holds the width 512, layer 8,
 * four tokens and the weight 8 as literals, so that other models fail, and one of fewer than nine
 * blocks never sees S; here the weight and these are settings, and a layer that the encoder does
 * not have is refused. Adam's epsilon, 1e-3 there because of float16, stays.
 *
 * @param contextTokens M, published 4
 * @param classTokens P, published 4
 * @param pattern the text whose first M tokens are the context, such as {@code X X X X {}.}
 * @param layer before which block of the text encoder the tokens come, counted from 0; published 8
 * @param template of the hand-crafted features
 * @param weight of the knowledge term, published 8
 */
public record Tcp(
    int contextTokens, int classTokens, String pattern, int layer, String template, double weight)
    implements PromptMethod {
  public static final String ID = "tcp";

  public static final int DEFAULT_LAYER = 8;

  private static final Setting<Integer> CLASS_TOKENS =
      Setting.whole("class_tokens", 4, Range.atLeast(1), "Learned states of each class")
          .in("states");

  private static final Setting<String> PATTERN =
      Setting.text("pattern", "", "The text whose first context_tokens tokens are learned")
          .usually(
              "an X for each vector, then {}.",
              values -> PromptText.pattern(values.get(SharedSettings.CONTEXT_TOKENS)));

  private static final Setting<Integer> LAYER =
      Setting.whole(
          "layer", DEFAULT_LAYER, Range.atLeast(0), "The block that states come before, from 0");

  private static final Setting<Double> WEIGHT =
      Setting.number("weight", 8, Range.atLeast(0), "Weight of the knowledge term");

  public static final Declaration<Method> DECLARATION =
      Declaration.of(Tcp.class, ID, "TCP")
          .prompts("textual")
          .trainer("TCP")
          .says(
              "A small net makes states of each class out of its hand-crafted feature and puts"
                  + " them into the text encoder.",
              "loss = cross entropy + weight (1 - mean_c cos(t_c, u_c)); u_c of the template")
          .published(
              "Yao, Zhang and Xu, TCP: Textual-based Class-aware Prompt tuning for Visual-Language"
                  + " Model, CVPR 2024",
              "https://github.com/htyao89/Textual-based_Class-aware_prompt_tuning")
          .needs(Need.TEXT_ENCODER)
          .setting(SharedSettings.CONTEXT_TOKENS, Tcp::contextTokens)
          .setting(CLASS_TOKENS, Tcp::classTokens)
          .setting(PATTERN, Tcp::pattern)
          .setting(LAYER, Tcp::layer)
          .setting(SharedSettings.TEMPLATE, Tcp::template)
          .setting(WEIGHT, Tcp::weight)
          .made(
              values ->
                  new Tcp(
                      values.get(SharedSettings.CONTEXT_TOKENS),
                      values.get(CLASS_TOKENS),
                      values.get(PATTERN),
                      values.get(LAYER),
                      values.get(SharedSettings.TEMPLATE),
                      values.get(WEIGHT)));

  /** The factor of the sigmoid in QuickGELU. */
  private static final double QUICK = 1.702;

  public Tcp {
    ContextSettings unused = ContextSettings.shared(contextTokens, ""); // refuses the wrong
    Templates.check(pattern);
    Templates.check(template);
  }

  @Override
  public Declaration<Method> declaration() {
    return DECLARATION;
  }

  @Override
  public ContextSettings context() {
    return ContextSettings.shared(contextTokens, "");
  }

  @Override
  public Defaults defaults() {
    return new Defaults(50, 32).with("optimizer", "adam:epsilon=1e-3");
  }

  /** The units between the layers of the net in a model of embedding width E. */
  public static int hidden(int embed) {
    return Math.max(1, embed / 4);
  }

  @Override
  public TrainableModel model(Clip clip, List<String> classNames, long seed) {
    int blocks = clip.config().textLayers();
    if (layer >= blocks) {
      throw KgCoopException.configuration(
          "TCP's layer %s: this CLIP's text encoder has %s blocks, counted from 0; choose one with"
                  .formatted(layer, blocks)
              + " --set layer=N");
    }
    if (clip.tokenizer().start().isEmpty()) {
      throw KgCoopException.configuration(
          "TCP puts its tokens after the start of text, and texts of this model have none; try"
              + " kgcoop or lasp");
    }
    return new ClassAwareModel(clip, classNames, seed);
  }

  /** With the pattern and the template of the other data, as the published code tests on them. */
  @Override
  public Method on(Method there) {
    return there instanceof Tcp tcp
        ? new Tcp(contextTokens, classTokens, tcp.pattern, layer, tcp.template, weight)
        : this;
  }

  private final class ClassAwareModel implements TrainableModel {
    private final double logitScale;
    private final TextFeatures text;
    private final FixedHead.Linear handCrafted; // u, (C, E)
    private final KgCoOp.Objective objective;
    private final Tensor context; // (M, W)
    private final MetaNet net;

    ClassAwareModel(Clip clip, List<String> classNames, long seed) {
      int embed = clip.config().embedDim();
      int width = clip.config().textWidth();
      logitScale = clip.logitScale();
      text =
          new TextFeatures(
              clip,
              PromptText.patterned(clip, classNames, pattern, contextTokens),
              new DeepTextPrompts.OfClasses(layer, classTokens));
      handCrafted =
          FixedHead.Linear.of(
              logitScale, () -> TextFeatures.handCrafted(clip, classNames, template));
      objective = new KgCoOp.Objective(handCrafted, weight);
      net = new MetaNet(embed, hidden(embed), classTokens * width, seed, clip.device());
      try (Scope scope = Scope.open("context")) {
        context = Context.initial(clip, context(), classNames.size(), seed).parameter().keep();
      }
    }

    @Override
    public Map<String, Tensor> parameters() {
      return net.parameters(context);
    }

    /** S: (C, P, W). */
    private Tensor tokens() {
      Tensor rows = net.apply(handCrafted.weight(), ClassAwareModel::quickGelu); // (C, P W)
      return rows.reshape(rows.size(0), classTokens, -1);
    }

    private static Tensor quickGelu(Tensor x) {
      return x.times(Functions.sigmoid(x.times(QUICK)));
    }

    /** Unit class features without gradients: (C, E). */
    private Tensor unitFeatures() {
      try (Autograd.Switch off = Autograd.off()) {
        return text.all(List.of(context, tokens())).unitRows();
      }
    }

    private Tensor logits(Tensor features, Tensor classFeatures) {
      return new FixedHead.Linear(classFeatures, null, logitScale).logits(features);
    }

    @Override
    public Tensor logits(Tensor features) {
      return logits(features, unitFeatures());
    }

    @Override
    public Head toHead() {
      return FixedHead.Linear.of(logitScale, this::unitFeatures);
    }

    @Override
    public Step step(Batch batch) {
      Tensor tokens = tokens();
      TextFeatures.Pass pass = text.pass(List.of(context, tokens));
      Tensor raw = pass.features().parameter(); // (C, E)
      Tensor classFeatures = raw.unitRows();
      ContextModel.Losses losses =
          objective.losses(classFeatures, logits(batch.features(), classFeatures), batch);
      Tensor byRaw = Autograd.gradients(losses.followed().get(0), List.of(raw), false).get(0);
      List<Tensor> byInputs = pass.gradients(List.of(byRaw)).get(0);
      List<Tensor> gradients = new ArrayList<>(List.of(byInputs.get(0)));
      List<Tensor> parameters = List.copyOf(parameters().values());
      gradients.addAll(
          Autograd.gradients(
              tokens, byInputs.get(1), parameters.subList(1, parameters.size()), false));
      Map<String, Double> values = new LinkedHashMap<>();
      losses.told().forEach((name, loss) -> values.put(name, loss.item()));
      return new Step(values, gradients);
    }

    @Override
    public void close() {
      context.close();
      net.close();
      text.close();
      objective.close();
    }
  }
}
