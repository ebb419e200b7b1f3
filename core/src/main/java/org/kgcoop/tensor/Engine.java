package org.kgcoop.tensor;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;

/** The native library as a whole: its threads, its version, its memory. */
public final class Engine {
  private Engine() {}

  private static final AtomicInteger THREADS = new AtomicInteger();

  static {
    NativeLibraries.load();
    THREADS.set(torch.get_num_threads());
    setThreadsOfAnOperation(1);
  }

  /** Runs the loading of the native library once, before anything else touches the binding. */
  static void ensureLoaded() {}

  /**
   * Sets how many pieces of a work are computed at a time. No result depends on it.
   *
   * @throws IllegalArgumentException where {@code threads} is below 1
   */
  public static void setThreads(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads: expected at least 1, got " + threads);
    }
    THREADS.set(threads);
  }

  /** The number of {@link Workers}: the machine's cores unless set. */
  public static int threads() {
    return THREADS.get();
  }

  /**
   * Sets how many threads one operation of the native library may use: 1 unless set, since {@link
   * Workers} divide work at the outside, where it is worth it. Threads of operations would meet
   * after each of them, and those of OpenMP and of OpenBLAS wait spinning for the next, on the
   * cores of each other and of the workers. And the last bits of a result may depend on how many
   * threads have made it.
   *
   * <p>For measurements of what the library does by default. It goes for the calling thread and for
   * those that have not yet computed.
   */
  public static void setThreadsOfAnOperation(int threads) {
    // A thread takes over the number for new threads when it is first asked for its own; it must
    // not do that after it was given one.
    torch.get_num_threads();
    torch.set_num_threads(threads);
    openblas_nolapack.blas_set_num_threads(threads);
  }

  /** The version of the LibTorch binding, such as {@code 2.10.0-1.5.13}. */
  public static String version() throws IOException {
    return Loader.getVersion("org.bytedeco", "pytorch");
  }

  /** Bytes of physical memory that this process holds, Java heap included. */
  public static long physicalBytes() {
    return Pointer.physicalBytes();
  }
}
