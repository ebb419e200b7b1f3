package org.kgcoop.files;

import java.util.Optional;
import java.util.regex.Pattern;

/** Names that are fine for a folder on some systems, and not on others. */
public final class FolderNames {
  /** The devices of Windows, also with an ending: {@code NUL.txt} is the device, too. */
  private static final Pattern DEVICE =
      Pattern.compile(
          "(?i)(CON|PRN|AUX|NUL|CONIN\\$|CONOUT\\$|(COM|LPT)[0-9\u00b9\u00b2\u00b3])\\s*(\\..*)?",
          Pattern.DOTALL);

  private FolderNames() {}

  /**
   * Returns why Windows has no folder of this name, as the end of a sentence, or nothing if it can
   * have one.
   *
   * @param name without the characters that Windows refuses everywhere
   */
  public static Optional<String> problem(String name) {
    if (DEVICE.matcher(name).matches()) {
      return Optional.of("Windows keeps this name for a device");
    }
    return name.endsWith(".") || name.endsWith(" ")
        ? Optional.of("Windows drops a dot or space at the end of a folder name")
        : Optional.empty();
  }
}
