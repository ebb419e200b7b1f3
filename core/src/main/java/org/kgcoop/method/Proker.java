package org.kgcoop.method;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.image.view.RandomResizedCrop;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.model.FixedHead;
import org.kgcoop.model.Head;
import org.kgcoop.settings.Declaration;
import org.kgcoop.settings.Setting;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * ProKeR: zero-shot CLIP combined with a kernel ridge regression of its residual ({@link
 * KernelRidge}). The method has no training. Bendou et al., "ProKeR: A Kernel Perspective on
 * Few-Shot Adaptation of Large Vision-Language Models", CVPR 2025; code: omarnust/BReg-Adapter,
 * {@code trainers/proker.py}.
 *
 * <pre>{@code
 * k(x, x') = exp(-beta (1 - x . x'))             K the kernel of the n rows, a row is a view
 * gamma = (K / lambda + I)^-1 (Y - F T')         Y one-hot labels, F T' zero-shot cosines
 * logits = scale f . t_c + weight sum_i k(f, f_i) gamma_ic
 * }</pre>
 *
 * <p>The published scores are cosines, {@code f . t_c + sum_i k(f, f_i) gamma_ic}. Multiplied by
 * CLIP's scale of 100, they equal the logits above. For a CLIP model with another scale, the weight
 * keeps the strength of the correction in the softmax.
 *
 * <p>The selected beta and lambda have the most correct predictions; among equal ones, they have
 * the smallest cross-entropy. The predictions are for the validation images, or for the few-shot
 * sample, in which each image is left out in turn with all of its views. The grid of beta is in
 * units of 1 / d. Here d is the median of 1 - cos over pairs of images, which depends on the image
 * encoder. If most classes have a single image, beta and lambda have the values published for this
 * number of shots.
 *
 * <p>A search decomposes matrices of n rows. Beyond 2,500 rows ({@code searched}) it uses a part of
 * the images: the first ones of each class, with all their views. If two images of each class do
 * not fit, it uses fewer views, and then fewer classes. The final regression uses all rows.
 *
 * <p>There are three differences from the published code. It has a different grid for each data
 * set. Among equal candidates, it takes the first one instead of comparing the loss. In this
 * implementation, a class without images keeps its zero-shot logit.
 *
 * @param templates the templates of the class features
 * @param views the number of random views per image, published: 10; 0 uses only the test view
 * @param crop the crop of the views
 * @param beta the sharpness of the kernel; empty if it is not selected yet
 * @param lambda the ridge; empty if it is not selected yet
 * @param weight the weight of the correction in the logits
 * @param search the images that beta and lambda are selected with
 * @param searched the maximum number of rows for a search
 */
public record Proker(
    List<String> templates,
    int views,
    RandomResizedCrop crop,
    OptionalDouble beta,
    OptionalDouble lambda,
    double weight,
    SelectionData search,
    int searched)
    implements KernelMethod {
  public static final String ID = "proker";

  public static final Declaration<Method> DECLARATION =
      Declaration.of(Proker.class, ID, "ProKeR")
          .description(
              "Zero-shot CLIP and a kernel ridge regression of its errors; nothing is trained.",
              "logits = scale f . t_c + weight sum_i exp(-beta (1 - f . f_i)) gamma_ic;"
                  + " gamma = (K / lambda + I)^-1 (Y - F T')")
          .published(
              "Bendou et al., ProKeR: A Kernel Perspective on Few-Shot Adaptation of Large"
                  + " Vision-Language Models, CVPR 2025",
              "https://github.com/omarnust/BReg-Adapter")
          .boundBy("a kernel of images")
          .settings(
              SharedSettings.TEMPLATES,
              SharedSettings.views("Random views of each image, which count as images"),
              CacheSettings.CROP_SCALE,
              SharedSettings.chosen("beta", "Sharpness of the kernel"),
              SharedSettings.chosen("lambda", "Ridge of the regression"),
              Setting.number("weight", 100, "Weight of the correction; 100 is the scale of CLIP")
                  .atLeast(0),
              SelectionData.setting(
                  "The images that choose beta and lambda; folds: the shots, each left out in turn;"
                      + " none: those published for the number of shots"),
              Setting.whole(
                      "searched",
                      2_500,
                      "Maximum views that choose beta and lambda; if there are more, a part of the images does")
                  .atLeast(2));

  /**
   * Grid of d beta, with d the median of 1 - cos. The published grid is 0.01 to 10 for beta itself.
   * With the embedded CLIP, d is 0.3 to 0.8, and the best values of beta are 0.5 to 12.
   */
  static final double[] BETAS = {0.2, 0.35, 0.6, 1, 1.7, 3, 5, 10};

  static final double[] LAMBDAS = {0.001, 0.003, 0.01, 0.03, 0.05, 0.1, 0.2, 0.4, 1, 3};

  /**
   * Published beta and lambda per number of images per class, for the mode without validation
   * images.
   */
  static final NavigableMap<Integer, Point> PUBLISHED =
      new TreeMap<>(
          Map.of(
              1, new Point(3, 0.05),
              2, new Point(2.6, 0.05),
              4, new Point(1.5, 0.05),
              8, new Point(1.66, 0.07),
              16, new Point(1.7, 0.1)));

  /** Maximum number of rows; their kernel takes 0.8 GB. */
  public static final int MAX_ROWS = 10_000;

  /** Point of the grid. */
  record Point(double beta, double lambda) {}

  @Override
  public int rowsPerImage() {
    return Math.max(1, views);
  }

  @Override
  public FittedMethod fit(FitContext context) {
    try (Scope scope = Scope.open("ProKeR");
        Autograd.Switch off = Autograd.off()) {
      LabeledViews rows = context.views(views, CacheSettings.recipe(crop));
      Tensor features = rows.rows();
      if (features.size(0) > MAX_ROWS) {
        throw KgCoopException.configuration(
            "%s: ProKeR has %s rows, %s images of %s views; expected at most %s: give fewer --shots or --set proker.views=0"
                .formatted(
                    context.task().dataSet(),
                    features.size(0),
                    rows.labels().size(),
                    rows.count(),
                    MAX_ROWS));
      }
      Tensor texts = texts(context.clip(), context.classNames());
      Point found =
          beta.isPresent() && lambda.isPresent()
              ? new Point(beta.getAsDouble(), lambda.getAsDouble())
              : chosen(context, rows, texts);
      KernelRidge ridge = new KernelRidge(features, texts, rows.rowLabels(), found.beta);
      Tensor coefficients = ridge.coefficients(found.lambda).times(weight).to(DType.FLOAT32);
      return new FittedMethod(
          with(SettingValues.of("beta", found.beta).with("lambda", found.lambda)),
          context.classNames(),
          StoredTensor.of(ROWS, features),
          StoredTensor.of(COEFFICIENTS, coefficients));
    }
  }

  private Point chosen(FitContext context, LabeledViews all, Tensor texts) {
    int views = searchedViews(all, context.classNames().size());
    int[] images = all.evenly(searched / views);
    boolean isPart = views < all.count() || images.length < all.labels().size();
    LabeledViews rows = isPart ? all.part(views, images) : all;
    List<Integer> groups =
        context.groups().isEmpty()
            ? List.of()
            : Arrays.stream(images).mapToObj(context.groups()::get).toList();
    Tensor features = rows.rows();
    int[] labels = rows.rowLabels();
    double scale = context.clip().logitScale();
    double[] lambdas = lambda.isPresent() ? new double[] {lambda.getAsDouble()} : LAMBDAS;
    double[] betas = beta.isPresent() ? new double[] {beta.getAsDouble()} : betas(all);
    Optional<LabeledFeatures> validation = search.validation(context);
    int[] together = rows.leftOutTogether(groups);
    BiFunction<KernelRidge, Double, Tensor> heldOut =
        (ridge, tried) -> {
          context.checkInterrupted(); // for each point of the grid
          double share = weight * tried / scale;
          return (validation.isPresent()
                  ? ridge.scores(validation.get().features(), tried, share)
                  : ridge.leaveOneOut(together, tried, share))
              .times(scale);
        };
    LeaveOneOut scores =
        validation.isEmpty()
                && (search == SelectionData.NONE || !new Folds(rows.labels(), groups).holdMost())
            ? LeaveOneOut.NONE
            : KernelRidge.search(
                tried -> new KernelRidge(features, texts, labels, tried),
                betas,
                lambdas,
                heldOut,
                validation.map(LabeledFeatures::labelArray).orElse(labels));
    SelectionData by = validation.isPresent() ? SelectionData.VALIDATION : SelectionData.FOLDS;
    OptionalInt best = scores.best();
    Point point =
        best.isPresent()
            ? new Point(
                betas[best.getAsInt() / lambdas.length], lambdas[best.getAsInt() % lambdas.length])
            : published(all.labels().size() / (double) context.classNames().size());
    context.chosen("beta", point.beta);
    context.chosen("lambda", point.lambda);
    context.chosen(
        SelectionData.BY, best.isEmpty() ? SelectionData.DEFAULT : isPart ? by.ofPart() : by.id());
    return point;
  }

  /**
   * Returns the number of views per image for a search: all, or as many as fit with two images per
   * class.
   */
  private int searchedViews(LabeledViews rows, int classes) {
    int images = Math.min(rows.labels().size(), 2 * classes);
    return Math.max(1, Math.min(rows.count(), searched / images));
  }

  /** Returns the values of beta to try. */
  private static double[] betas(LabeledViews rows) {
    int images = rows.labels().size();
    if (images < 2) {
      return BETAS;
    }
    double distance = KernelRidge.medianDistance(rows.rows().narrow(0, 0, images));
    // The bound is for nearly equal images.
    return Arrays.stream(BETAS).map(each -> each / Math.max(distance, 0.01)).toArray();
  }

  /**
   * Returns the published settings for a number of images per class. Settings that are given take
   * precedence.
   */
  private Point published(double images) {
    int shots = Math.max(PUBLISHED.firstKey(), (int) Math.round(images));
    Point point = PUBLISHED.floorEntry(shots).getValue();
    return new Point(beta.orElse(point.beta), lambda.orElse(point.lambda));
  }

  @Override
  public Head classifier(Clip clip, FittedMethod learned, List<String> classNames) {
    return FixedHead.copyOf(
        () ->
            new FixedHead.Sum(
                List.of(
                    new FixedHead.Linear(texts(clip, classNames), null, clip.logitScale()),
                    KernelMethod.scores(clip, learned, classNames.size(), beta.orElse(1)))));
  }
}
