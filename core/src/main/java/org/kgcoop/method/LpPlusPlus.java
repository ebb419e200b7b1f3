package org.kgcoop.method;

import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.IntConsumer;
import org.kgcoop.clip.Clip;
import org.kgcoop.image.view.RandomResizedCrop;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.model.FixedHead;
import org.kgcoop.model.Head;
import org.kgcoop.model.Init;
import org.kgcoop.random.PythonRandom;
import org.kgcoop.settings.Declaration;
import org.kgcoop.settings.Setting;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * LP++: a linear probe with a learned weight for the text of each class, trained in a few seconds
 * ({@link LpDescent}). Huang et al., "LP++: A Surprisingly Strong Linear Probe for Few-Shot CLIP",
 * CVPR 2024; code: FereshteShakeri/FewShot-CLIP-Strong-Baseline, {@code
 * methods/linear_probe_p2.py}.
 *
 * <p>The result has the parameters of the best epoch; among equal epochs, the last one wins. The
 * best epoch is selected with the validation images, or by cross-validation on the few-shot sample,
 * with the sum of correct predictions over all folds.
 *
 * @param templates the templates of the class features
 * @param views 1 for a random view of each image, 0 for its test view
 * @param crop the crop of the random view
 * @param epochs the maximum number of epochs; published: 300
 * @param search the images that the epoch is selected with; without images, the last epoch is used
 * @param sumsGradients true if the steps of alpha use the sum of its gradients since the start,
 *     because the published code never clears them
 */
public record LpPlusPlus(
    List<String> templates,
    RandomResizedCrop crop,
    int views,
    int epochs,
    SelectionData search,
    boolean sumsGradients)
    implements Method {
  public static final String ID = "lp++";

  public static final Declaration<Method> DECLARATION =
      Declaration.of(LpPlusPlus.class, ID, "LP++")
          .description(
              "A linear probe that adds text features with a learned weight per class.",
              "logits = f . (w_c + alpha_c t_c) + b_c; loss = cross entropy")
          .published(
              "Huang et al., LP++: A Surprisingly Strong Linear Probe for Few-Shot CLIP, CVPR 2024",
              "https://github.com/FereshteShakeri/FewShot-CLIP-Strong-Baseline")
          .boundBy("a linear probe")
          .settings(
              SharedSettings.TEMPLATES,
              CacheSettings.CROP_SCALE,
              Setting.whole("views", 1, "1 for a random view of each image, 0 for its test view")
                  .between(0, 1),
              Setting.whole("epochs", 300, "Epochs at most").between(1, 100_000).in("epochs"),
              SelectionData.setting("The images that choose the epoch"),
              Setting.flag(
                  "sum_gradients",
                  true,
                  "Steps of alpha go by the sum of its gradients, which the published code never"
                      + " clears"));

  @Override
  public FittedMethod fit(FitContext context) {
    try (Scope scope = Scope.open("LP++")) {
      LabeledViews images = context.views(views, CacheSettings.recipe(crop));
      Tensor features = images.features().select(0, 0).unitRows();
      int[] labels = images.labelArray();
      Tensor texts = new ZeroShot(templates).classFeatures(context.clip(), context.classNames());
      Tensor bias =
          Init.bias(
              new PythonRandom(context.task().seed()),
              context.classNames().size(),
              context.clip().config().embedDim());
      BiFunction<Tensor, int[], LpDescent> start =
          (rows, ofRows) -> new LpDescent(rows, ofRows, texts, bias, sumsGradients);
      int best = epochs;
      if (search != SelectionData.NONE) {
        long[] correct = new long[epochs]; // after each epoch
        String by = SelectionData.DEFAULT;
        Optional<LabeledFeatures> validation = search.validation(context);
        Folds folds = new Folds(images.labels(), context.groups());
        if (validation.isPresent()) {
          by = SelectionData.VALIDATION.id();
          LabeledFeatures queries = validation.get();
          try (LpDescent descent = start.apply(features, labels)) {
            count(context, descent, queries.features(), queries.labelArray(), correct);
          }
        } else if (folds.count() > 0) {
          by = SelectionData.FOLDS.id();
          LabeledFeatures all = new LabeledFeatures(features, images.labels());
          LabeledFeatures queries = context.train();
          for (int held = 0; held < folds.count(); held++) {
            try (Scope fold = Scope.open("fold")) {
              LabeledFeatures remaining = all.part(folds.without(held));
              LabeledFeatures out = queries.part(folds.of(held));
              try (LpDescent descent = start.apply(remaining.features(), remaining.labelArray())) {
                count(context, descent, out.features(), out.labelArray(), correct);
              }
            }
          }
        }
        best = last(correct);
        context.chosen("epoch", best);
        context.chosen(SelectionData.BY, by);
      }
      try (LpDescent descent = start.apply(features, labels)) {
        train(context, descent, best, epoch -> {});
        return new FittedMethod(
            this,
            context.classNames(),
            descent.parameters().entrySet().stream()
                .map(parameter -> StoredTensor.of(parameter.getKey(), parameter.getValue()))
                .toArray(StoredTensor[]::new));
      }
    }
  }

  private static void train(
      FitContext context, LpDescent descent, int epochs, IntConsumer afterEpoch) {
    for (int epoch = 0; epoch < epochs; epoch++) {
      context.checkInterrupted();
      try (Scope scope = Scope.open("epoch")) {
        descent.step();
        afterEpoch.accept(epoch);
      }
    }
  }

  /** Trains, and adds the number of correct predictions after each epoch. */
  private static void count(
      FitContext context, LpDescent descent, Tensor queries, int[] answers, long[] correct) {
    train(
        context,
        descent,
        correct.length,
        epoch -> {
          try (Autograd.Switch off = Autograd.off()) {
            correct[epoch] += LeaveOneOut.correct(descent.logits(queries), answers);
          }
        });
  }

  /** Returns the number of the best epoch, from 1. Among equal epochs, the last one wins. */
  public static int last(long[] correct) {
    int best = 0;
    for (int epoch = 0; epoch < correct.length; epoch++) {
      if (correct[epoch] >= correct[best]) {
        best = epoch;
      }
    }
    return best + 1;
  }

  /** Returns one linear head that combines W with the weighted texts. */
  @Override
  public Head classifier(Clip clip, FittedMethod learned, List<String> classNames) {
    try (Scope scope = Scope.open("LP++");
        Autograd.Switch off = Autograd.off()) {
      Tensor texts = new ZeroShot(templates).classFeatures(clip, classNames);
      Tensor alpha = learned.value(clip, "alpha_vec", 1, texts.size(0));
      Tensor weight = learned.value(clip, "weight", texts.shape());
      Tensor bias = learned.value(clip, "bias", texts.size(0));
      return new FixedHead.Linear(weight.plus(texts.times(alpha.reshape(-1, 1))), bias, 1).copy();
    }
  }
}
