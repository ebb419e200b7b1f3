package org.kgcoop.serve.model;

import com.google.errorprone.annotations.MustBeClosed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kgcoop.classify.Classifier;
import org.kgcoop.clip.Clip;
import org.kgcoop.serve.http.RefusedRequestException;

/**
 * Caches class features of the most recently used class names, up to a total number of classes. New
 * features are computed in the calling thread, so that images of other requests do not wait. One
 * list at a time is computed, because it uses all cores.
 */
public final class ZeroShotCache implements AutoCloseable {
  /** The maximum number of classes: 20 MB of features at E = 512. */
  public static final int MOST_CLASSES = 10_000;

  private record Texts(List<String> classNames, String template) {}

  private final Clip clip;
  private final int mostClasses;
  private final SerialWork turns;
  private final Map<Texts, SharedClassifier> known = new LinkedHashMap<>(16, 0.75f, true);
  private int classes;

  /**
   * Creates an empty cache.
   *
   * @param timeLimit the maximum time from the complete request to its answer
   */
  public ZeroShotCache(Clip clip, int mostClasses, Duration timeLimit) {
    this.clip = clip;
    this.mostClasses = mostClasses;
    this.turns = new SerialWork(timeLimit);
  }

  /**
   * Returns a classifier for these names.
   *
   * @throws RefusedRequestException 503 if the time limit is exceeded
   * @throws org.kgcoop.KgCoopException if a name or the template is invalid
   */
  @MustBeClosed
  public SharedClassifier.Use use(List<String> classNames, String template) {
    Texts texts = new Texts(List.copyOf(classNames), template);
    SharedClassifier.Use use = known(texts);
    if (use != null) {
      return use;
    }
    return turns.compute(
        () -> {
          SharedClassifier.Use meanwhile = known(texts);
          return meanwhile != null
              ? meanwhile
              : added(texts, Classifier.zeroShot(clip, texts.classNames(), template));
        });
  }

  private synchronized SharedClassifier.@Nullable Use known(Texts texts) {
    SharedClassifier classifier = known.get(texts);
    return classifier == null ? null : classifier.use();
  }

  private SharedClassifier.Use added(Texts texts, Classifier classifier) {
    SharedClassifier shared = new SharedClassifier("zero-shot", classifier);
    List<SharedClassifier> dropped = new ArrayList<>();
    SharedClassifier.Use use;
    synchronized (this) {
      use = shared.use();
      known.put(texts, shared);
      classes += texts.classNames().size();
      Iterator<Map.Entry<Texts, SharedClassifier>> oldest = known.entrySet().iterator();
      while (classes > mostClasses && known.size() > 1) {
        Map.Entry<Texts, SharedClassifier> entry = oldest.next();
        oldest.remove();
        classes -= entry.getKey().classNames().size();
        dropped.add(entry.getValue());
      }
    }
    dropped.forEach(SharedClassifier::release);
    return use;
  }

  synchronized int size() {
    return known.size();
  }

  @Override
  public synchronized void close() {
    known.values().forEach(SharedClassifier::release);
    known.clear();
  }
}
