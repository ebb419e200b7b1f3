package org.kgcoop.serve.model;

import com.google.errorprone.annotations.MustBeClosed;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kgcoop.api.Classifier;
import org.kgcoop.clip.Clip;
import org.kgcoop.serve.http.HttpErrorException;

/**
 * Caches class features of the most recently used class names, up to a total number of classes. New
 * features are computed in the calling thread, so that images of other requests do not wait. One
 * list at a time is computed, because it uses all cores.
 */
public final class ZeroShotCache implements AutoCloseable {
  /** The maximum number of classes: 20 MB of features at E = 512. */
  public static final int MAX_CLASSES = 10_000;

  private record Texts(List<String> classNames, String template) {}

  private final Clip clip;
  private final int maxClasses;
  private final TimedLock lock = new TimedLock();
  private final Map<Texts, SharedClassifier> known = new LinkedHashMap<>(16, 0.75f, true);
  private int classes;

  /** Creates an empty cache. */
  public ZeroShotCache(Clip clip, int maxClasses) {
    this.clip = clip;
    this.maxClasses = maxClasses;
  }

  /**
   * Returns a classifier for these names.
   *
   * @throws HttpErrorException 503 if the deadline passes
   * @throws org.kgcoop.KgCoopException if a name or the template is invalid
   */
  @MustBeClosed
  public SharedClassifier.Use use(List<String> classNames, String template, Deadline deadline) {
    Texts texts = new Texts(List.copyOf(classNames), template);
    SharedClassifier.Use use = known(texts);
    if (use != null) {
      return use;
    }
    return lock.run(
        deadline,
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
      while (classes > maxClasses && known.size() > 1) {
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
