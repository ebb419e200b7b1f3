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
 * The folders where a user keeps what can be computed or fetched again: {@code $XDG_CACHE_HOME},
 * else {@code ~/.cache}. Where that cannot be written, or in a container without a home, a folder
 * in the temporary one takes its place.
 */
public final class UserFolders {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");
  private static final UserFolders THIS_PROCESS =
      new UserFolders(
          System.getenv("XDG_CACHE_HOME"),
          Path.of(System.getProperty("user.home")),
          Path.of(System.getProperty("java.io.tmpdir")),
          System.getProperty("user.name"));

  private final Path home;
  private final Path caches;
  private final Optional<String> warning;

  /**
   * The folders of a user.
   *
   * @param given what {@code XDG_CACHE_HOME} is set to
   * @param home the home as the JVM knows it, which is {@code ?} where there is none
   */
  UserFolders(@Nullable String given, Path home, Path temporary, String user) {
    Path named = given == null || given.isEmpty() ? null : Path.of(given);
    this.home = home.isAbsolute() ? home : ofTemporary(temporary, user);
    Path usual = named == null ? this.home.resolve(".cache") : named;
    boolean kept = home.isAbsolute() || named != null;
    if (kept && isWritable(usual)) {
      this.caches = usual;
      this.warning = Optional.empty();
    } else {
      this.caches = ofTemporary(temporary, user).resolve(".cache");
      this.warning =
          Optional.of(
              ("%s: what is kept between calls goes to %s, which may not last; set "
                      + "XDG_CACHE_HOME to a better place")
                  .formatted(
                      (home.isAbsolute()
                          ? usual + " cannot be written"
                          : "there is no home folder"),
                      caches));
    }
  }

  /** The folders of the user of this process. */
  public static UserFolders ofThisProcess() {
    return THIS_PROCESS;
  }

  /** The home, or what stands for it where there is none. */
  public Path home() {
    return home;
  }

  /** The folder of all programs' caches. */
  Path caches() {
    return caches;
  }

  /** The folder of this program's caches of that name, which need not be there yet. */
  public static Path cache(String name) {
    return THIS_PROCESS.caches.resolve("kgcoop").resolve(name);
  }

  /** A line about the place that stands for the home, where one does. */
  public Optional<String> warning() {
    return warning;
  }

  /** True if files can be made in a folder that is there, or that can be made. */
  public static boolean isWritable(Path folder) {
    Path there = folder.toAbsolutePath();
    while (there != null && !Files.exists(there)) {
      there = there.getParent();
    }
    return there != null && Files.isDirectory(there) && Files.isWritable(there);
  }

  /** A folder that nobody else can write, since native libraries may lie in it. */
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
      return folder; // who needs it says what is wrong
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
