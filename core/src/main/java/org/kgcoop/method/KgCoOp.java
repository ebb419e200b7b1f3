package org.kgcoop.method;

import java.util.List;
import java.util.Optional;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.model.Batch;
import org.kgcoop.model.FixedHead;
import org.kgcoop.model.Head;
import org.kgcoop.model.Losses;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.prompt.ContextModel;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.prompt.TextFeatures;
import org.kgcoop.settings.Declaration;
import org.kgcoop.settings.Setting;
import org.kgcoop.settings.SettingList;
import org.kgcoop.settings.SettingType;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Tensor;

/**
 * KgCoOp: CoOp with class features that stay close to those of the hand-crafted prompt, so that the
 * prompt still works for classes without training images. Yao, Zhang and Xu, "Visual-Language
 * Prompt Tuning with Knowledge-guided Context Optimization", CVPR 2023; code: htyao89/KgCoOp,
 * {@code trainers/kgcoop.py}.
 *
 * <p>{@code loss = cross entropy + weight (1 - mean_c cos(t_c, t_c^clip))}. Here t_c is the learned
 * feature of class c, and t_c^clip is its hand-crafted feature. The paper writes the second term as
 * a squared distance, which is twice this term for unit vectors. The lambda of the paper is
 * therefore half of this weight.
 *
 * @param context the context settings; published: 4 vectors from "a photo of a", class name at the
 *     end
 * @param template the template of the hand-crafted features
 * @param weight the weight of the knowledge term; published: 8
 * @param weightAtScale the logit scale that the weight applies to; for a model with another scale
 *     the weight is scaled in proportion. With 0, every model uses the weight unchanged, as
 *     published
 */
public record KgCoOp(ContextSettings context, String template, double weight, double weightAtScale)
    implements PromptMethod {
  public static final String ID = "kgcoop";
  public static final double DEFAULT_WEIGHT = 8;

  private static final Setting<Double> WEIGHT =
      Setting.of(
              "weight",
              SettingType.NUMBER.called("number or auto"),
              DEFAULT_WEIGHT,
              "Factor of the loss that keeps text features close to the hand-crafted prompt, as in the"
                  + " published code: twice the lambda of the paper. Published: 8 for all data sets."
                  + " auto: chosen on the base classes")
          .atLeast(0)
          .publishedAs("TRAINER.COOP.W");

  private static final SettingList<KgCoOp> STORED =
      SettingList.of(
          KgCoOp.class,
          SharedSettings.context(),
          SharedSettings.TEMPLATE,
          WEIGHT,
          Setting.number(
                  "weight_at_scale",
                  0,
                  "The logit scale that the weight is meant for; 0: every model takes it as it is")
              .atLeast(0)
              .omittingDefault());

  public static final Declaration<Method> DECLARATION =
      Declaration.of(KgCoOp.class, ID, "KgCoOp")
          .prompts("textual")
          .trainer("KgCoOp")
          .description(
              "CoOp whose class features stay close to those of the hand-crafted prompt.",
              "loss = cross entropy + weight (1 - mean_c cos(t_c, t_c^clip))")
          .published(
              "Yao, Zhang and Xu, Visual-Language Prompt Tuning with Knowledge-guided Context"
                  + " Optimization, CVPR 2023",
              "https://github.com/htyao89/KgCoOp")
          .settings(STORED, List.of(AutoWeight.GRID), KgCoOp::of);

  private static Method of(SettingValues values) {
    return values.text(WEIGHT.key()).equals(AutoWeight.AUTO)
        ? new AutoWeight(STORED.read(values.without(WEIGHT.key())), values.get(AutoWeight.GRID))
        : STORED.read(values);
  }

  @Override
  public Defaults defaults() {
    return new Defaults(100, 128);
  }

  @Override
  public TrainableModel model(Clip clip, List<String> classNames, long seed) {
    FixedHead.Linear handCrafted =
        FixedHead.Linear.of(
            clip.logitScale(), () -> TextFeatures.handCrafted(clip, classNames, template));
    double factor = weightAtScale == 0 ? 1 : clip.logitScale() / weightAtScale;
    return new ContextModel(
        clip, classNames, context, seed, new Objective(handCrafted, factor * weight));
  }

  /**
   * Loss of KgCoOp, which TCP also uses.
   *
   * @param handCrafted t^clip, (C, E)
   * @param weight the weight of the knowledge term
   */
  record Objective(FixedHead.Linear handCrafted, double weight) implements ContextModel.Objective {

    @Override
    public Losses losses(Tensor classFeatures, Tensor logits, Batch batch) {
      Tensor crossEntropy = Functions.crossEntropy(logits, batch.labels());
      Tensor cosines = classFeatures.times(handCrafted.weight()).sum(1); // (C)
      Tensor knowledge = cosines.mean().times(-1).plus(1);
      return Losses.of(crossEntropy.plus(knowledge.times(weight)))
          .and("cross_entropy", crossEntropy)
          .and("knowledge", knowledge);
    }

    @Override
    public void close() {
      handCrafted.close();
    }
  }

  /**
   * KgCoOp with a weight that is selected by a search among the classes to learn.
   *
   * @param method the method; its weight is ignored
   * @param grid the weights to try
   */
  public record AutoWeight(KgCoOp method, List<Double> grid) implements Method {
    /** Value of {@code weight} that requests the search. */
    public static final String AUTO = "auto";

    /**
     * Minimum number of classes. The search hides half of the classes at a time, and accuracy on a
     * single class is meaningless.
     */
    private static final int FEWEST_CLASSES = 4;

    static final Setting<List<Double>> GRID =
        Setting.of(
                "weight_grid",
                SettingType.NUMBERS,
                List.of(0.0, 1.0, 2.0, 4.0, 8.0, 16.0),
                "The weights that auto tries")
            .allowing(
                "at least one weight, none below 0",
                grid -> !grid.isEmpty() && grid.stream().allMatch(weight -> weight >= 0));

    /** Returns the method with the given weight. */
    private KgCoOp with(double weight) {
      return new KgCoOp(method.context, method.template, weight, method.weightAtScale);
    }

    @Override
    public Declaration<Method> declaration() {
      return DECLARATION;
    }

    @Override
    public Fit.Training fit(FitContext context) {
      double weight = context.bestWeight(grid, this::with);
      context.chosen("weight", weight);
      SelectionData by =
          context.validation().isPresent() ? SelectionData.VALIDATION : SelectionData.FOLDS;
      context.chosen(SelectionData.BY, by.id());
      return with(weight).fit(context);
    }

    @Override
    public Optional<String> closedClassReason() {
      return method.closedClassReason();
    }

    @Override
    public void check(TaskContext task, int classes, boolean validation) {
      if (classes < FEWEST_CLASSES) {
        throw KgCoopException.configuration(
            "%s: KgCoOp's weight cannot be found among %s classes, at least %s are needed; give it with --set weight=8"
                .formatted(task.dataSet(), classes, FEWEST_CLASSES));
      }
      if (task.shots() == 1 && !validation) {
        throw KgCoopException.configuration(
            "%s: to find KgCoOp's weight takes validation images or two shots; give it with --set weight=8"
                .formatted(task.dataSet()));
      }
    }

    @Override
    public Head classifier(Clip clip, FittedMethod learned, List<String> classNames) {
      return method.classifier(clip, learned, classNames);
    }

    @Override
    public Optional<TrainedMethod> trained() {
      return Optional.of(method);
    }

    @Override
    public SettingValues settingValues() {
      return method.settingValues().with(WEIGHT.key(), AUTO).with(GRID.key(), grid);
    }
  }
}
