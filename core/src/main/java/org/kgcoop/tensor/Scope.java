package org.kgcoop.tensor;

import com.google.errorprone.annotations.MustBeClosed;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.jspecify.annotations.Nullable;

/**
 * An owner of tensors. The innermost open scope of a thread owns every tensor that the thread
 * creates, and frees them when it is closed. Without scopes, native memory would grow until the
 * garbage collector runs, because the Java heap does not contain the tensors.
 *
 * <pre>{@code
 * try (Scope step = Scope.open("step")) {
 *   return step.promote(method.loss(batch)); // now owned by the outer scope
 * }
 * }</pre>
 *
 * <p>Scopes belong to the thread that opened them. Close them in the reverse order of opening.
 */
public final class Scope implements AutoCloseable {
  private static final ThreadLocal<@Nullable Scope> INNERMOST = new ThreadLocal<>();

  private final String name;
  private final @Nullable Scope outer;
  private final PointerScope pointers;
  private boolean closed;

  private Scope(String name, @Nullable Scope outer) {
    this.name = name;
    this.outer = outer;
    this.pointers = new PointerScope();
  }

  /** Opens a scope. Error messages about a use after close contain {@code name}. */
  @MustBeClosed
  public static Scope open(String name) {
    Engine.ensureLoaded();
    Scope scope = new Scope(name, INNERMOST.get());
    INNERMOST.set(scope);
    return scope;
  }

  /**
   * Returns the innermost open scope of this thread.
   *
   * @throws IllegalStateException if none is open
   */
  static Scope innermost() {
    Scope scope = INNERMOST.get();
    if (scope == null) {
      throw new IllegalStateException(
          "a tensor was created outside of any scope: open one with Scope.open(name) around it");
    }
    return scope;
  }

  /**
   * Moves a tensor from this scope to the outer scope.
   *
   * @throws IllegalStateException if there is no outer scope; use {@link Tensor#keep()} instead
   */
  public Tensor promote(Tensor tensor) {
    if (outer == null) {
      throw new IllegalStateException(
          "scope '" + name + "' has no outer scope to promote a tensor to");
    }
    tensor.checkOpen("promote");
    if (tensor.isKept()) {
      outer.adopt(tensor);
      return tensor;
    }
    outer.pointers.attach(tensor.handle());
    tensor.ownedBy(outer);
    return tensor;
  }

  /** Takes ownership of a kept tensor, possibly from another thread. */
  void adopt(Tensor tensor) {
    if (tensor.isKept()) {
      pointers.attach(tensor.handle());
      tensor.handle().releaseReference(); // the reference of keep()
      tensor.ownedBy(this);
    }
  }

  /** Keeps a native helper object out of all scopes until it is closed. */
  static <P extends Pointer> P forever(P pointer) {
    pointer.retainReference();
    return pointer;
  }

  boolean isClosed() {
    return closed;
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    if (INNERMOST.get() != this) {
      throw new IllegalStateException(
          "scope '" + name + "' closed by another thread, or before a scope inside it");
    }
    closed = true;
    INNERMOST.set(outer);
    pointers.close();
  }

  @Override
  public String toString() {
    return "scope '" + name + "'";
  }
}
