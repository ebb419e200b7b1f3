package org.kgcoop.serve.model;

import com.google.errorprone.annotations.MustBeClosed;
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
  public SharedClassifier use(List<String> classNames, String template, Deadline deadline) {
    Texts texts = new Texts(List.copyOf(classNames), template);
    SharedClassifier found = known(texts);
    return found != null ? found : lock.run(deadline, () -> meanwhileOrNew(texts));
  }

  private synchronized @Nullable SharedClassifier known(Texts texts) {
    SharedClassifier classifier = known.get(texts);
    return classifier == null ? null : classifier.use();
  }

  private SharedClassifier meanwhileOrNew(Texts texts) {
    SharedClassifier meanwhile = known(texts);
    if (meanwhile != null) {
      return meanwhile;
    }
    SharedClassifier added =
        new SharedClassifier(
            "zero-shot", Classifier.zeroShot(clip, texts.classNames(), texts.template()));
    synchronized (this) {
      known.put(texts, added.use());
      classes += texts.classNames().size();
      Iterator<Map.Entry<Texts, SharedClassifier>> oldest = known.entrySet().iterator();
      while (classes > maxClasses && known.size() > 1) {
        Map.Entry<Texts, SharedClassifier> entry = oldest.next();
        oldest.remove();
        classes -= entry.getKey().classNames().size();
        entry.getValue().close();
      }
    }
    return added;
  }

  synchronized int size() {
    return known.size();
  }

  @Override
  public synchronized void close() {
    known.values().forEach(SharedClassifier::close);
    known.clear();
  }
}
