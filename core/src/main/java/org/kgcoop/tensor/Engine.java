package org.kgcoop.tensor;

import java.io.File;
import java.io.IOException;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.global.torch;
import org.kgcoop.KgCoopException;

/** The native library as a whole: its threads, its version, its memory. */
public final class Engine {
  private Engine() {}

  static {
    load();
  }

  /** Runs the loading of the native library once, before anything else touches the binding. */
  static void ensureLoaded() {}

  private static void load() {
    String folder = "/org/bytedeco/pytorch/" + Loader.getPlatform() + "/";
    try {
      // All libraries are unpacked before the first is loaded: else a libtorch of the system's
      // would
      // be found in place of one that is not unpacked yet, and two versions in one process crash
      // it.
      File[] unused = Loader.cacheResources(Loader.class, folder);
      String unusedName = Loader.load(torch.class);
    } catch (IOException e) {
      throw KgCoopException.io(
          "cannot unpack the native libraries to "
              + cacheFolder()
              + ": "
              + e.getMessage()
              + "; free 500 MB there, or name another folder with"
              + " -Dorg.bytedeco.javacpp.cachedir=DIR",
          e);
    } catch (UnsatisfiedLinkError e) {
      throw new KgCoopException(
          KgCoopException.Category.BUG,
          "no native libraries for "
              + Loader.getPlatform()
              + " on the class path: add org.bytedeco:pytorch, openblas and javacpp with that"
              + " classifier ("
              + e.getMessage()
              + ")",
          e);
    }
  }

  private static String cacheFolder() {
    return System.getProperty(
        "org.bytedeco.javacpp.cachedir", System.getProperty("user.home") + "/.javacpp/cache");
  }

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

  /** The version of the LibTorch binding, such as {@code 2.10.0-1.5.13}. */
  public static String version() throws IOException {
    return Loader.getVersion("org.bytedeco", "pytorch");
  }

  /** Bytes of physical memory that this process holds, Java heap included. */
  public static long physicalBytes() {
    return Pointer.physicalBytes();
  }
}
