package org.kgcoop.tensor;

import java.io.IOException;
import java.nio.file.Path;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.UserFolders;

/**
 * The loading of the native libraries, once per process. It takes half a second, so a program can
 * start it early: {@link #loadAhead} loads them on a separate thread.
 */
public final class NativeLibraries {
  private static final String CACHE_FOLDER = "org.bytedeco.javacpp.cachedir";
  private static final String EXTENSION = "org.bytedeco.javacpp.platform.extension";
  private static final String GPU = "-gpu";

  private static boolean loaded;
  private static boolean closed;

  /**
   * The error of loading in the background. A class that failed to initialize hides its cause
   * later.
   */
  private static @Nullable KgCoopException failure;

  private NativeLibraries() {}

  /** Starts loading. The first user of the libraries gets the error, if any. */
  public static void loadAhead() {
    Thread thread = new Thread(NativeLibraries::tryToLoad, "native libraries");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Waits for {@link #loadAhead} and prevents further loading. A process must not exit while
   * libraries are loading, because their destructors would run concurrently with their
   * constructors.
   */
  public static synchronized void close() {
    closed = true;
  }

  @SuppressWarnings("StaticAssignmentOfThrowable") // the first user of the libraries throws it
  private static synchronized void tryToLoad() {
    if (!closed) {
      try {
        load();
      } catch (KgCoopException e) {
        failure = e;
      }
    }
  }

  static synchronized void load() {
    if (loaded) {
      return;
    }
    if (failure != null) {
      throw failure;
    }
    chooseCacheFolder();
    leaveOutGpuLibraries();
    String folder = "/org/bytedeco/pytorch/" + Loader.getPlatform() + "/";
    try {
      // Unpacks all libraries before loading the first. Otherwise the loader could use the system's
      // libtorch instead of one that is not unpacked yet, and two versions in one process crash.
      Loader.cacheResources(Loader.class, folder);
      Loader.load(torch.class);
    } catch (IOException e) {
      throw KgCoopException.io(
          ("cannot unpack the native libraries to %s: %s; free 500 MB there, or name another "
                  + "folder with -D%s=DIR")
              .formatted(System.getProperty(CACHE_FOLDER), e.getMessage(), CACHE_FOLDER),
          e);
    } catch (LinkageError e) {
      throw new KgCoopException(
          KgCoopException.Category.BUG,
          ("no native libraries for %s on the class path: there are some for linux-x86_64, "
                  + "macosx-arm64, macosx-x86_64 and windows-x86_64; use the archive of this "
                  + "platform, or the dependency org.kgcoop:kgcoop-natives-PLATFORM (%s)")
              .formatted(Loader.getPlatform(), e.getMessage()),
          e);
    }
    loaded = true;
  }

  /**
   * Without LibTorch for GPUs on the class path, prevents that the loader searches for the 30
   * libraries of CUDA, and loads some of the system. The search takes as long as all other loading.
   */
  private static void leaveOutGpuLibraries() {
    String library = Loader.getPlatform() + GPU + "/" + System.mapLibraryName("jnitorch");
    if (System.getProperty(EXTENSION) == null
        && Loader.class.getResource("/org/bytedeco/pytorch/" + library) == null) {
      System.setProperty(EXTENSION, "-cpu"); // an extension that no library has
    }
  }

  /**
   * Chooses the folder for unpacked libraries. Without a home folder, the binding would use a
   * folder "?".
   */
  private static void chooseCacheFolder() {
    if (System.getProperty(CACHE_FOLDER) == null) {
      Path usual = UserFolders.ofThisProcess().home().resolve(".javacpp").resolve("cache");
      Path chosen = UserFolders.isWritable(usual) ? usual : UserFolders.cache("natives");
      System.setProperty(CACHE_FOLDER, chosen.toString());
    }
  }
}
