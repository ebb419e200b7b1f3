package org.kgcoop.method;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.kgcoop.clip.Clip;
import org.kgcoop.image.view.ViewStep.RandomResizedCrop;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.method.setting.Declaration;
import org.kgcoop.method.setting.Declaration.Need;
import org.kgcoop.method.setting.Kind;
import org.kgcoop.method.setting.Range;
import org.kgcoop.method.setting.Setting;
import org.kgcoop.model.Head;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * GDA: zero-shot CLIP and Gaussians of the classes that share one covariance; nothing is trained.
 * Wang et al., "A Hard-to-Beat Baseline for Training-free CLIP-based Adaptation", ICLR 2024; code:
 * mrflogs/ICLR24, {@code main_few_shots.py}.
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
 * correct predictions, of equal ones by the smallest cross-entropy: on the validation images, or on
 * the shots, each left out in turn with all of its views. Where each class has but one image there
 * is none to choose by: then views have the published alpha of one shot, 0.001, and a test view has
 * 0.
 *
 * <p>Differences to the published code: the scale is the model's own, not 100; on ImageNet that
 * chooses alpha by the labels of test images.
 *
 * @param templates of the class features
 * @param views random views of each image, published 10; 0 for the test view alone
 * @param crop of the views
 * @param weight of the Gaussians; empty where it is still to be chosen
 */
public record Gda(List<String> templates, int views, RandomResizedCrop crop, OptionalDouble weight)
    implements Method {
  public static final String ID = "gda";

  private static final Setting<Integer> VIEWS =
      Setting.whole("views", 10, Range.from(0, 1000), "Random views of each image, a row each")
          .in("views");

  private static final Setting<OptionalDouble> WEIGHT =
      Setting.of(
          "weight",
          Kind.numberOr("auto"),
          OptionalDouble.empty(),
          new Range<>("at least 0", weight -> weight.orElse(0) >= 0),
          "Weight of the log-density of a class; auto: by validation images or by the shots, each"
              + " left out in turn");

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
          .needs(Need.TEXT_ENCODER, Need.VALIDATION_IMAGES)
          .setting(SharedSettings.TEMPLATES, Gda::templates)
          .setting(VIEWS, Gda::views)
          .setting(CacheSettings.CROP_SCALE, Gda::crop)
          .setting(WEIGHT, Gda::weight)
          .made(
              values ->
                  new Gda(
                      values.get(SharedSettings.TEMPLATES),
                      values.get(VIEWS),
                      values.get(CacheSettings.CROP_SCALE),
                      values.get(WEIGHT)));

  /** The weights that are tried. */
  static final List<Double> GRID =
      List.of(0.0, 1e-4, 3e-4, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0);

  private static final double ALPHA_OF_ONE_SHOT = 0.001;

  public Gda {
    templates = new ZeroShot(templates).templates();
  }

  @Override
  public Declaration<Method> declaration() {
    return DECLARATION;
  }

  @Override
  public Optional<String> bound() {
    return Optional.of("a mean of each class");
  }

  @Override
  public FittedMethod fit(FitContext context) {
    try (Scope scope = Scope.open("GDA");
        Autograd.Switch off = Autograd.off()) {
      Rows rows = new Rows(context.views(views, CacheSettings.recipe(crop)));
      GaussianDiscriminant gaussians =
          new GaussianDiscriminant(rows.features(), rows.labels(), context.classNames().size());
      GaussianDiscriminant.Linear head = gaussians.pooled();
      double found = weight.isPresent() ? weight.getAsDouble() : chosen(context, gaussians, rows);
      double alpha = found * rows.alpha(rows.images());
      Map<String, StoredTensor> stored = new LinkedHashMap<>();
      stored.put("weight", StoredTensor.of("weight", scaled(head.weights(), alpha)));
      stored.put("bias", StoredTensor.of("bias", scaled(head.bias().reshape(-1), alpha)));
      Gda method = new Gda(templates, views, crop, OptionalDouble.of(found));
      return new FittedMethod(method, context.classNames(), stored);
    }
  }

  private static Tensor scaled(Tensor values, double alpha) {
    return values.times(alpha).to(DType.FLOAT32);
  }

  /**
   * The rows that the Gaussians are made of, view by view.
   *
   * @param views (V, N, E)
   */
  private record Rows(LabeledViews views) {
    int images() {
      return views.labels().size();
    }

    int count() {
      return Math.toIntExact(views.features().size(0));
    }

    int width() {
      return Math.toIntExact(views.features().size(2));
    }

    /** Unit rows, (V N, E). */
    Tensor features() {
      return views.features().reshape(-1, width()).unitRows();
    }

    int[] labels() {
      return groups().map(image -> views.labels().get(image)).toArray();
    }

    /** The image of each row. */
    IntStream groups() {
      return IntStream.range(0, count() * images()).map(row -> row % images());
    }

    /** Alpha for a weight of 1 where that many images are learned from: (n - 1) / E. */
    double alpha(int ofImages) {
      return (double) (ofImages * count() - 1) / width();
    }
  }

  private double chosen(FitContext context, GaussianDiscriminant gaussians, Rows rows) {
    Tensor texts = new ZeroShot(templates).classFeatures(context.clip(), context.classNames());
    double scale = context.clip().logitScale();
    Optional<LabeledFeatures> validation = context.validation();
    LeaveOneOut scores =
        validation.isPresent()
            ? gaussians
                .pooled()
                .scores(
                    validation.get().features(),
                    validation.get().labelArray(),
                    texts,
                    scale,
                    alphas(rows.alpha(rows.images())))
            : gaussians.search(
                texts, rows.groups().toArray(), scale, alphas(rows.alpha(rows.images() - 1)));
    double best =
        scores.best().isPresent()
            ? GRID.get(scores.best().getAsInt())
            : rows.count() == 1 ? 0 : ALPHA_OF_ONE_SHOT / rows.alpha(rows.images());
    context.chosen("weight", best);
    context.chosen(
        SelectionData.BY,
        scores.best().isEmpty()
            ? SelectionData.DEFAULT
            : validation.isPresent() ? SelectionData.VALIDATION.id() : SelectionData.FOLDS.id());
    return best;
  }

  /** The grid as values of alpha. */
  private static double[] alphas(double ofOne) {
    return GRID.stream().mapToDouble(each -> each * ofOne).toArray();
  }

  /** The Gaussians and the texts are one matrix. */
  @Override
  public Head classifier(Clip clip, FittedMethod learned, List<String> classNames) {
    try (Scope scope = Scope.open("GDA");
        Autograd.Switch off = Autograd.off()) {
      Tensor texts = new ZeroShot(templates).classFeatures(clip, classNames);
      Tensor weights = learned.value("weight", texts.shape()).to(clip.device());
      Tensor bias = learned.value("bias", texts.size(0)).to(clip.device());
      return LinearProbe.of(weights.plus(texts.times(clip.logitScale())), bias);
    }
  }
}
