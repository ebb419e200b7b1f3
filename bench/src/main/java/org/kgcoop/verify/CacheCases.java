package org.kgcoop.verify;

import static org.kgcoop.verify.ReferenceFolder.texts;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.clip.Clip;
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

  static void keys(ReferenceFolder folder, JsonNode c, Comparison comparison) {
    ModelCases.compare(folder, "keys", keys(folder, c), c.path("expect").asText(), comparison);
  }

  private static Tensor keys(ReferenceFolder folder, JsonNode c) {
    CaseFitContext context = new CaseFitContext(folder, folder.model(c), c, List.of());
    return CacheSettings.keys(context.views(1, ViewRecipe.NONE).features());
  }

  /** Returns the settings of a case. A case has them among its other fields. */
  private static CacheSettings settings(JsonNode c) {
    SettingValues stated = SettingValues.of("method", TipAdapter.ID);
    SettingValues all = SettingValues.fromJson(c);
    for (String key :
        List.of("templates", "scale", "alpha", "beta", "search_scale", "search_step")) {
      Object value = all.values().get(key);
      if (value != null) {
        stated = stated.with(key, value);
      }
    }
    return ((TipAdapter) MethodRegistry.parse(stated)).settings();
  }

  private static KeyCache cache(Clip clip, JsonNode c, Tensor keys) {
    CacheSettings settings = settings(c);
    return KeyCache.of(
        settings,
        settings.texts(clip, texts(c.path("classnames"))),
        keys,
        ReferenceFolder.ints(c.path("support_labels")));
  }

  static void cache(ReferenceFolder folder, JsonNode c, Comparison comparison) {
    Clip clip = folder.model(c);
    KeyCache both = cache(clip, c, keys(folder, c));
    FixedHead.Cache cache = both.cache();
    Tensor features = ModelCases.features(clip, ModelCases.images(folder, c, "images"));
    Tensor votes = cache.votes(cache.distances(features), cache.beta());
    ModelCases.compare(folder, "cache", votes, c.path("cache").asText(), comparison);
    ModelCases.compare(
        folder, "logits", both.head().logits(features), c.path("expect").asText(), comparison);
  }

  static void search(ReferenceFolder folder, JsonNode c, Comparison comparison) {
    Clip clip = folder.model(c);
    Tensor keys = c.has("keys") ? ModelCases.images(folder, c, "keys") : keys(folder, c);
    KeyCache cache = cache(clip, c, keys);
    int[] labels = ReferenceFolder.ints(c.path("labels"));
    CacheGrid grid = settings(c).grid();
    Tensor images = ModelCases.features(clip, ModelCases.images(folder, c, "images"));
    long[] correct = cache.correct(grid, images, labels, () -> {});
    CacheSettings.Weights best = grid.best(correct);
    JsonNode expected = c.path("expect");
    comparison.value("beta", best.beta(), expected.path("beta").asDouble());
    comparison.value("alpha", best.alpha(), expected.path("alpha").asDouble());
    comparison.equal(
        "correct", Arrays.stream(correct).max().orElseThrow(), expected.path("correct").asLong());
    comparison.equal("total", labels.length, expected.path("total").asInt());
    long[] counts = folder.tensor(expected.path("counts").asText()).tensor().toLongs();
    comparison.equal(
        "correct at each point",
        Arrays.stream(correct).boxed().toList(),
        Arrays.stream(counts).boxed().toList());
  }
}
