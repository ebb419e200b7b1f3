package org.kgcoop.method;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.prompt.Batch;
import org.kgcoop.prompt.ClassFeatures;
import org.kgcoop.prompt.ContextLearner;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.prompt.Learner;
import org.kgcoop.prompt.Templates;
import org.kgcoop.prompt.TextFeatures;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Tensor;

/**
 * KgCoOp: CoOp whose class features stay close to those of the hand-crafted prompt, so that classes
 * never seen in training still work. Yao, Zhang and Xu, "Visual-Language Prompt Tuning with
 * Knowledge-guided Context Optimization", CVPR 2023; code: htyao89/KgCoOp, {@code
 * trainers/kgcoop.py}.
 *
 * <p>{@code loss = cross entropy + weight (1 - mean_c cos(t_c, t_c^clip))}, where t_c is the
 * learned and t_c^clip the hand-crafted feature of class c. The paper writes the second term as a
 * squared distance, which on unit vectors is twice this one: its lambda is half of the weight here.
 *
 * @param context published: 4 vectors from "a photo of a", class name at the end
 * @param template of the hand-crafted features
 * @param weight of the knowledge term; the published runs have 8
 * @param weightAtScale the logit scale that the weight is meant for, so that a model of another
 *     scale takes it in proportion; or 0 where every model takes it as it is, as published
 */
public record KgCoOp(ContextSettings context, String template, double weight, double weightAtScale)
    implements PromptMethod {
  public static final String ID = "kgcoop";
  public static final double DEFAULT_WEIGHT = 8;

  /** A weight that every model takes as it is. */
  public KgCoOp(ContextSettings context, String template, double weight) {
    this(context, template, weight, 0);
  }

  public KgCoOp {
    Templates.check(template);
    if (!(weightAtScale >= 0) || Double.isInfinite(weightAtScale)) {
      throw KgCoopException.configuration(
          "KgCoOp's weight_at_scale: expected a scale, or 0, got " + weightAtScale);
    }
    if (!(weight >= 0) || Double.isInfinite(weight)) {
      throw KgCoopException.configuration("KgCoOp's weight: expected at least 0, got " + weight);
    }
  }

  /** The same with another weight. */
  KgCoOp with(double other) {
    return new KgCoOp(context, template, other, weightAtScale);
  }

  @Override
  public String id() {
    return ID;
  }

  @Override
  public String title() {
    return "KgCoOp";
  }

  @Override
  public String prompts() {
    return "textual";
  }

  @Override
  public Defaults defaults() {
    return new Defaults(100, 128);
  }

  @Override
  public Learner learner(Clip clip, List<String> classNames, long seed) {
    ClassFeatures handCrafted =
        ClassFeatures.of(
            clip.logitScale(), () -> TextFeatures.handCrafted(clip, classNames, template));
    double factor = weightAtScale == 0 ? 1 : clip.logitScale() / weightAtScale;
    return new ContextLearner(
        clip, classNames, context, seed, new Objective(handCrafted, factor * weight));
  }

  /**
   * The loss, which is TCP's too.
   *
   * @param handCrafted t^clip, (C, E)
   */
  record Objective(ClassFeatures handCrafted, double weight) implements ContextLearner.Objective {

    @Override
    public ContextLearner.Losses losses(Tensor classFeatures, Tensor logits, Batch batch) {
      Tensor crossEntropy = Functions.crossEntropy(logits, batch.labels());
      Tensor cosines = // (C)
          classFeatures.times(handCrafted.features()).sum(1);
      Tensor knowledge = cosines.mean().times(-1).plus(1);
      Tensor loss = crossEntropy.plus(knowledge.times(weight));
      Map<String, Tensor> told = new LinkedHashMap<>();
      told.put("loss", loss);
      told.put("cross_entropy", crossEntropy);
      told.put("knowledge", knowledge);
      return new ContextLearner.Losses(told, List.of(loss));
    }

    @Override
    public void close() {
      handCrafted.close();
    }
  }

  @Override
  public ObjectNode toJson() {
    ObjectNode json = context.json(ID).put("template", template).put("weight", weight);
    return weightAtScale == 0 ? json : json.put("weight_at_scale", weightAtScale);
  }
}
