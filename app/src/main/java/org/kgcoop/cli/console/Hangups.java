package org.kgcoop.cli.console;

import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The signal HUP, by which servers are told to read their files again. A platform without it never
 * asks. By reflection, because the compiler warns of {@code sun.misc} and no annotation hinders it.
 */
public final class Hangups {
  private final AtomicBoolean asked = new AtomicBoolean();

  public Hangups() {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object asking =
          Proxy.newProxyInstance(
              Hangups.class.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) -> {
                asked.set(true);
                return null;
              });
      Object unused =
          signal
              .getMethod("handle", signal, handler)
              .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), asking);
    } catch (ReflectiveOperationException e) {
      // There is no such signal here.
    }
  }

  /** True if the signal came since the last call. */
  public boolean asked() {
    return asked.getAndSet(false);
  }
}
