package org.kgcoop.data.published;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.published.Download.RemoteFile;
import org.kgcoop.data.published.Download.Source;
import org.kgcoop.data.published.PublishedDataSet.Part;
import org.kgcoop.download.Downloader;
import org.kgcoop.download.Link;
import org.kgcoop.download.PartialFile;
import org.kgcoop.files.Sha256;
import org.kgcoop.progress.Progress;

/** Downloads public data sets into the folders of CoOp's layout. */
public final class DataDownload {
  private static final String HUB = "https://huggingface.co/";

  private final Downloader downloader;
  private final Unpacker unpacker;
  private final Progress progress;
  private final Map<String, String> environment;
  private final Predicate<String> consent;

  /**
   * Creates a download of data sets.
   *
   * @param environment the variables {@code HF_TOKEN} and {@code HF_ENDPOINT} are used
   * @param consent answers a question about an unofficial copy; false declines it
   */
  public DataDownload(
      Downloader downloader,
      Progress progress,
      Map<String, String> environment,
      Predicate<String> consent) {
    this.downloader = downloader;
    this.progress = progress;
    this.environment = environment;
    this.consent = consent;
    unpacker = new Unpacker(progress);
  }

  /**
   * Downloads and unpacks the missing files of a data set: small files first.
   *
   * @param root the folder of all data sets
   * @return the files that you must get by hand
   * @throws KgCoopException if no missing image can be downloaded
   */
  public List<Part> fetch(PublishedDataSet set, Path root) {
    Path folder = root.resolve(set.directory());
    Map<Download, List<String>> downloads = new LinkedHashMap<>();
    for (Part part : set.missing(folder)) {
      Download download = part.origin().download();
      if (download != null) {
        downloads.computeIfAbsent(download, key -> new ArrayList<>()).add(part.path());
      }
    }
    downloads.entrySet().stream()
        .filter(each -> isReachable(each.getKey()))
        .sorted(Comparator.comparing(each -> isArchive(each.getKey())))
        .forEach(each -> fetch(each.getKey(), each.getValue(), folder));
    List<Part> missing = set.missing(folder);
    if (missing.stream().anyMatch(set.files().images()::contains)) {
      Part first = missing.get(0);
      Download download = first.origin().download();
      throw KgCoopException.configuration(
          "%s cannot be downloaded without an account: get it from %s and put it at %s%s"
              .formatted(
                  set.name(),
                  first.origin().where(),
                  folder.resolve(first.path()),
                  download == null ? "" : "; or " + download.condition()));
    }
    return missing;
  }

  private static boolean isArchive(Download download) {
    return download.sources().get(0).isArchive();
  }

  private boolean isReachable(Download download) {
    return download.sources().stream().anyMatch(this::isReachable);
  }

  private boolean isReachable(Source source) {
    return !source.needsToken() || token() != null;
  }

  private @Nullable String token() {
    String token = environment.getOrDefault("HF_TOKEN", "").strip();
    return token.isEmpty() ? null : token;
  }

  /** Downloads from the first source that works. */
  void fetch(Download download, List<String> paths, Path folder) {
    List<Source> sources = download.sources().stream().filter(this::isReachable).toList();
    for (int i = 0; i < sources.size(); i++) {
      try {
        fetch(sources.get(i), paths, folder);
        return;
      } catch (Downloader.UnavailableException e) {
        if (i == sources.size() - 1) {
          throw e;
        }
        progress.message(e.getMessage() + "; trying another source");
      }
    }
  }

  private void fetch(Source source, List<String> paths, Path folder) {
    if (source.isUnofficial()) {
      String address = source.files().get(0).address();
      if (!consent.test(
          "%s is an unofficial copy of %s MB. Its owner does not own the images. Download it?"
              .formatted(address, source.bytes() / 1_000_000))) {
        throw KgCoopException.configuration(
            "%s: an unofficial copy needs your consent: add --unofficial, or get the files by hand for %s"
                .formatted(address, folder));
      }
    }
    if (!source.isArchive()) {
      downloader.fetch(link(source, source.files().get(0)), folder.resolve(paths.get(0)));
      return;
    }
    List<Path> archives = new ArrayList<>();
    for (RemoteFile file : source.files()) {
      Link link = link(source, file);
      Path archive = folder.resolve(link.name());
      checkExisting(archive, file.sha256());
      archives.add(archive);
    }
    // The archives and their content: images do not shrink in an archive.
    downloader.checkSpace(folder, 2 * source.bytes() - present(archives));
    for (int i = 0; i < archives.size(); i++) {
      downloader.fetch(link(source, source.files().get(i)), archives.get(i));
    }
    unpacker.unpack(archives, source, paths, folder);
    for (Path archive : archives) {
      try {
        Files.delete(archive);
      } catch (IOException e) {
        throw PartialFile.unwritable(archive, e);
      }
    }
  }

  private static long present(List<Path> archives) {
    return archives.stream()
        .mapToLong(a -> Math.max(a.toFile().length(), PartialFile.partOf(a).toFile().length()))
        .sum();
  }

  private Link link(Source source, RemoteFile file) {
    String endpoint = environment.getOrDefault("HF_ENDPOINT", "").strip();
    String address =
        endpoint.isEmpty() || !file.address().startsWith(HUB)
            ? file.address()
            : endpoint.replaceFirst("/+$", "") + "/" + file.address().substring(HUB.length());
    Link link = Link.of(address, file.sha256()).withBytes(file.bytes());
    return source.needsToken() ? link.withToken(token()) : link;
  }

  /** Checks an archive that a person or an earlier attempt has put in place. */
  private static void checkExisting(Path archive, String sha256) {
    if (Files.exists(archive) && !Sha256.of(archive).equals(sha256)) {
      throw KgCoopException.data(
          "%s: expected a file of SHA-256 %s; delete it and run this again"
              .formatted(archive, sha256));
    }
  }
}
