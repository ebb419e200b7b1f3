package org.kgcoop.data.published;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A download that provides files or folders of a data set.
 *
 * @param provides the paths below the folder of the data set
 * @param sources the places to get them from, best first
 */
public record Download(List<String> provides, List<Source> sources) {

  /** Returns what a user must do before this download, or an empty text. */
  public String condition() {
    Source source = sources.get(0);
    return source.token()
        ? "accept the terms on %s and set HF_TOKEN to your token"
            .formatted(source.files().get(0).address().replaceFirst("/resolve/.*", ""))
        : "";
  }

  /** Returns the size of some downloads, also of those that need an account, in bytes. */
  public static long bytes(Stream<@Nullable Download> downloads) {
    return downloads
        .filter(Objects::nonNull)
        .distinct()
        .mapToLong(download -> download.sources().get(0).bytes())
        .sum();
  }

  /**
   * A place that has all of these files or folders.
   *
   * @param files the files to download: archives, or the one provided file itself
   * @param archive true if the files must be unpacked
   * @param names the names in the archive, by provided path, where they differ
   * @param unofficial true if neither the authors nor a party that they name publish it
   * @param token true if Hugging Face gives it only to accounts that accepted its terms
   * @param byClass true if the images are in one folder, and their names end in {@code _CLASS.JPEG}
   */
  public record Source(
      List<RemoteFile> files,
      boolean archive,
      Map<String, String> names,
      boolean unofficial,
      boolean token,
      @JsonProperty("by_class") boolean byClass) {

    public Source {
      names = Objects.requireNonNullElse(names, Map.of());
    }

    /** Returns the size of all files, in bytes. */
    public long bytes() {
      return files.stream().mapToLong(RemoteFile::bytes).sum();
    }

    /** Returns the path of a provided file or folder in the archive. */
    public String nameInArchive(String path) {
      return names.getOrDefault(path, path);
    }
  }

  /**
   * A file on a server.
   *
   * @param address its https address
   * @param bytes its size
   * @param sha256 of its content, in hexadecimal
   */
  public record RemoteFile(String address, long bytes, String sha256) {}
}
