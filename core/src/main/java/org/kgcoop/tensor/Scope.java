package org.kgcoop.tensor;

import com.google.errorprone.annotations.MustBeClosed;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.jspecify.annotations.Nullable;

/**
 * Owns every tensor that its thread makes while it is the innermost open scope, and frees them when
 * it is closed. Without it native memory would grow until the garbage collector happens to run,
 * because the Java heap does not see tensors.
 *
 * <pre>{@code
 * try (Scope step = Scope.open("step")) {
 *   return step.promote(method.loss(batch)); // now owned by the scope around this one
 * }
 * }</pre>
 *
 * Scopes belong to the thread that opened them and close in the reverse order of opening.
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

  /** Opens a scope; {@code name} stands in the message of a use after close. */
  @MustBeClosed
  public static Scope open(String name) {
    Engine.ensureLoaded();
    Scope scope = new Scope(name, INNERMOST.get());
    INNERMOST.set(scope);
    return scope;
  }

  /**
   * The innermost open scope of this thread.
   *
   * @throws IllegalStateException where none is open
   */
  static Scope innermost() {
    Scope scope = INNERMOST.get();
    if (scope == null) {
      throw new IllegalStateException(
          "a tensor was made outside of any scope: open one with Scope.open(name) around it");
    }
    return scope;
  }

  /**
   * Hands a tensor of this scope to the scope around it.
   *
   * @throws IllegalStateException where there is no scope around this one: then {@link
   *     Tensor#keep()} gives it to the caller
   */
  public Tensor promote(Tensor tensor) {
    if (outer == null) {
      throw new IllegalStateException(
          "scope '" + name + "' has no scope around it to promote a tensor to");
    }
    tensor.checkOpen("promote");
    outer.pointers.attach(tensor.handle());
    tensor.ownedBy(outer);
    return tensor;
  }

  /** Takes over a tensor that was kept, perhaps by another thread. */
  void adopt(Tensor tensor) {
    pointers.attach(tensor.handle());
    tensor.handle().releaseReference(); // the one of keep()
    tensor.ownedBy(this);
  }

  /** Keeps a native helper object out of all scopes, until it is closed. */
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
