package org.kgcoop.tensor;

import java.io.IOException;
import java.util.Properties;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.natives.NativeSettings;
import org.kgcoop.natives.SystemRequirements;

/**
 * The loading of the native libraries, once per process. It takes half a second, so a program can
 * start it early: {@link #loadAhead} loads them on a separate thread.
 */
public final class NativeLibraries {
  /** The variant of native libraries. If it is not set, the loader looks for all variants. */
  private static final String VARIANT = "platform.extension";

  private static boolean loaded;
  private static boolean closed;

  /**
   * The first error of loading, for all users. A class of the binding that failed to initialize
   * hides its cause later.
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

  private static synchronized void tryToLoad() {
    if (!closed) {
      try {
        load();
      } catch (KgCoopException e) {
        return; // the first user of the libraries throws it
      }
    }
  }

  @SuppressWarnings("StaticAssignmentOfThrowable") // every user of the libraries throws it
  static synchronized void load() {
    if (failure != null) {
      throw failure;
    }
    if (!loaded) {
      try {
        unpackAndLoad();
        loaded = true;
      } catch (KgCoopException e) {
        failure = e;
        throw e;
      }
    }
  }

  private static void unpackAndLoad() {
    SystemRequirements.check();
    NativeSettings.choose();
    chooseVariant();
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
              .formatted(
                  System.getProperty(NativeSettings.CACHE_FOLDER),
                  e.getMessage(),
                  NativeSettings.CACHE_FOLDER),
          e);
    } catch (LinkageError e) {
      String library = folder + System.mapLibraryName("jnitorch");
      throw SystemRequirements.failure(
          Loader.getPlatform(), Loader.class.getResource(library) != null, e);
    }
  }

  /**
   * Excludes the CUDA libraries, unless LibTorch's variant for GPUs is on the class path. Otherwise
   * the loader would search each of them in each jar of the class path, which takes a second with
   * 200 jars, and load those of the system.
   */
  private static void chooseVariant() {
    Properties properties = Loader.loadProperties();
    String gpu = "/org/bytedeco/pytorch/" + Loader.getPlatform() + "-gpu/";
    if (properties.getProperty(VARIANT) == null
        && Loader.class.getResource(gpu + System.mapLibraryName("jnitorch")) == null) {
      properties.setProperty(VARIANT, "-cpu"); // any other name
    }
  }
}
