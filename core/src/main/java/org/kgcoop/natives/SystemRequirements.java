package org.kgcoop.natives;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.FileErrors;

/**
 * What the native libraries need of the system. {@link #check} looks before the first one is
 * loaded, where a wrong system would end the process. Where the loader only fails, {@link #failure}
 * explains its error.
 */
public final class SystemRequirements {
  /** The platforms that have native libraries, by JavaCPP's names. */
  private static final Set<String> PLATFORMS =
      Set.of("linux-x86_64", "macosx-arm64", "macosx-x86_64", "windows-x86_64");

  /**
   * LibTorch is linked with Visual C++ 14.44, and uses mutexes that need no initialization. Older
   * runtimes access a null pointer. java.exe loads the copy of its own folder first.
   */
  private static final DllVersion VISUAL_C = new DllVersion(14, 40);

  /** The {@code minos} of LibTorch's libraries. */
  private static final int MACOS = 15;

  private SystemRequirements() {}

  /**
   * Checks this system.
   *
   * @throws KgCoopException if the native libraries would end this process
   */
  public static void check() {
    Optional<String> unusedWarning = warningFor(Host.ofThisProcess());
  }

  /** Returns a warning if {@link #check} cannot see whether this system is new enough. */
  public static Optional<String> warning() {
    try {
      return warningFor(Host.ofThisProcess());
    } catch (KgCoopException e) {
      return Optional.empty(); // the first user of the native libraries gets this error
    }
  }

  /**
   * A system and its Java.
   *
   * @param name the property {@code os.name}
   * @param version the property {@code os.version}
   * @param java the folder of Java
   */
  record Host(String name, String version, Path java) {
    private static Host ofThisProcess() {
      return new Host(
          System.getProperty("os.name"),
          System.getProperty("os.version"),
          Path.of(System.getProperty("java.home")));
    }
  }

  static Optional<String> warningFor(Host host) {
    if (host.name.startsWith("Mac")) {
      checkMacOs(host.version);
    }
    Path file = host.java.resolve("bin").resolve("msvcp140.dll");
    return host.name.startsWith("Windows") && Files.exists(file)
        ? checkVisualC(file)
        : Optional.empty();
  }

  private static void checkMacOs(String version) {
    String major = version.replaceFirst("\\..*", "");
    if (major.matches("\\d{1,4}") && Integer.parseInt(major) < MACOS) {
      throw KgCoopException.configuration(
          ("macOS %s is too old: LibTorch's libraries need macOS %s or newer; update macOS, or use "
                  + "another computer")
              .formatted(version, MACOS));
    }
  }

  private static Optional<String> checkVisualC(Path file) {
    String reason;
    try {
      Optional<DllVersion> version = DllVersion.read(file);
      if (version.isPresent()) {
        if (version.get().compareTo(VISUAL_C) >= 0) {
          return Optional.empty();
        }
        throw KgCoopException.configuration(
            ("%s has version %s, but LibTorch needs %s or newer: use the archive of kgcoop, which "
                    + "has its own Java; or use a newer JDK; or replace the file with that of the "
                    + "current Visual C++ Redistributable, C:\\Windows\\System32\\msvcp140.dll")
                .formatted(file, version.get(), VISUAL_C));
      }
      reason = "it has no version";
    } catch (IOException e) {
      reason = FileErrors.reason(e);
    }
    return Optional.of(
        "cannot read the version of %s (%s): if the process ends, use the archive of kgcoop, which has its own Java"
            .formatted(file, reason));
  }

  /**
   * Explains why a native library could not be loaded.
   *
   * @param platform the platform by JavaCPP's name, such as {@code linux-x86_64}
   * @param isPresent true if the library of this platform is on the class path
   */
  public static KgCoopException failure(String platform, boolean isPresent, LinkageError error) {
    String message;
    if (isPresent && platform.startsWith("linux")) {
      message =
          "the native libraries do not start on this system: they need glibc 2.35 or newer and "
              + "libstdc++ of GCC 12 or newer, as in Ubuntu 22.04, Debian 12 and Fedora 36, and do "
              + "not run with musl (%s)";
    } else if (isPresent) {
      message = "the native libraries do not start on this system (%s)";
    } else if (PLATFORMS.contains(platform)) {
      message =
          "no native libraries for "
              + platform
              + " on the class path: use the archive of this platform, or the dependency "
              + "org.kgcoop:kgcoop-natives-PLATFORM (%s)";
    } else {
      message =
          "there are no native libraries for "
              + platform
              + ": LibTorch's Java binding has some for Linux x86_64, macOS and Windows x86_64; use "
              + "a computer with one of these systems (%s)";
    }
    return new KgCoopException(
        KgCoopException.Category.CONFIGURATION, message.formatted(reason(error)), error);
  }

  /** Returns the message of the system's loader, which is that of the last cause. */
  private static @Nullable String reason(Throwable error) {
    Throwable last = error;
    while (last.getCause() != null) {
      last = last.getCause();
    }
    return last.getMessage();
  }
}
