package org.kgcoop.method;

import java.util.List;
import org.kgcoop.clip.Clip;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.model.Head;
import org.kgcoop.settings.Declaration;
import org.kgcoop.tensor.Scope;

/**
 * Tip-Adapter: zero-shot CLIP combined with a cache of the training images ({@link KeyCache}). The
 * method has no training. Zhang et al., "Tip-Adapter: Training-free Adaption of CLIP for Few-shot
 * Classification", ECCV 2022; code: gaopengcuhk/Tip-Adapter, {@code main.py}.
 *
 * <p>Alpha and beta are selected by a search. The published code uses all labels of the validation
 * part, and on ImageNet the labels of the test part. This implementation uses the validation images
 * of the sample, or only the labels of the training images.
 */
public record TipAdapter(CacheSettings settings) implements Method {
  public static final String ID = "tip-adapter";

  public static final Declaration<Method> DECLARATION =
      Declaration.of(TipAdapter.class, ID, "Tip-Adapter")
          .description(
              "Zero-shot CLIP and a cache of the training images; nothing is trained.",
              "logits = scale f . t_c + alpha sum_i exp(-beta (1 - f . key_i)) [label_i = c]")
          .published(
              "Zhang et al., Tip-Adapter: Training-free Adaption of CLIP for Few-shot"
                  + " Classification, ECCV 2022",
              "https://github.com/gaopengcuhk/Tip-Adapter")
          .boundBy("a cache of images")
          .settings(CacheSettings.SETTINGS);

  private static final String KEYS = "keys";

  @Override
  public FittedMethod fit(FitContext context) {
    try (Scope scope = Scope.open("cache")) {
      CacheSearch search = new CacheSearch(context, settings);
      CacheSettings found = search.end(search.start(), search.keys());
      return new FittedMethod(
          new TipAdapter(found),
          context.classNames(),
          StoredTensor.of(KEYS, search.keys()),
          KeyCache.storedLabels(search.labels()));
    }
  }

  @Override
  public Head classifier(Clip clip, FittedMethod learned, List<String> classNames) {
    return KeyCache.classifier(clip, learned, classNames, settings, KEYS);
  }
}
