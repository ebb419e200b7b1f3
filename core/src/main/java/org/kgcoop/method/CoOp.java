package org.kgcoop.method;

import java.util.List;
import org.kgcoop.clip.Clip;
import org.kgcoop.model.Losses;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.prompt.ContextModel;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.settings.Declaration;
import org.kgcoop.tensor.Functions;

/**
 * CoOp: the words around the class name are replaced by learned context vectors. Zhou et al.,
 * "Learning to Prompt for Vision-Language Models", IJCV 2022; code: KaiyangZhou/CoOp, {@code
 * trainers/coop.py}.
 *
 * <p>{@code loss = mean_b -log softmax(scale f_b . t)[y_b]}. Only {@code ctx} is trained. The
 * published code computes in float16 without loss scaling; this implementation computes in float32.
 *
 * @param context the context settings; published for base-to-new: 4 vectors from "a photo of a"
 */
public record CoOp(ContextSettings context) implements PromptMethod {
  public static final String ID = "coop";

  public static final Declaration<Method> DECLARATION =
      Declaration.of(CoOp.class, ID, "CoOp")
          .prompts("textual")
          .trainer("CoOp")
          .description(
              "Replaces the words around the class name with learned vectors.",
              "loss = cross entropy of exp(logit_scale) f . t_c(vectors)")
          .published(
              "Zhou et al., Learning to Prompt for Vision-Language Models, IJCV 2022",
              "https://github.com/KaiyangZhou/CoOp")
          .settings(SharedSettings.context());

  @Override
  public Defaults defaults() {
    return new Defaults(200, 32);
  }

  @Override
  public TrainableModel model(Clip clip, List<String> classNames, long seed) {
    return new ContextModel(
        clip,
        classNames,
        context,
        seed,
        (classFeatures, logits, batch) ->
            Losses.of(Functions.crossEntropy(logits, batch.labels())));
  }
}
