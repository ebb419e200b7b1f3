package org.kgcoop.tensor;

import java.io.IOException;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.global.torch;

/** The native library as a whole: its threads, its version, its memory. */
public final class Engine {
  private Engine() {}

  /**
   * How many threads one operation may use. To be set before worker threads start.
   *
   * @throws IllegalArgumentException where {@code threads} is below 1
   */
  public static void setThreads(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads: expected at least 1, got " + threads);
    }
    torch.set_num_threads(threads);
  }

  public static int threads() {
    return torch.get_num_threads();
  }

  /** The version of the LibTorch binding, such as {@code 2.10.0-1.5.13}. Loads no native code. */
  public static String version() throws IOException {
    return Loader.getVersion("org.bytedeco", "pytorch");
  }

  /** Bytes of physical memory that this process holds, Java heap included. */
  public static long physicalBytes() {
    return Pointer.physicalBytes();
  }
}
