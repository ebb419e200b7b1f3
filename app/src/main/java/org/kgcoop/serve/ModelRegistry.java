package org.kgcoop.serve;

import com.google.errorprone.annotations.MustBeClosed;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kgcoop.classify.Classifier;

/**
 * The models of a server by name, the first of them the default. They may be added, replaced and
 * removed while requests use them: a request keeps the model that it began with, and a model that
 * is replaced is closed when the last of its requests is over.
 *
 * <p>It owns its classifiers, and may be used by any number of threads.
 */
public final class ModelRegistry implements AutoCloseable {
  private final Map<String, Model> models = new LinkedHashMap<>();

  /** A classifier and how many hold it, the registry being one. */
  private static final class Model {
    private final Classifier classifier;
    private int holders = 1;

    Model(Classifier classifier) {
      this.classifier = classifier;
    }
  }

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

  /** A model that stays open until this is closed. */
  final class Use implements AutoCloseable {
    private final String name;
    private final Model model;

    private Use(String name, Model model) {
      this.name = name;
      this.model = model;
    }

    String name() {
      return name;
    }

    Classifier classifier() {
      return model.classifier;
    }

    @Override
    public void close() {
      release(model);
    }
  }

  /**
   * The model of that name as it is now.
   *
   * @param name null for the default
   * @throws RefusedRequestException 404 where there is none
   */
  @MustBeClosed
  synchronized Use use(@Nullable String name) {
    String known = name == null ? models.keySet().iterator().next() : name;
    Model model = models.get(known);
    if (model == null) {
      throw unknown();
    }
    model.holders++;
    return new Use(known, model);
  }

  private RefusedRequestException unknown() {
    return new RefusedRequestException(
        404, "no such model; expected one of " + String.join(", ", models.keySet()));
  }

  /** What there is now, for telling about it: any of them may be closed at any time. */
  public synchronized Map<String, Classifier> all() {
    Map<String, Classifier> all = new LinkedHashMap<>();
    models.forEach((name, model) -> all.put(name, model.classifier));
    return Collections.unmodifiableMap(all);
  }

  /** Adds models, or replaces those of the same name in their places; no request sees a part. */
  public void putAll(Map<String, Classifier> added) {
    List<Model> replaced = new ArrayList<>();
    synchronized (this) {
      added.forEach(
          (name, classifier) -> {
            Model old = models.put(name, new Model(classifier));
            if (old != null) {
              replaced.add(old);
            }
          });
    }
    replaced.forEach(this::release);
  }

  /**
   * Takes a model away.
   *
   * @throws RefusedRequestException 404 where there is none, 409 where it is the only one
   */
  void remove(String name) {
    Model removed;
    synchronized (this) {
      if (!models.containsKey(name)) {
        throw unknown();
      }
      if (models.size() == 1) {
        throw new RefusedRequestException(409, "the only model; add another before it goes");
      }
      removed = models.remove(name);
    }
    release(removed);
  }

  private void release(Model model) {
    boolean last;
    synchronized (this) {
      last = --model.holders == 0;
    }
    if (last) {
      model.classifier.close();
    }
  }

  /** Closes every model that no request uses, and the others when theirs are over. */
  @Override
  public void close() {
    List<Model> left;
    synchronized (this) {
      left = List.copyOf(models.values());
      models.clear();
    }
    left.forEach(this::release);
  }
}
