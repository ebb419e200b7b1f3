package org.kgcoop.serve.model;

import com.google.errorprone.annotations.MustBeClosed;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kgcoop.classify.Classifier;
import org.kgcoop.serve.http.RefusedRequestException;

/**
 * The models of a server by name, the first of them the default. They may be added, replaced and
 * removed while requests use them: a request keeps the model that it began with, and a model that
 * is replaced is closed when the last of its requests is over.
 *
 * <p>It owns its classifiers, and may be used by any number of threads.
 */
public final class ModelRegistry implements AutoCloseable {
  private final Map<String, SharedClassifier> models = new LinkedHashMap<>();

  /**
   * A registry of these models.
   *
   * @param models by name, at least one
   */
  public ModelRegistry(Map<String, Classifier> models) {
    if (models.isEmpty()) {
      throw new IllegalArgumentException("models: expected at least one");
    }
    putAll(models);
  }

  /**
   * The model of that name as it is now.
   *
   * @param name null for the default
   * @throws RefusedRequestException 404 where there is none
   */
  @MustBeClosed
  public synchronized SharedClassifier.Use use(@Nullable String name) {
    String known = name == null ? models.keySet().iterator().next() : name;
    SharedClassifier model = models.get(known);
    if (model == null) {
      throw unknown();
    }
    return model.use();
  }

  private RefusedRequestException unknown() {
    return new RefusedRequestException(
        404, "no such model; expected one of " + String.join(", ", models.keySet()));
  }

  /** The models that there are now, to be told of: any of them may be closed at any time. */
  public synchronized Map<String, Classifier> all() {
    Map<String, Classifier> all = new LinkedHashMap<>();
    models.forEach((name, model) -> all.put(name, model.classifier()));
    return Collections.unmodifiableMap(all);
  }

  /** Adds models, or replaces those of the same name in their places; no request sees a part. */
  public void putAll(Map<String, Classifier> added) {
    List<SharedClassifier> replaced = new ArrayList<>();
    synchronized (this) {
      added.forEach(
          (name, classifier) -> {
            SharedClassifier old = models.put(name, new SharedClassifier(name, classifier));
            if (old != null) {
              replaced.add(old);
            }
          });
    }
    replaced.forEach(SharedClassifier::release);
  }

  /**
   * Takes a model away.
   *
   * @throws RefusedRequestException 404 where there is none, 409 where it is the only one
   */
  public void remove(String name) {
    SharedClassifier removed;
    synchronized (this) {
      if (!models.containsKey(name)) {
        throw unknown();
      }
      if (models.size() == 1) {
        throw new RefusedRequestException(409, "the only model; add another before it goes");
      }
      removed = models.remove(name);
    }
    removed.release();
  }

  /** Closes every model that no request uses, and the others when theirs are over. */
  @Override
  public void close() {
    List<SharedClassifier> left;
    synchronized (this) {
      left = List.copyOf(models.values());
      models.clear();
    }
    left.forEach(SharedClassifier::release);
  }
}
