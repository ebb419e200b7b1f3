package org.kgcoop.method;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.kgcoop.clip.Clip;
import org.kgcoop.image.view.RandomResizedCrop;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.model.FixedHead;
import org.kgcoop.model.Head;
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

  private static final Setting<Integer> VIEWS =
      Setting.whole("views", 1, "1 for a random view of each image, 0 for its test view")
          .between(0, 1);

  private static final Setting<Integer> MOST =
      Setting.whole("epochs", LpPlusPlus.EPOCHS, "Epochs at most")
          .between(1, LpPlusPlus.MAX_EPOCHS)
          .in("epochs");

  private static final Setting<SelectionData> SEARCH =
      SelectionData.setting("The images that choose the epoch");

  private static final Setting<Boolean> SUM_GRADIENTS =
      Setting.flag(
          "sum_gradients",
          true,
          "Steps of alpha go by the sum of its gradients, which the published code never clears");

  public static final Declaration<Method> DECLARATION =
      Declaration.of(LpPlusPlus.class, ID, "LP++")
          .description(
              "A linear probe to which each class adds its text at a weight of its own.",
              "logits = f . (w_c + alpha_c t_c) + b_c; loss = cross entropy")
          .published(
              "Huang et al., LP++: A Surprisingly Strong Linear Probe for Few-Shot CLIP, CVPR 2024",
              "https://github.com/FereshteShakeri/FewShot-CLIP-Strong-Baseline")
          .needsTextEncoder()
          .settings(
              SharedSettings.TEMPLATES,
              CacheSettings.CROP_SCALE,
              VIEWS,
              MOST,
              SEARCH,
              SUM_GRADIENTS);
  public static final int EPOCHS = 300;

  private static final int MAX_EPOCHS = 100_000;

  public LpPlusPlus {
    templates = new ZeroShot(templates).templates();
  }

  @Override
  public FittedMethod fit(FitContext context) {
    try (Scope scope = Scope.open("LP++")) {
      LabeledViews images = context.views(views, CacheSettings.recipe(crop));
      Tensor features = images.features().select(0, 0).unitRows();
      int[] labels = images.labels().stream().mapToInt(Integer::intValue).toArray();
      Tensor texts = new ZeroShot(templates).classFeatures(context.clip(), context.classNames());
      Tensor bias =
          Init.bias(
              new PythonRandom(context.task().seed()),
              context.classNames().size(),
              context.clip().config().embedDim());
      Optional<LabeledFeatures> validation = search.validation(context);
      Folds folds = new Folds(images.labels(), context.groups());
      int best = epochs;
      if (validation.isPresent()) {
        LabeledFeatures queries = validation.get();
        best =
            last(
                correct(
                    context,
                    features,
                    labels,
                    texts,
                    bias,
                    queries.features(),
                    queries.labelArray()));
        chosen(context, best, SelectionData.VALIDATION.id());
      } else if (search != SelectionData.NONE && folds.count() > 0) {
        best = last(overFolds(context, folds, features, context.train().features(), texts, bias));
        chosen(context, best, SelectionData.FOLDS.id());
      } else if (search != SelectionData.NONE) {
        chosen(context, best, SelectionData.DEFAULT);
      }
      return new FittedMethod(
          this, context.classNames(), trained(context, features, labels, texts, bias, best));
    }
  }

  private static void chosen(FitContext context, int epoch, String by) {
    context.chosen("epoch", epoch);
    context.chosen(SelectionData.BY, by);
  }

  /** Returns the number of correct predictions after each epoch. */
  private long[] correct(
      FitContext context,
      Tensor features,
      int[] labels,
      Tensor texts,
      Tensor bias,
      Tensor queries,
      int[] answers) {
    long[] correct = new long[epochs];
    try (LpDescent descent = new LpDescent(features, labels, texts, bias, sumsGradients)) {
      for (int epoch = 0; epoch < epochs; epoch++) {
        context.checkInterrupted();
        try (Scope scope = Scope.open("epoch")) {
          descent.step();
          correct[epoch] = correct(descent, queries, answers);
        }
      }
    }
    return correct;
  }

  /** Returns the number of correct predictions with the current parameters of a descent. */
  public static long correct(LpDescent descent, Tensor features, int[] labels) {
    try (Scope scope = Scope.open("LP++");
        Autograd.Switch off = Autograd.off()) {
      long[] found = descent.logits(features).argmax(1).toLongs();
      return IntStream.range(0, found.length).filter(i -> found[i] == labels[i]).count();
    }
  }

  private long[] overFolds(
      FitContext context, Folds folds, Tensor features, Tensor queries, Tensor texts, Tensor bias) {
    long[] correct = new long[epochs];
    for (int held = 0; held < folds.count(); held++) {
      Folds.Subset remaining = folds.without(held);
      Folds.Subset out = folds.of(held);
      try (Scope scope = Scope.open("fold")) {
        long[] own =
            correct(
                context,
                remaining.rows(features),
                remaining.labels(),
                texts,
                bias,
                out.rows(queries),
                out.labels());
        for (int epoch = 0; epoch < epochs; epoch++) {
          correct[epoch] += own[epoch];
        }
      }
    }
    return correct;
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

  private Map<String, StoredTensor> trained(
      FitContext context,
      Tensor features,
      int[] labels,
      Tensor texts,
      Tensor bias,
      int epochsOfAll) {
    try (LpDescent descent = new LpDescent(features, labels, texts, bias, sumsGradients)) {
      for (int epoch = 0; epoch < epochsOfAll; epoch++) {
        context.checkInterrupted();
        try (Scope scope = Scope.open("epoch")) {
          descent.step();
        }
      }
      Map<String, StoredTensor> stored = new LinkedHashMap<>();
      descent
          .parameters()
          .forEach((name, value) -> stored.put(name, StoredTensor.of(name, value.detach())));
      return stored;
    }
  }

  /** Returns one linear head that combines W with the weighted texts. */
  @Override
  public Head classifier(Clip clip, FittedMethod learned, List<String> classNames) {
    try (Scope scope = Scope.open("LP++");
        Autograd.Switch off = Autograd.off()) {
      Tensor texts = new ZeroShot(templates).classFeatures(clip, classNames);
      Tensor alpha = learned.value("alpha_vec", 1, texts.size(0)).to(clip.device());
      Tensor weight = learned.value("weight", texts.shape()).to(clip.device());
      Tensor bias = learned.value("bias", texts.size(0)).to(clip.device());
      return new FixedHead.Linear(weight.plus(texts.times(alpha.reshape(-1, 1))), bias, 1).copy();
    }
  }

  @Override
  public Optional<String> closedClassReason() {
    return Optional.of("a linear probe");
  }
}
