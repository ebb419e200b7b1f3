package org.kgcoop.verify;

import java.util.Arrays;
import java.util.List;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.clip.Clip;
import org.kgcoop.image.view.ViewRecipe;
import org.kgcoop.method.CacheCounts;
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

  static void keys(ReferenceCase c) {
    c.tensor("keys", keysOf(c), "expect");
  }

  private static Tensor keysOf(ReferenceCase c) {
    CaseFitContext context = new CaseFitContext(c, c.model(), List.of());
    return CacheSettings.keys(context.views(1, ViewRecipe.NONE).features());
  }

  /** Returns the settings of a case. A case has them among its other fields. */
  private static CacheSettings settings(ReferenceCase c) {
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

  private static KeyCache cache(Clip clip, ReferenceCase c, Tensor keys) {
    CacheSettings settings = settings(c);
    return KeyCache.of(
        settings, settings.texts(clip, c.texts("classnames")), keys, c.ints("support_labels"));
  }

  static void cache(ReferenceCase c) {
    Clip clip = c.model();
    KeyCache both = cache(clip, c, keysOf(c));
    FixedHead.Cache cache = both.cache();
    Tensor features = ModelCases.features(clip, c.floats("images"));
    c.tensor("cache", cache.votes(cache.distances(features), cache.beta()), "cache");
    c.tensor("logits", both.head().logits(features), "expect");
  }

  static void search(ReferenceCase c) {
    Clip clip = c.model();
    KeyCache cache = cache(clip, c, c.has("keys") ? c.floats("keys") : keysOf(c));
    int[] labels = c.ints("labels");
    CacheGrid grid = settings(c).grid();
    Tensor features = ModelCases.features(clip, c.floats("images"));
    long[][] correct = CacheCounts.correct(cache, grid, features, labels, () -> {});
    CacheGrid.Point best = grid.best(correct);
    ReferenceCase expected = c.expect();
    expected.value("beta", best.beta());
    expected.value("alpha", best.alpha());
    expected.count("correct", best.correct());
    expected.count("total", labels.length);
    c.comparison()
        .equal(
            "correct at each point",
            Arrays.stream(correct).flatMapToLong(Arrays::stream).boxed().toList(),
            Arrays.stream(expected.tensor("counts").toLongs()).boxed().toList());
  }
}
