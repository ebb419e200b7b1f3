package org.kgcoop.method;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.kgcoop.clip.Clip;
import org.kgcoop.prompt.FeatureClassifier;
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

  /** The reason why neither this nor the trained one knows other classes. */
  static final String BOUND = "a cache of images";

  private static final String KEYS = "keys";

  @Override
  public Learned fit(Fitting fitting) {
    try (Scope scope = Scope.open("cache")) {
      CacheSearch search = new CacheSearch(fitting, settings);
      CacheSettings found = search.end(search.start(), search.keys());
      return new Learned(
          new TipAdapter(found),
          fitting.classNames(),
          KeyCache.stored(KEYS, search.keys(), search.labels()));
    }
  }

  @Override
  public FeatureClassifier classifier(Clip clip, Learned learned, List<String> classNames) {
    return KeyCache.of(clip, learned, classNames, settings, KEYS);
  }

  @Override
  public Optional<String> bound() {
    return Optional.of(BOUND);
  }

  @Override
  public String id() {
    return ID;
  }

  @Override
  public String title() {
    return "Tip-Adapter";
  }

  @Override
  public String prompts() {
    return "none";
  }

  @Override
  public ObjectNode toJson() {
    return settings.json(ID);
  }
}
