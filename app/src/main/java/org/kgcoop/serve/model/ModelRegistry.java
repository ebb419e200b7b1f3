package org.kgcoop.serve.model;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.kgcoop.api.ClassGroups;
import org.kgcoop.api.Classifier;
import org.kgcoop.serve.http.HttpErrorException;

/**
 * The models of a server by name, the first of them the default. They are fixed when the server
 * starts. The registry owns its classifiers.
 */
public final class ModelRegistry implements AutoCloseable {
  private final Map<String, ServedModel> models = new LinkedHashMap<>();

  /**
   * Creates a registry of models without groups.
   *
   * @param models by name, at least one
   */
  public ModelRegistry(Map<String, Classifier> models) {
    this(models, classNames -> null);
  }

  /**
   * Creates a registry.
   *
   * @param models by name, at least one
   * @param groups returns the groups of classes, or null
   */
  public ModelRegistry(
      Map<String, Classifier> models, Function<List<String>, @Nullable ClassGroups> groups) {
    if (models.isEmpty()) {
      throw new IllegalArgumentException("models: expected at least one");
    }
    models.forEach(
        (name, model) -> {
          ClassGroups own = model.hasTags() ? null : groups.apply(model.classNames());
          this.models.put(name, new ServedModel(name, model, own));
        });
  }

  /**
   * Returns a model.
   *
   * @param name null for the default
   * @throws HttpErrorException 404 if the model does not exist
   */
  public ServedModel get(@Nullable String name) {
    ServedModel model = name == null ? all().iterator().next() : models.get(name);
    if (model == null) {
      throw new HttpErrorException(
          404, "no such model; expected one of " + String.join(", ", models.keySet()));
    }
    return model;
  }

  /** Returns all models, the default first. */
  public Collection<ServedModel> all() {
    return Collections.unmodifiableCollection(models.values());
  }

  /** Closes the classifiers. Close the server first. */
  @Override
  public void close() {
    all().forEach(model -> model.classifier().close());
  }
}
