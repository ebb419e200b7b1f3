package org.kgcoop;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A value that is computed when it is first needed, and then kept. Thread-safe. */
public final class Lazy<T> implements Supplier<T> {
  private final Supplier<T> computation;
  private @Nullable T value;

  public Lazy(Supplier<T> computation) {
    this.computation = computation;
  }

  @Override
  public synchronized T get() {
    T known = value == null ? computation.get() : value;
    value = known;
    return known;
  }
}
