package org.kgcoop.method;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.kgcoop.model.FixedHead;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * Selects alpha and beta of a key-value cache. With validation images, the selection runs after
 * training and uses the learned keys. With cross-validation on the few-shot samples, it runs before
 * training: the untrained cache of the other folds classifies the images of each fold. The trained
 * keys cannot be used for this, because they were trained on all images.
 */
final class CacheSearch {
  private final FitContext context;
  private final CacheSettings settings;
  private final Tensor keys; // (N, E)
  private final LabeledViews views;
  private final FixedHead.Linear texts;
  private final @Nullable LabeledFeatures validation;

  /** Creates the search of a fit and encodes its images. */
  CacheSearch(FitContext context, CacheSettings settings) {
    this.context = context;
    this.settings = settings;
    views = context.views(settings.views(), settings.recipe());
    keys = CacheSettings.keys(views.features());
    texts = settings.texts(context.clip(), context.classNames());
    validation = settings.search().validation(context).orElse(null);
  }

  /** Returns the keys before training, (N, E). */
  Tensor keys() {
    return keys;
  }

  /** Returns the labels of the keys. */
  int[] labels() {
    return views.labelArray();
  }

  /**
   * Returns the settings before training: the given ones, or those selected by cross-validation.
   */
  CacheSettings start() {
    if (settings.search() == SelectionData.NONE || validation != null) {
      return settings;
    }
    Folds folds = new Folds(views.labels(), context.groups());
    if (folds.count() == 0) {
      return chosen(settings.weights(), SelectionData.DEFAULT);
    }
    CacheGrid grid = settings.grid();
    long[] correct = new long[grid.betas() * grid.alphas()];
    LabeledFeatures queries = context.train();
    LabeledFeatures cached = new LabeledFeatures(keys, views.labels());
    for (int held = 0; held < folds.count(); held++) {
      try (Scope scope = Scope.open("fold")) {
        LabeledFeatures remaining = cached.part(folds.without(held));
        LabeledFeatures out = queries.part(folds.of(held));
        long[] own =
            KeyCache.of(settings, texts, remaining.features(), remaining.labelArray())
                .correct(grid, out.features(), out.labelArray(), context::checkInterrupted);
        Arrays.setAll(correct, point -> correct[point] + own[point]);
      }
    }
    return chosen(grid.best(correct), SelectionData.FOLDS.id());
  }

  /**
   * Returns the settings after training: the settings before training, or those selected with
   * validation images if there are any.
   *
   * @param start the settings before training
   * @param learned the keys after training, (N, E)
   */
  CacheSettings end(CacheSettings start, Tensor learned) {
    if (validation == null) {
      return start;
    }
    LabeledFeatures queries = validation;
    try (Scope scope = Scope.open("validation")) {
      long[] correct =
          KeyCache.of(start, texts, learned, labels())
              .correct(
                  settings.grid(),
                  queries.features(),
                  queries.labelArray(),
                  context::checkInterrupted);
      return chosen(settings.grid().best(correct), SelectionData.VALIDATION.id());
    }
  }

  private CacheSettings chosen(CacheGrid.Weights weights, String by) {
    context.chosen("alpha", weights.alpha());
    context.chosen("beta", weights.beta());
    context.chosen(SelectionData.BY, by);
    return settings.with(weights);
  }
}
