package org.kgcoop.method;

import java.util.Optional;
import org.kgcoop.model.FixedHead;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * The choice of a cache's alpha and beta. By validation images it is the last thing that is done,
 * with the keys that were learned. By folds of the shots it is the first: the shots of a fold are
 * classified by the untrained cache of the others, since trained keys have seen them all.
 */
final class CacheSearch {
  private final FitContext context;
  private final CacheSettings settings;
  private final Tensor keys; // (N, E)
  private final LabeledViews views;
  private final FixedHead.Linear texts;
  private final Optional<LabeledFeatures> validation;

  /** The search of a fit, whose images are encoded here. */
  CacheSearch(FitContext context, CacheSettings settings) {
    this.context = context;
    this.settings = settings;
    views = context.views(settings.views(), settings.recipe());
    keys = CacheSettings.keys(views.features());
    texts = settings.texts(context.clip(), context.classNames());
    validation = settings.search().validation(context);
  }

  /** The keys before any training: (N, E). */
  Tensor keys() {
    return keys;
  }

  /** The labels of the keys. */
  int[] labels() {
    return views.labels().stream().mapToInt(Integer::intValue).toArray();
  }

  /** The settings to begin with: as stated, or chosen by folds where that is the way. */
  CacheSettings start() {
    if (settings.search() == SelectionData.NONE || validation.isPresent()) {
      return settings;
    }
    Folds folds = new Folds(views.labels(), context.groups());
    if (folds.count() == 0) {
      return chosen(
          new CacheGrid.Point(settings.beta(), settings.alpha(), 0), SelectionData.DEFAULT);
    }
    CacheGrid grid = settings.grid();
    long[][] correct = new long[grid.betas()][grid.alphas()];
    Tensor asked = context.train().features();
    for (int held = 0; held < folds.count(); held++) {
      Folds.Part kept = folds.without(held);
      Folds.Part out = folds.of(held);
      try (Scope scope = Scope.open("fold")) {
        KeyCache cache = KeyCache.of(settings, texts, kept.rows(keys), kept.labels());
        long[][] own = CacheCounts.correct(cache, grid, out.rows(asked), out.labels());
        for (int i = 0; i < own.length; i++) {
          for (int j = 0; j < own[i].length; j++) {
            correct[i][j] += own[i][j];
          }
        }
      }
    }
    return chosen(grid.best(correct), SelectionData.FOLDS.id());
  }

  /**
   * The settings at the end: those, or chosen by validation images where that is the way.
   *
   * @param learned keys, (N, E)
   */
  CacheSettings end(CacheSettings start, Tensor learned) {
    if (validation.isEmpty()) {
      return start;
    }
    LabeledFeatures asked = validation.get();
    try (Scope scope = Scope.open("validation")) {
      KeyCache cache = KeyCache.of(start, texts, learned, labels());
      CacheGrid grid = settings.grid();
      return chosen(
          grid.best(CacheCounts.correct(cache, grid, asked.features(), asked.labelArray())),
          SelectionData.VALIDATION.id());
    }
  }

  private CacheSettings chosen(CacheGrid.Point point, String by) {
    context.chosen("alpha", point.alpha());
    context.chosen("beta", point.beta());
    context.chosen(SelectionData.BY, by);
    return settings.with(point);
  }
}
