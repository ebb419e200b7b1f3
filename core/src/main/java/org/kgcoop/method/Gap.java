package org.kgcoop.method;

import java.util.Arrays;
import java.util.List;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.model.FixedHead;
import org.kgcoop.model.Head;
import org.kgcoop.settings.Declaration;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * The geometric mean of a kernel ridge regression and of prototypes that are shifted by the gap
 * between texts and images. It has no training and searches no setting, so it works with one image
 * per class. It is the classifier of {@code label}; {@link GapHead} has the formulas. The
 * combination is unpublished.
 *
 * <pre>{@code
 * logits = 0.5 log max(softmax(scale f . T_c) + sum_i k(f, f_i) a_ic, 0.0001) + 25 f . P_c
 * }</pre>
 *
 * @param templates the templates of the class features
 */
public record Gap(List<String> templates) implements KernelMethod {
  public static final String ID = "gap";

  /** Maximum number of images. Their regression takes n^3 / 3 operations on one core. */
  static final int MAX_IMAGES = 5_000;

  public static final Declaration<Method> DECLARATION =
      Declaration.of(Gap.class, ID, "Gap (unpublished)")
          .description(
              "Mean of a kernel ridge regression and of prototypes shifted from texts to images.",
              "logits = 0.5 log max(softmax(scale f . t_c) + sum_i k(f, f_i) a_ic, 0.0001)"
                  + " + 25 f . p_c")
          .published(
              "The regression: Bendou et al., ProKeR: A Kernel Perspective on Few-Shot Adaptation of"
                  + " Large Vision-Language Models, CVPR 2025; the combination is unpublished",
              "https://github.com/omarnust/BReg-Adapter")
          .boundBy("a kernel of images")
          .settings(SharedSettings.TEMPLATES);

  private static final String PROTOTYPES = "prototypes";
  private static final String SHARPNESS = "beta";

  @Override
  public FittedMethod fit(FitContext context) {
    try (Scope scope = Scope.open("gap");
        Autograd.Switch off = Autograd.off()) {
      LabeledFeatures train = context.train();
      Tensor features = train.features();
      if (features.size(0) > MAX_IMAGES) {
        throw KgCoopException.configuration(
            "%s: gap has %s images; expected at most %s: give fewer --shots"
                .formatted(context.task().dataSet(), features.size(0), MAX_IMAGES));
      }
      double distance = GapHead.distance(features);
      try (GapHead head =
          new GapHead(
              features.narrow(0, 0, 1).copy(),
              texts(context.clip(), context.classNames()).toDoubleRows(),
              context.clip().logitScale(),
              distance)) {
        GapHead.Fit fit = head.fit(features.toDoubleRows(), train.labelArray());
        int classes = context.classNames().size();
        return new FittedMethod(
            this,
            context.classNames(),
            StoredTensor.of(ROWS, features),
            StoredTensor.of(COEFFICIENTS, columns(fit.coefficients(), classes)),
            StoredTensor.of(PROTOTYPES, columns(fit.prototypes(), fit.prototypes()[0].length)),
            StoredTensor.ofFloats(SHARPNESS, new long[] {1}, (float) (GapHead.BETA / distance)));
      }
    }
  }

  /** Returns the first columns of a matrix. */
  private static Tensor columns(double[][] matrix, int columns) {
    double[] values =
        Arrays.stream(matrix).flatMapToDouble(row -> Arrays.stream(row, 0, columns)).toArray();
    return Tensor.of(values, matrix.length, columns).to(DType.FLOAT32);
  }

  @Override
  public Head classifier(Clip clip, FittedMethod learned, List<String> classNames) {
    try (Scope scope = Scope.open("gap");
        Autograd.Switch off = Autograd.off()) {
      int width = clip.config().embedDim();
      Tensor prototypes = learned.value(clip, PROTOTYPES, classNames.size(), width);
      double beta = learned.value(clip, SHARPNESS, 1).item();
      return new FixedHead.Sum(
              List.of(
                  new FixedHead.LogScores(
                      new FixedHead.Linear(texts(clip, classNames), null, clip.logitScale()),
                      KernelMethod.scores(clip, learned, classNames.size(), beta),
                      GapHead.MIN_PROBABILITY,
                      0.5,
                      null),
                  new FixedHead.Linear(prototypes, null, GapHead.SHARPNESS / 2)))
          .copy();
    }
  }
}
