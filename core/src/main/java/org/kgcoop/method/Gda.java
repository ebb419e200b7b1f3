package org.kgcoop.method;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.kgcoop.clip.Clip;
import org.kgcoop.image.view.RandomResizedCrop;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.model.FixedHead;
import org.kgcoop.model.Head;
import org.kgcoop.settings.Declaration;
import org.kgcoop.settings.Setting;
import org.kgcoop.settings.SettingList;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * GDA: zero-shot CLIP combined with Gaussian class densities that share one covariance. The method
 * has no training. Wang et al., "A Hard-to-Beat Baseline for Training-free CLIP-based Adaptation",
 * ICLR 2024; code: mrflogs/ICLR24, {@code main_few_shots.py} and {@code main_base2new.py}.
 *
 * <pre>{@code
 * S = sum over rows of (f - m_y)(f - m_y)'       m_c the mean of the n_c rows of class c
 * P = E (S + tr(S) / (n - 1) I)^-1               a row is a view of an image; P = 0 if S = 0
 * w_c = P m_c,  b_c = log(1 / C) - m_c' P m_c / 2
 * logits = scale f . t_c + alpha (f . w_c + b_c),  alpha = weight (n - 1) / E
 * }</pre>
 *
 * <p>The weight is the factor of the log-density of a class: 0 is zero-shot CLIP, and 1 is Bayes'
 * rule. Unlike alpha, it does not depend on the number of shots. The selected weight has the most
 * correct predictions; among equal ones, it has the smallest cross-entropy. The predictions are for
 * the validation images, or for the few-shot sample, in which each image is left out in turn with
 * all of its views. If every class has only one image, no selection is possible. The weight then
 * corresponds to alpha = 0.001, the published value for one shot; with only the test view, it is 0.
 *
 * <p>A new class has no images, only its text feature t. The mean m_c is then the mean of the k
 * rows with the largest f . t and of some copies of t. With {@code pooled} precision, P is the
 * precision of the learned classes. With {@code separate} precision, as published for base-to-new,
 * the learned classes use {@code P = pinv(mean of the classes' covariances)} and {@code alpha =
 * weight}. A list of only new classes uses the mean of {@code E (S_t + tr(S_t) / (k - 1) I)^-1} and
 * the same alpha; S_t is the scatter of the k rows around t. With {@code separate} precision,
 * validation images select the weight. Without them it is 0.1, the most frequent published value.
 *
 * <p>The published code does not compare learned and new classes. In a list with both kinds, this
 * implementation uses the pooled precision for all, and no copies of t: texts are far from all
 * images, so that no image would belong to a new class. {@link JointWeight} selects the weight of
 * such a list, at most the weight of the learned classes.
 *
 * <p>There are two differences from the published code. The logit scale is the model's own instead
 * of 100. On ImageNet, the published code selects alpha with the labels of test images; this
 * implementation does not.
 *
 * @param templates the templates of the class features
 * @param views the number of random views per image, published: 10; 0 uses only the test view
 * @param crop the crop of the views
 * @param weight the weight of the Gaussians; empty if it is not selected yet
 * @param search the images that the weight is selected with
 * @param precision the precision of learned and new classes
 * @param newClasses the images that a new class gets
 */
public record Gda(
    List<String> templates,
    int views,
    RandomResizedCrop crop,
    OptionalDouble weight,
    SelectionData search,
    Precision precision,
    NewClasses newClasses)
    implements Method {
  public static final String ID = "gda";

  /**
   * The rows that stand for the images of a new class.
   *
   * @param neighbors k, published: 64
   * @param copies the number of copies of the text, published: 16
   */
  public record NewClasses(int neighbors, int copies) {}

  /** Precision matrices of learned and of new classes. */
  public enum Precision {
    /** Single matrix for all classes, so that they can be in one list. */
    POOLED,
    /** Separate matrices for learned and new classes, as published for base-to-new. */
    SEPARATE
  }

  public static final Declaration<Method> DECLARATION =
      Declaration.of(Gda.class, ID, "GDA")
          .description(
              "Zero-shot CLIP and Gaussians of the classes with one covariance; nothing is trained.",
              "logits = scale f . t_c + weight (n - 1) / E (f . P m_c - m_c' P m_c / 2);"
                  + " P = E (S + tr(S) / (n - 1) I)^-1")
          .published(
              "Wang et al., A Hard-to-Beat Baseline for Training-free CLIP-based Adaptation, ICLR"
                  + " 2024",
              "https://github.com/mrflogs/ICLR24")
          .settings(
              SharedSettings.TEMPLATES,
              SharedSettings.views("Random views of each image, which count as images"),
              CacheSettings.CROP_SCALE,
              SharedSettings.chosen("weight", "Weight of the log-density of a class")
                  .allowing("at least 0", weight -> weight.orElse(0) >= 0),
              SelectionData.setting(
                  "The images that choose the weight; folds: the shots, each left out in turn"),
              Setting.choice(
                  "precision",
                  Precision.POOLED,
                  "pooled: one for all classes; separate: learned and new classes have their own, as"
                      + " published for base-to-new"),
              SettingList.of(
                  NewClasses.class,
                  Setting.whole(
                          "neighbors",
                          GaussianDiscriminant.NEIGHBORS,
                          "Views near the text of a new class that stand for its images")
                      .atLeast(1),
                  Setting.whole(
                          "copies",
                          GaussianDiscriminant.COPIES,
                          "How many views the text of a new class counts for")
                      .atLeast(0)));

  /** The grid of weights. */
  static final List<Double> GRID =
      List.of(0.0, 1e-4, 3e-4, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0);

  private static final double ALPHA_OF_ONE_SHOT = 0.001;
  private static final double WEIGHT_OF_SEPARATE = 0.1;

  private static final String WEIGHTS = "weight";
  private static final String BIAS = "bias";
  private static final String ROWS = "features";

  @Override
  public FittedMethod fit(FitContext context) {
    try (Scope scope = Scope.open("GDA");
        Autograd.Switch off = Autograd.off()) {
      LabeledViews rows = context.views(views, CacheSettings.recipe(crop));
      Tensor features = rows.rows();
      int[] labels = rows.rowLabels();
      boolean pooled = precision == Precision.POOLED;
      GaussianDiscriminant gaussians =
          new GaussianDiscriminant(features, labels, context.classNames().size());
      GaussianDiscriminant.LogDensities head =
          pooled ? gaussians.pooled() : gaussians.meanOfCovariances();
      double found =
          weight.isPresent() ? weight.getAsDouble() : chosen(context, gaussians, head, rows);
      double alpha = pooled ? found * alpha(rows, rows.labels().size()) : found;
      return new FittedMethod(
          with(SettingValues.of("weight", found)),
          context.classNames(),
          StoredTensor.of(WEIGHTS, scaled(head.weights(), alpha)),
          StoredTensor.of(BIAS, scaled(head.bias().reshape(-1), alpha)),
          StoredTensor.of(ROWS, features),
          KeyCache.storedLabels(labels));
    }
  }

  private static Tensor scaled(Tensor values, double alpha) {
    return values.times(alpha).to(DType.FLOAT32);
  }

  /**
   * Returns the alpha that corresponds to a weight of 1 for the given number of images: (n - 1) /
   * E.
   */
  private static double alpha(LabeledViews rows, int images) {
    return (double) (images * rows.count() - 1) / rows.width();
  }

  private double chosen(
      FitContext context,
      GaussianDiscriminant gaussians,
      GaussianDiscriminant.LogDensities head,
      LabeledViews rows) {
    boolean pooled = precision == Precision.POOLED;
    Tensor texts = texts(context.clip(), context.classNames());
    double scale = context.clip().logitScale();
    int images = rows.labels().size();
    Optional<LabeledFeatures> validation = search.validation(context);
    LeaveOneOut scores = LeaveOneOut.NONE;
    if (validation.isPresent()) {
      double[] alphas = alphas(pooled ? alpha(rows, images) : 1);
      scores = head.scores(validation.get(), texts, scale, alphas);
    } else if (pooled && search != SelectionData.NONE) {
      scores =
          new GaussianLeaveOneOut(gaussians, rows.leftOutTogether(context.groups()))
              .search(texts, scale, alphas(alpha(rows, images - 1)), context::checkInterrupted);
    }
    OptionalInt best = scores.best();
    double found = best.isPresent() ? GRID.get(best.getAsInt()) : unchosen(rows);
    context.chosen("weight", found);
    context.chosen(
        SelectionData.BY,
        best.isEmpty()
            ? SelectionData.DEFAULT
            : (validation.isPresent() ? SelectionData.VALIDATION : SelectionData.FOLDS).id());
    return found;
  }

  /** Returns the default weight, for data that do not allow a selection. */
  private double unchosen(LabeledViews rows) {
    if (precision == Precision.SEPARATE) {
      return WEIGHT_OF_SEPARATE;
    }
    return rows.count() == 1 ? 0 : ALPHA_OF_ONE_SHOT / alpha(rows, rows.labels().size());
  }

  /** Returns the grid as values of alpha. */
  private static double[] alphas(double single) {
    return GRID.stream().mapToDouble(each -> each * single).toArray();
  }

  private Tensor texts(Clip clip, List<String> classNames) {
    return new ZeroShot(templates).classFeatures(clip, classNames);
  }

  /** Returns one linear head that combines the Gaussians and the texts. */
  @Override
  public Head classifier(Clip clip, FittedMethod learned, List<String> classNames) {
    try (Scope scope = Scope.open("GDA");
        Autograd.Switch off = Autograd.off()) {
      Tensor texts = texts(clip, classNames);
      ClassIndices places = ClassIndices.of(learnedNames(learned), classNames);
      FixedHead.Linear gaussians =
          places.firstUnknown().isEmpty()
              ? ofLearned(clip, learned, places)
              : ofNew(clip, learned, places, texts);
      Tensor weights = gaussians.weight().plus(texts.times(clip.logitScale()));
      return new FixedHead.Linear(weights, gaussians.bias(), 1).copy();
    }
  }

  private static FixedHead.Linear ofLearned(Clip clip, FittedMethod learned, ClassIndices places) {
    int classes = learnedNames(learned).size();
    Tensor weights = learned.value(clip, WEIGHTS, classes, clip.config().embedDim());
    return new FixedHead.Linear(weights, learned.value(clip, BIAS, classes), 1)
        .select(places.index());
  }

  /**
   * Returns the Gaussians of a list of classes that contains new classes, in the order of the list.
   */
  private FixedHead.Linear ofNew(
      Clip clip, FittedMethod learned, ClassIndices places, Tensor texts) {
    LabeledFeatures rows = KeyCache.images(clip, learned, ROWS);
    int classes = learnedNames(learned).size();
    GaussianDiscriminant gaussians =
        new GaussianDiscriminant(rows.features(), rows.labelArray(), classes);
    int[] unknown = places.unknown();
    boolean alone = unknown.length == texts.size(0);
    boolean pooled = precision == Precision.POOLED || !alone;
    Tensor unknownTexts = texts.indexSelect(0, Tensor.indices(unknown));
    int copies = alone ? newClasses.copies : 0;
    GaussianDiscriminant.LogDensities head =
        gaussians.newClasses(unknownTexts, newClasses.neighbors, copies, pooled);
    if (!alone) {
      head =
          GaussianDiscriminant.joined(gaussians.pooled(), head)
              .select(Tensor.indices(places.places(classes)));
    }
    double found = alone ? weight.orElse(0) : jointWeight(clip, learned, rows);
    double alpha = pooled ? found * (rows.labels().size() - 1) / clip.config().embedDim() : found;
    return new FixedHead.Linear(
        scaled(head.weights(), alpha), scaled(head.bias().reshape(-1), alpha), 1);
  }

  /**
   * Returns the names of the classes with images. The list of a classifier can continue with names
   * without images.
   */
  private static List<String> learnedNames(FittedMethod learned) {
    StoredTensor weights = learned.tensors().get(WEIGHTS);
    List<String> names = learned.classNames();
    return weights == null
        ? names
        : names.subList(0, (int) Math.min(names.size(), weights.shape()[0]));
  }

  /** Returns the weight for a list of learned and new classes. */
  private double jointWeight(Clip clip, FittedMethod learned, LabeledFeatures rows) {
    double most = weight.orElse(0);
    List<Double> weights =
        Stream.concat(GRID.stream().filter(each -> each < most), Stream.of(most)).toList();
    int images = rows.labels().size() / Math.max(1, views);
    int[] imageOfRow = IntStream.range(0, rows.labels().size()).map(r -> r % images).toArray();
    return new JointWeight(
            rows.features(),
            rows.labelArray(),
            imageOfRow,
            texts(clip, learnedNames(learned)),
            clip.logitScale(),
            newClasses.neighbors)
        .best(weights)
        .orElse(most);
  }
}
