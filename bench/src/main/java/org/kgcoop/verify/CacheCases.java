package org.kgcoop.verify;

import java.util.Arrays;
import java.util.List;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.image.view.ViewRecipe;
import org.kgcoop.method.CacheGrid;
import org.kgcoop.method.CacheSettings;
import org.kgcoop.method.KeyCache;
import org.kgcoop.method.TipAdapter;
import org.kgcoop.model.FixedHead;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.tensor.Tensor;

/** The cases of an image cache, as in Tip-Adapter. */
final class CacheCases {
  private CacheCases() {}

  static void keys(Case c) {
    c.compare("keys", "expect", computedKeys(c));
  }

  private static Tensor computedKeys(Case c) {
    CaseFitContext context = new CaseFitContext(c, List.of());
    return CacheSettings.keys(context.views(1, ViewRecipe.NONE).features());
  }

  /** Returns the settings of a case. A case has them among its other fields. */
  private static CacheSettings settings(Case c) {
    SettingValues stated = SettingValues.of("method", TipAdapter.ID);
    SettingValues all = SettingValues.fromJson(c.json());
    for (String key :
        List.of("templates", "scale", "alpha", "beta", "search_scale", "search_step")) {
      Object value = all.values().get(key);
      if (value != null) {
        stated = stated.with(key, value);
      }
    }
    return ((TipAdapter) MethodRegistry.parse(stated)).settings();
  }

  private static KeyCache cacheOf(Case c, Tensor keys) {
    CacheSettings settings = settings(c);
    return KeyCache.of(
        settings, settings.texts(c.clip(), c.texts("classnames")), keys, c.ints("support_labels"));
  }

  static void cache(Case c) {
    KeyCache both = cacheOf(c, computedKeys(c));
    FixedHead.Cache cache = both.cache();
    Tensor features = ModelCases.features(c.clip(), c.tensor("images"));
    c.compare("cache", "cache", cache.votes(cache.distances(features), cache.beta()));
    c.compare("logits", "expect", both.head().logits(features));
  }

  static void search(Case c) {
    KeyCache cache = cacheOf(c, c.has("keys") ? c.tensor("keys") : computedKeys(c));
    int[] labels = c.ints("labels");
    CacheGrid grid = settings(c).grid();
    Tensor features = ModelCases.features(c.clip(), c.tensor("images"));
    long[] correct = cache.correct(grid, features, labels, () -> {});
    CacheSettings.Weights best = grid.best(correct);
    Case expected = c.expect();
    expected.compare("beta", best.beta());
    expected.compare("alpha", best.alpha());
    expected.equal("correct", Arrays.stream(correct).max().orElseThrow());
    expected.equal("total", labels.length);
    c.comparison()
        .equal(
            "correct at each point",
            Arrays.stream(correct).boxed().toList(),
            Arrays.stream(expected.stored("counts").tensor().toLongs()).boxed().toList());
  }
}
