package org.kgcoop.tensor;

import java.io.IOException;
import java.nio.file.Path;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.UserFolders;

/**
 * Loads the native libraries, once. It takes half a second, so a program that is going to compute
 * may begin before it needs them: {@link #loadAhead} does it on a thread of its own.
 */
public final class NativeLibraries {
  private static final String CACHE_FOLDER = "org.bytedeco.javacpp.cachedir";

  private static boolean loaded;
  private static boolean closed;

  /** The error of loading in the background; a class that failed once hides its cause later. */
  private static @Nullable KgCoopException failure;

  private NativeLibraries() {}

  /** Begins to load them. An error is left to the first that needs them. */
  public static void loadAhead() {
    Thread thread = new Thread(NativeLibraries::tryToLoad, "native libraries");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Waits for what {@link #loadAhead} began and lets it begin nothing more. A process must not end
   * while libraries are loaded: their destructors would run beside their constructors.
   */
  public static synchronized void close() {
    closed = true;
  }

  @SuppressWarnings("StaticAssignmentOfThrowable") // whoever needs them later throws this one
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
    String folder = "/org/bytedeco/pytorch/" + Loader.getPlatform() + "/";
    try {
      // All libraries are unpacked before the first is loaded: else a libtorch of the system's
      // would be found in place of one that is not unpacked yet, and two versions in one process
      // crash it.
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
   * Chooses the folder where the libraries are unpacked: the binding's own default would be a
   * folder "?" without a home.
   */
  private static void chooseCacheFolder() {
    if (System.getProperty(CACHE_FOLDER) == null) {
      Path usual = UserFolders.ofThisProcess().home().resolve(".javacpp").resolve("cache");
      Path chosen = UserFolders.isWritable(usual) ? usual : UserFolders.cache("natives");
      System.setProperty(CACHE_FOLDER, chosen.toString());
    }
  }
}
