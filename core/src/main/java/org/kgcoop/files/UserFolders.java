package org.kgcoop.files;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The folders for files that can be computed or downloaded again: {@code $XDG_CACHE_HOME}, or
 * {@code ~/.cache}. If they cannot be written, or a container has no home folder, a temporary
 * folder replaces them.
 *
 * @param home the home folder, or its replacement
 * @param caches the folder of all programs' caches
 * @param warning a warning if a temporary folder replaces the home folder
 */
public record UserFolders(Path home, Path caches, Optional<String> warning) {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");
  private static final UserFolders THIS_PROCESS =
      of(
          System.getenv("XDG_CACHE_HOME"),
          home(System.getenv("HOME"), System.getProperty("user.home")),
          Path.of(System.getProperty("java.io.tmpdir")),
          System.getProperty("user.name"));

  /**
   * Determines the folders of a user.
   *
   * @param xdgCacheHome the value of {@code XDG_CACHE_HOME}
   * @param home the home folder, which is {@code ?} if there is none
   */
  static UserFolders of(@Nullable String xdgCacheHome, Path home, Path temporary, String user) {
    Path named = xdgCacheHome == null || xdgCacheHome.isEmpty() ? null : Path.of(xdgCacheHome);
    Path own = home.isAbsolute() ? home : ofTemporary(temporary, user);
    Path usual = named == null ? own.resolve(".cache") : named;
    if ((home.isAbsolute() || named != null) && isWritable(usual)) {
      return new UserFolders(own, usual, Optional.empty());
    }
    Path caches = ofTemporary(temporary, user).resolve(".cache");
    String reason = home.isAbsolute() ? usual + " cannot be written" : "there is no home folder";
    String warning =
        "%s: kept files go to %s, which may be temporary; set XDG_CACHE_HOME to a better place"
            .formatted(reason, caches);
    return new UserFolders(own, caches, Optional.of(warning));
  }

  /**
   * Returns the home folder that the environment names, as shells and other programs do. The JVM
   * asks the system for it, and ignores the environment.
   */
  static Path home(@Nullable String environment, String ofSystem) {
    return environment != null && Path.of(environment).isAbsolute()
        ? Path.of(environment)
        : Path.of(ofSystem);
  }

  /** Returns the folders of the user of this process. */
  public static UserFolders ofThisProcess() {
    return THIS_PROCESS;
  }

  /** Returns the folder of a cache of this program, which may not exist yet. */
  public static Path cache(String name) {
    return THIS_PROCESS.caches.resolve("kgcoop").resolve(name);
  }

  /** Returns true if files can be created in a folder, which may not exist yet. */
  public static boolean isWritable(Path folder) {
    Path there = folder.toAbsolutePath();
    while (there != null && !Files.exists(there)) {
      there = there.getParent();
    }
    return there != null && Files.isDirectory(there) && Files.isWritable(there);
  }

  /** Returns a folder that only this user can write, because it can contain native libraries. */
  private static Path ofTemporary(Path temporary, String user) {
    Path folder = temporary.resolve("kgcoop-" + user);
    try {
      if (!FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
        return Files.createDirectories(folder);
      }
      return Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    } catch (FileAlreadyExistsException e) {
      return isOwn(folder) ? folder : another(temporary, folder);
    } catch (IOException e) {
      return folder; // the first write reports the error
    }
  }

  private static boolean isOwn(Path folder) {
    try {
      return Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
          && Files.isWritable(folder)
          && Files.getPosixFilePermissions(folder).equals(OWNER_ONLY);
    } catch (IOException e) {
      return false;
    }
  }

  private static Path another(Path temporary, Path taken) {
    try {
      return Files.createTempDirectory(temporary, "kgcoop-");
    } catch (IOException e) {
      return taken;
    }
  }
}
