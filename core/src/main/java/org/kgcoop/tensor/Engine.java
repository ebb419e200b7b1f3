package org.kgcoop.tensor;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;

/** Global settings and data of the native library: threads, version, memory. */
public final class Engine {
  private Engine() {}

  private static final AtomicInteger THREADS = new AtomicInteger();
  private static volatile boolean loaded;

  /**
   * Loads the native library once, before the first use of the binding. This is no initialization
   * of the class, whose error would be another one, and would hide its cause from the second user.
   *
   * @throws org.kgcoop.KgCoopException if the class path has none for this platform, or it cannot
   *     be unpacked
   */
  static void ensureLoaded() {
    if (!loaded) {
      load();
    }
  }

  private static synchronized void load() {
    if (!loaded) {
      NativeLibraries.load();
      THREADS.compareAndSet(0, torch.get_num_threads());
      applyThreadsOfAnOperation(1);
      loaded = true;
    }
  }

  /**
   * Sets the number of {@link Workers}. Results do not depend on it.
   *
   * @throws IllegalArgumentException if {@code threads} is below 1
   */
  public static void setThreads(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads: expected at least 1, got " + threads);
    }
    THREADS.set(threads);
  }

  /** Returns the number of {@link Workers}, by default the number of cores. */
  public static int threads() {
    ensureLoaded();
    return THREADS.get();
  }

  /**
   * Sets the number of threads per operation of the native library. The default is 1, because
   * {@link Workers} divide larger pieces of work. Threads of an operation must meet after each
   * operation, and those of OpenMP and OpenBLAS spin while they wait, on cores that others need.
   * The last bits of a result may also depend on the number of threads.
   *
   * <p>Use it to measure the library's default behavior. It applies to the calling thread and to
   * threads that have not computed yet.
   */
  public static void setThreadsOfAnOperation(int threads) {
    ensureLoaded();
    applyThreadsOfAnOperation(threads);
  }

  private static void applyThreadsOfAnOperation(int threads) {
    // On its first query, a thread adopts the number for new threads. Query before setting, so that
    // it does not overwrite the setting.
    torch.get_num_threads();
    torch.set_num_threads(threads);
    openblas_nolapack.blas_set_num_threads(threads);
  }

  /** Returns the version of the LibTorch binding, such as {@code 2.10.0-1.5.13}. */
  public static String version() throws IOException {
    return Loader.getVersion("org.bytedeco", "pytorch");
  }

  /** Returns the physical memory of this process in bytes, including the Java heap. */
  public static long physicalBytes() {
    ensureLoaded();
    return Pointer.physicalBytes();
  }
}
