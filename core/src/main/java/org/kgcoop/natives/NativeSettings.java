package org.kgcoop.natives;

import java.nio.file.Path;
import org.kgcoop.files.UserFolders;

/** Settings of JavaCPP, which must be chosen before the first class of a binding is loaded. */
public final class NativeSettings {
  /** The property with the folder for unpacked libraries. */
  public static final String CACHE_FOLDER = "org.bytedeco.javacpp.cachedir";

  private static final String MEMORY_LIMIT = "org.bytedeco.javacpp.maxPhysicalBytes";

  private static volatile boolean isQuiet;

  private NativeSettings() {}

  /**
   * Makes native libraries that are loaded later write nothing to the error stream. Libjpeg would
   * write about each damaged image, besides the message of this program. Only a program may decide
   * this for its process, not a library.
   */
  public static void quiet() {
    isQuiet = true;
  }

  /** Returns true after {@link #quiet}. */
  public static boolean isQuiet() {
    return isQuiet;
  }

  /** Chooses what the user did not choose. */
  public static synchronized void choose() {
    chooseMemoryLimit();
    chooseCacheFolder();
  }

  /**
   * Removes the limit of the process's memory, by default four times the heap. With a limit, the
   * binding reads the used memory from a file of the system before every tensor, which takes an
   * eighth of the time of a training step with short texts.
   */
  private static void chooseMemoryLimit() {
    if (System.getProperty(MEMORY_LIMIT) == null) {
      System.setProperty(MEMORY_LIMIT, "0");
    }
  }

  /**
   * Chooses the folder for unpacked libraries. Without a home folder, the binding would use a
   * folder "?".
   */
  private static void chooseCacheFolder() {
    if (System.getProperty(CACHE_FOLDER) == null) {
      Path defaultFolder = UserFolders.ofThisProcess().home().resolve(".javacpp").resolve("cache");
      Path chosen =
          UserFolders.isWritable(defaultFolder) ? defaultFolder : UserFolders.cache("natives");
      System.setProperty(CACHE_FOLDER, chosen.toString());
    }
  }
}
