package org.kgcoop.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;

/**
 * SHA-256 values of large files, each computed once per {@link FileStamp}. Each value is in a file
 * of a folder, whose name is the SHA-256 of what the value depends on. A missing or damaged file is
 * no loss, because its value is computed again.
 *
 * @param folder it may not exist yet
 */
public record StoredHashes(Path folder) {
  private static final Pattern VALUE = Pattern.compile("([0-9a-f]{64}) ([0-9a-f]{8})\n");

  /** Returns the values in the cache of the user of this process. */
  public static StoredHashes ofThisUser() {
    return new StoredHashes(UserFolders.cache("hashes"));
  }

  /**
   * Returns the hexadecimal SHA-256 of a file.
   *
   * @throws KgCoopException of the category IO if it cannot be read, or changes meanwhile
   */
  public String ofFile(Path file) {
    Digest stamp = FileStamp.of(file);
    return get(
        stamp,
        "bytes",
        () -> {
          String sha256 = Sha256.of(file);
          if (stamp != null && !stamp.equals(FileStamp.of(file))) {
            throw FileErrors.changed(file);
          }
          return sha256;
        });
  }

  /**
   * Returns a value.
   *
   * @param stamp the stamp of the file before it is read; null if the value may not be stored
   * @param what everything else that the value depends on
   * @param computed computes the value, a SHA-256 in hexadecimal; it fails if the file no longer is
   *     the one of the stamp
   */
  public String get(@Nullable Digest stamp, String what, Supplier<String> computed) {
    if (stamp == null) {
      return computed.get();
    }
    Path file = folder.resolve(Sha256.of(stamp.high() + " " + stamp.low() + " " + what));
    String known = read(file);
    if (known != null) {
      return known;
    }
    String value = computed.get();
    try {
      Files.createDirectories(folder);
      byte[] line = "%s %s\n".formatted(value, check(value)).getBytes(StandardCharsets.UTF_8);
      AtomicFile.write(file, out -> out.write(line));
    } catch (IOException | KgCoopException e) {
      return value; // the next process computes it again
    }
    return value;
  }

  private static @Nullable String read(Path file) {
    try {
      Matcher line = VALUE.matcher(Files.readString(file));
      return line.matches() && line.group(2).equals(check(line.group(1))) ? line.group(1) : null;
    } catch (IOException e) {
      return null;
    }
  }

  /** Returns the first digits of the SHA-256 of a value, which detect a changed bit. */
  private static String check(String value) {
    return Sha256.of(value).substring(0, 8);
  }
}
