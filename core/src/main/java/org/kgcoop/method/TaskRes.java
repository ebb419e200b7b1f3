package org.kgcoop.method;

import java.util.List;
import org.kgcoop.clip.Clip;
import org.kgcoop.model.FixedHead;
import org.kgcoop.model.FixedHeadModel;
import org.kgcoop.model.Head;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.settings.Declaration;
import org.kgcoop.settings.Setting;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * TaskRes: a learned residual is added to the hand-crafted feature of each class. Yu, Lu, Jin, Chen
 * and Wang, "Task Residual for Tuning Vision-Language Models", CVPR 2023; code: geekyutao/TaskRes,
 * {@code trainers/taskres.py}.
 *
 * <p>{@code logits = scale f . unit(b_c + alpha x_c)}. Here b_c is the mean over templates of the
 * raw text features of class c, which are not normalized. The residual x_c starts at 0. {@code loss
 * = cross entropy}. As published, class names keep their underscores in the texts. The enhanced
 * base is not implemented, because the recipe of its weights was not published.
 *
 * @param texts the templates; published: the data set's template, and on ImageNet also the seven
 *     templates of the ensemble
 * @param alpha the weight of the residuals; published: 0.5, and 1 on the flowers
 */
public record TaskRes(TemplateEnsemble texts, double alpha) implements TrainedMethod {
  public static final String ID = "taskres";

  public static final Declaration<Method> DECLARATION =
      Declaration.of(TaskRes.class, ID, "TaskRes")
          .trainer("TaskRes")
          .description(
              "Adds a learned residual to the text feature of each class.",
              "logits = scale f . unit(b_c + alpha x_c); loss = cross entropy")
          .published(
              "Yu, Lu, Jin, Chen and Wang, Task Residual for Tuning Vision-Language Models, CVPR"
                  + " 2023",
              "https://github.com/geekyutao/TaskRes")
          .boundBy("a residual of each class")
          .settings(
              SharedSettings.HAND_CRAFTED,
              Setting.number("alpha", 0.5, "Weight of the residuals")
                  .above(0)
                  .publishedAs("TRAINER.TaskRes.RESIDUAL_SCALE"));

  private static final String RESIDUALS = "text_feature_residuals";

  @Override
  public Defaults defaults() {
    return new Defaults(200, 256).with("optimizer", "adam");
  }

  @Override
  public TrainableModel model(FitContext context) {
    return new ResidualModel(context.clip(), context.classNames());
  }

  @Override
  public Head classifier(Clip clip, FittedMethod learned, List<String> classNames) {
    return FixedHead.Linear.of(
        clip.logitScale(),
        () ->
            classVectors(
                texts.raw(clip, classNames),
                learned.value(clip, RESIDUALS, classNames.size(), clip.config().embedDim())));
  }

  /** Returns the class features, (C, E), unit rows. */
  private Tensor classVectors(Tensor base, Tensor residuals) {
    return base.plus(residuals.times(alpha)).unitRows();
  }

  private final class ResidualModel extends FixedHeadModel {
    private final double scale;
    private final Tensor base;
    private final Tensor residuals;

    ResidualModel(Clip clip, List<String> classNames) {
      super(clip.device());
      scale = clip.logitScale();
      try (Scope scope = Scope.open("base text features")) {
        base = buffer("base_text_features", texts.raw(clip, classNames));
        residuals = parameter(RESIDUALS, Tensor.full(0, base.shape()));
      }
    }

    @Override
    protected FixedHead fixedHead() {
      return new FixedHead.Linear(classVectors(base, residuals), null, scale);
    }
  }
}
