package org.kgcoop.method;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.image.view.ViewStep.RandomResizedCrop;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.method.setting.Declaration;
import org.kgcoop.method.setting.Declaration.Need;
import org.kgcoop.method.setting.Kind;
import org.kgcoop.method.setting.Range;
import org.kgcoop.method.setting.Setting;
import org.kgcoop.model.FixedHead;
import org.kgcoop.model.Head;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * GDA: zero-shot CLIP and Gaussians of the classes that share one covariance; nothing is trained.
 * Wang et al., "A Hard-to-Beat Baseline for Training-free CLIP-based Adaptation", ICLR 2024; code:
 * mrflogs/ICLR24, {@code main_few_shots.py} and {@code main_base2new.py}.
 *
 * <pre>{@code
 * S = sum over rows of (f - m_y)(f - m_y)'       m_c the mean of the n_c rows of class c
 * P = E (S + tr(S) / (n - 1) I)^-1               a row is a view of an image; 0 where S is
 * w_c = P m_c,  b_c = log(1 / C) - m_c' P m_c / 2
 * logits = scale f . t_c + alpha (f . w_c + b_c),  alpha = weight (n - 1) / E
 * }</pre>
 *
 * <p>The weight stands before the log-density of a class: 0 is zero-shot CLIP, 1 the rule of Bayes.
 * It does not change its meaning with the number of shots, as alpha does. It is chosen by the most
 * correct predictions, of equal ones by the smallest cross-entropy: on the shots, each left out in
 * turn with all of its views, or on the validation images. Where each class has but one image there
 * is none to choose by: then views have the published alpha of one shot, 0.001, and a test view has
 * 0.
 *
 * <p>A new class has no image, but its text t. The mean of the k rows with the largest f . t and of
 * some copies of t stands for m_c. With {@code pooled} precision P is that of the learned classes,
 * so that learned and new classes compete in one list. With {@code separate}, as published for
 * base-to-new, learned classes have {@code P = pinv(mean of the classes' covariances)} and {@code
 * alpha = weight}; a list of new classes alone has the mean of {@code E (S_t + tr(S_t) / (k - 1)
 * I)^-1}, S_t the scatter of the k rows around t, and the same alpha. These two have different
 * scales, so a list of both has the pooled precision. With {@code separate} the weight is chosen by
 * validation images, or else is 0.1, the most frequent published value.
 *
 * <p>Differences to the published code: the scale is the model's own, not 100; on ImageNet that
 * chooses alpha by the labels of test images.
 *
 * @param templates of the class features
 * @param views random views of each image, published 10; 0 for the test view alone
 * @param crop of the views
 * @param weight of the Gaussians; empty where it is still to be chosen
 * @param search the images by which the weight is chosen
 * @param precision of learned and new classes
 * @param neighbors k, published 64
 * @param copies of the text, published 16
 */
public record Gda(
    List<String> templates,
    int views,
    RandomResizedCrop crop,
    OptionalDouble weight,
    SelectionData search,
    Precision precision,
    int neighbors,
    int copies)
    implements Method {
  public static final String ID = "gda";

  /** The precision matrices of learned and of new classes. */
  public enum Precision {
    /** A single precision for all classes, so that they can be in one list. */
    POOLED,
    /** Separate precisions of base and new classes, as published for base-to-new. */
    SEPARATE;

    private String id() {
      return name().toLowerCase(Locale.ROOT);
    }

    private static Precision ofId(String id) {
      for (Precision each : values()) {
        if (each.id().equals(id)) {
          return each;
        }
      }
      throw KgCoopException.configuration("precision '" + id + "': expected pooled or separate");
    }
  }

  private static final Setting<Integer> VIEWS =
      Setting.whole("views", 10, Range.from(0, 1000), "Random views of each image, a row each")
          .in("views");

  private static final Setting<OptionalDouble> WEIGHT =
      Setting.of(
          "weight",
          Kind.numberOr("auto"),
          OptionalDouble.empty(),
          new Range<>("at least 0", weight -> weight.orElse(0) >= 0),
          "Weight of the log-density of a class; auto: chosen");

  private static final Setting<SelectionData> SEARCH =
      SelectionData.setting(
          "The images that choose the weight; folds: the shots, each left out in turn");

  private static final Setting<Precision> PRECISION =
      Setting.of(
          "precision",
          Kind.TEXT.as(Precision::ofId, Precision::id).called("pooled or separate"),
          Precision.POOLED,
          Range.any(),
          "pooled: one for all classes; separate: learned and new classes have their own, as"
              + " published for base-to-new");

  private static final Setting<Integer> NEIGHBORS =
      Setting.whole(
          "neighbors",
          GaussianDiscriminant.NEIGHBORS,
          Range.atLeast(1),
          "Rows near the text of a new class that stand for its images");

  private static final Setting<Integer> COPIES =
      Setting.whole(
          "copies",
          GaussianDiscriminant.COPIES,
          Range.atLeast(0),
          "How many rows the text of a new class counts for");

  public static final Declaration<Method> DECLARATION =
      Declaration.of(Gda.class, ID, "GDA")
          .says(
              "Zero-shot CLIP and Gaussians of the classes with one covariance; nothing is trained.",
              "logits = scale f . t_c + weight (n - 1) / E (f . P m_c - m_c' P m_c / 2);"
                  + " P = E (S + tr(S) / (n - 1) I)^-1")
          .published(
              "Wang et al., A Hard-to-Beat Baseline for Training-free CLIP-based Adaptation, ICLR"
                  + " 2024",
              "https://github.com/mrflogs/ICLR24")
          .needs(Need.TEXT_ENCODER)
          .setting(SharedSettings.TEMPLATES, Gda::templates)
          .setting(VIEWS, Gda::views)
          .setting(CacheSettings.CROP_SCALE, Gda::crop)
          .setting(WEIGHT, Gda::weight)
          .setting(SEARCH, Gda::search)
          .setting(PRECISION, Gda::precision)
          .setting(NEIGHBORS, Gda::neighbors)
          .setting(COPIES, Gda::copies)
          .made(
              values ->
                  new Gda(
                      values.get(SharedSettings.TEMPLATES),
                      values.get(VIEWS),
                      values.get(CacheSettings.CROP_SCALE),
                      values.get(WEIGHT),
                      values.get(SEARCH),
                      values.get(PRECISION),
                      values.get(NEIGHBORS),
                      values.get(COPIES)));

  /** The weights that are tried. */
  static final List<Double> GRID =
      List.of(0.0, 1e-4, 3e-4, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0);

  private static final double ALPHA_OF_ONE_SHOT = 0.001;
  private static final double WEIGHT_OF_SEPARATE = 0.1;

  private static final String WEIGHTS = "weight";
  private static final String BIAS = "bias";
  private static final String ROWS = "features";

  public Gda {
    templates = new ZeroShot(templates).templates();
  }

  @Override
  public Declaration<Method> declaration() {
    return DECLARATION;
  }

  /** With the templates of the other data. */
  @Override
  public Method on(Method there) {
    return there instanceof Gda gda
        ? new Gda(gda.templates, views, crop, weight, search, precision, neighbors, copies)
        : this;
  }

  @Override
  public FittedMethod fit(FitContext context) {
    try (Scope scope = Scope.open("GDA");
        Autograd.Switch off = Autograd.off()) {
      ViewRows rows = new ViewRows(context.views(views, CacheSettings.recipe(crop)));
      Tensor features = rows.features();
      int[] labels = rows.labels();
      GaussianDiscriminant gaussians =
          new GaussianDiscriminant(features, labels, context.classNames().size());
      GaussianDiscriminant.Linear head =
          precision == Precision.POOLED ? gaussians.pooled() : separate(gaussians);
      double found =
          weight.isPresent() ? weight.getAsDouble() : chosen(context, gaussians, head, rows);
      double alpha = precision == Precision.POOLED ? found * alpha(rows, rows.images()) : found;
      Map<String, StoredTensor> stored = new LinkedHashMap<>();
      stored.put(WEIGHTS, StoredTensor.of(WEIGHTS, scaled(head.weights(), alpha)));
      stored.put(BIAS, StoredTensor.of(BIAS, scaled(head.bias().reshape(-1), alpha)));
      stored.putAll(KeyCache.stored(ROWS, features, labels));
      Gda method =
          new Gda(
              templates,
              views,
              crop,
              OptionalDouble.of(found),
              search,
              precision,
              neighbors,
              copies);
      return new FittedMethod(method, context.classNames(), stored);
    }
  }

  private static GaussianDiscriminant.Linear separate(GaussianDiscriminant gaussians) {
    try {
      return gaussians.meanOfCovariances();
    } catch (IllegalArgumentException e) {
      throw KgCoopException.data(
          "GDA: %s; give --set gda.precision=pooled".formatted(e.getMessage()), e);
    }
  }

  private static Tensor scaled(Tensor values, double alpha) {
    return values.times(alpha).to(DType.FLOAT32);
  }

  /** Alpha for a weight of 1 where that many images are learned from: (n - 1) / E. */
  private static double alpha(ViewRows rows, int ofImages) {
    return (double) (ofImages * rows.count() - 1) / rows.width();
  }

  private double chosen(
      FitContext context,
      GaussianDiscriminant gaussians,
      GaussianDiscriminant.Linear head,
      ViewRows rows) {
    boolean pooled = precision == Precision.POOLED;
    Tensor texts = texts(context.clip(), context.classNames());
    double scale = context.clip().logitScale();
    Optional<LabeledFeatures> validation = search.validation(context);
    LeaveOneOut scores = LeaveOneOut.NONE;
    SelectionData by = SelectionData.FOLDS;
    if (validation.isPresent()) {
      by = SelectionData.VALIDATION;
      scores =
          head.scores(
              validation.get().features(),
              validation.get().labelArray(),
              texts,
              scale,
              alphas(pooled ? alpha(rows, rows.images()) : 1));
    } else if (pooled && search != SelectionData.NONE) {
      scores =
          gaussians.search(
              texts,
              rows.leftOutTogether(context.groups()),
              scale,
              alphas(alpha(rows, rows.images() - 1)));
    }
    double best = scores.best().isPresent() ? GRID.get(scores.best().getAsInt()) : unchosen(rows);
    context.chosen("weight", best);
    context.chosen(SelectionData.BY, scores.best().isPresent() ? by.id() : SelectionData.DEFAULT);
    return best;
  }

  /** The weight where nothing chooses it. */
  private double unchosen(ViewRows rows) {
    if (precision == Precision.SEPARATE) {
      return WEIGHT_OF_SEPARATE;
    }
    return rows.count() == 1 ? 0 : ALPHA_OF_ONE_SHOT / alpha(rows, rows.images());
  }

  /** The grid as values of alpha. */
  private static double[] alphas(double ofOne) {
    return GRID.stream().mapToDouble(each -> each * ofOne).toArray();
  }

  private Tensor texts(Clip clip, List<String> classNames) {
    return new ZeroShot(templates).classFeatures(clip, classNames);
  }

  /** The Gaussians and the texts are one matrix. */
  @Override
  public Head classifier(Clip clip, FittedMethod learned, List<String> classNames) {
    try (Scope scope = Scope.open("GDA");
        Autograd.Switch off = Autograd.off()) {
      Tensor texts = texts(clip, classNames);
      ClassPlaces places = ClassPlaces.of(learned.classNames(), classNames);
      FixedHead.Linear gaussians =
          places.firstUnknown().isEmpty()
              ? ofLearned(clip, learned, places)
              : ofNew(clip, learned, places, texts);
      Tensor weights = gaussians.weight().plus(texts.times(clip.logitScale()));
      return new FixedHead.Linear(weights, gaussians.bias(), 1).copy();
    }
  }

  private static FixedHead.Linear ofLearned(Clip clip, FittedMethod learned, ClassPlaces places) {
    long classes = learned.classNames().size();
    Tensor index = places.index().to(clip.device());
    Tensor weights = learned.value(WEIGHTS, classes, clip.config().embedDim()).to(clip.device());
    Tensor bias = learned.value(BIAS, classes).to(clip.device());
    return new FixedHead.Linear(weights.indexSelect(0, index), bias.indexSelect(0, index), 1);
  }

  /** The Gaussians of classes of which some or all are new, in their order. */
  private FixedHead.Linear ofNew(
      Clip clip, FittedMethod learned, ClassPlaces places, Tensor texts) {
    LabeledFeatures rows = KeyCache.images(clip, learned, ROWS);
    int classes = learned.classNames().size();
    GaussianDiscriminant gaussians =
        new GaussianDiscriminant(rows.features(), rows.labelArray(), classes);
    List<Integer> unknown = places.unknown();
    boolean alone = unknown.size() == texts.size(0);
    boolean pooled = precision == Precision.POOLED || !alone;
    Tensor ofUnknown =
        texts.indexSelect(0, index(unknown.stream().mapToLong(i -> i).toArray(), clip));
    GaussianDiscriminant.Linear head =
        gaussians.newClasses(ofUnknown, neighbors, copies, pooled).linear();
    if (!alone) {
      head =
          GaussianDiscriminant.joined(gaussians.pooled(), head)
              .select(index(places.places(classes), clip));
    }
    double found = weight.orElse(0);
    double alpha = pooled ? found * (rows.labels().size() - 1) / clip.config().embedDim() : found;
    return new FixedHead.Linear(
        scaled(head.weights(), alpha), scaled(head.bias().reshape(-1), alpha), 1);
  }

  private static Tensor index(long[] places, Clip clip) {
    return Tensor.of(places, places.length).to(clip.device());
  }
}
