package org.kgcoop.clip;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * Features of fixed texts, kept in memory. Cross-validation asks for the features of the same texts
 * again for each fold and method. The least recently used features are dropped. Several threads can
 * use a cache; two of them may compute the same features.
 */
public final class TextFeatureCache implements AutoCloseable {
  /** Maximum number of values: 16 MiB of float32. */
  private static final long MAX_VALUES = 1 << 22;

  private final long mostValues;
  private final Map<Object, Tensor> features = new LinkedHashMap<>(16, 0.75f, true);
  private long values;

  TextFeatureCache() {
    this(MAX_VALUES);
  }

  /** Creates a cache with a custom limit, so that tests can fill it. */
  TextFeatureCache(long mostValues) {
    this.mostValues = mostValues;
  }

  /**
   * Returns a copy of the features of texts, owned by the innermost scope.
   *
   * @param texts the texts, with everything that their features depend on
   * @param compute computes the features, if they are not in the cache
   */
  public Tensor get(Object texts, Supplier<Tensor> compute) {
    synchronized (features) {
      Tensor known = features.get(texts);
      if (known != null) {
        return known.copy();
      }
    }
    try (Scope scope = Scope.open("text features")) {
      Tensor computed = compute.get();
      if (computed.count() <= mostValues) {
        put(texts, computed.copy().keep());
      }
      return scope.promote(computed);
    }
  }

  private void put(Object texts, Tensor computed) {
    synchronized (features) {
      drop(features.put(texts, computed));
      values += computed.count();
      Iterator<Tensor> oldest = features.values().iterator();
      while (values > mostValues) {
        Tensor dropped = oldest.next();
        oldest.remove();
        drop(dropped);
      }
    }
  }

  private void drop(@Nullable Tensor dropped) {
    if (dropped != null) {
      values -= dropped.count();
      dropped.close();
    }
  }

  @Override
  public void close() {
    synchronized (features) {
      features.values().forEach(Tensor::close);
      features.clear();
      values = 0;
    }
  }
}
