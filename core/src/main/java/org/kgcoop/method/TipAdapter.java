package org.kgcoop.method;

import java.util.List;
import java.util.Optional;
import org.kgcoop.clip.Clip;
import org.kgcoop.method.setting.Declaration;
import org.kgcoop.method.setting.Declaration.Need;
import org.kgcoop.model.Head;
import org.kgcoop.tensor.Scope;

/**
 * Tip-Adapter: zero-shot CLIP and a cache of the training images ({@link KeyCache}); nothing is
 * trained. Zhang et al., "Tip-Adapter: Training-free Adaption of CLIP for Few-shot Classification",
 * ECCV 2022; code: gaopengcuhk/Tip-Adapter, {@code main.py}.
 *
 * <p>Alpha and beta are searched for. The published code looks at the labels of the whole
 * validation part, on ImageNet at those of the test part; here they are those of the drawn
 * validation images, or no labels but those of the shots.
 */
public record TipAdapter(CacheSettings settings) implements Method {
  public static final String ID = "tip-adapter";

  public static final Declaration<Method> DECLARATION =
      Declaration.of(TipAdapter.class, ID, "Tip-Adapter")
          .says(
              "Zero-shot CLIP and a cache of the training images; nothing is trained.",
              "logits = scale f . t_c + alpha sum_i exp(-beta (1 - f . key_i)) [label_i = c]")
          .published(
              "Zhang et al., Tip-Adapter: Training-free Adaption of CLIP for Few-shot"
                  + " Classification, ECCV 2022",
              "https://github.com/gaopengcuhk/Tip-Adapter")
          .needs(Need.TEXT_ENCODER)
          .settings(CacheSettings.SETTINGS, TipAdapter::settings)
          .made(values -> new TipAdapter(CacheSettings.of(values)));

  /** The reason why neither this nor the trained one knows other classes. */
  static final String BOUND = "a cache of images";

  private static final String KEYS = "keys";

  @Override
  public Declaration<Method> declaration() {
    return DECLARATION;
  }

  @Override
  public FittedMethod fit(FitContext context) {
    try (Scope scope = Scope.open("cache")) {
      CacheSearch search = new CacheSearch(context, settings);
      CacheSettings found = search.end(search.start(), search.keys());
      return new FittedMethod(
          new TipAdapter(found),
          context.classNames(),
          KeyCache.stored(KEYS, search.keys(), search.labels()));
    }
  }

  @Override
  public Head classifier(Clip clip, FittedMethod learned, List<String> classNames) {
    try (Scope scope = Scope.open("cache")) {
      return KeyCache.of(clip, learned, classNames, settings, KEYS).head().copy();
    }
  }

  @Override
  public Optional<String> bound() {
    return Optional.of(BOUND);
  }
}
