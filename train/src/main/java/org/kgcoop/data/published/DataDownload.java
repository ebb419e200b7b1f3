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
      Download download = part.download();
      if (download != null) {
        downloads.computeIfAbsent(download, key -> new ArrayList<>()).add(part.path());
      }
    }
    downloads.entrySet().stream()
        .sorted(Comparator.comparing(each -> each.getKey().sources().get(0).archive()))
        .forEach(each -> fetch(each.getKey(), each.getValue(), folder));
    List<Part> missing = set.missing(folder);
    if (missing.stream().anyMatch(set.pictures()::contains)) {
      Part first = missing.get(0);
      throw KgCoopException.configuration(
          "%s cannot be downloaded without an account: get it from %s and put it at %s%s"
              .formatted(
                  set.name(),
                  first.where(),
                  folder.resolve(first.path()),
                  first.download() == null ? "" : "; or " + first.download().condition()));
    }
    return missing;
  }

  private @Nullable String token() {
    return Downloader.huggingFaceToken(environment);
  }

  /** Downloads from the first source that works, if there is one for this account. */
  void fetch(Download download, List<String> paths, Path folder) {
    List<Source> sources =
        download.sources().stream().filter(each -> !each.token() || token() != null).toList();
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
    String first = source.files().get(0).address();
    if (source.unofficial()
        && !consent.test(
            "%s is an unofficial copy of %s MB. Its owner does not own the images. Download it?"
                .formatted(first, source.bytes() / 1_000_000))) {
      throw KgCoopException.configuration(
          "%s: an unofficial copy needs your consent: add --unofficial, or get the files by hand for %s"
              .formatted(first, folder));
    }
    Map<Path, Link> links = new LinkedHashMap<>();
    for (RemoteFile file : source.files()) {
      Link link = link(source, file);
      links.put(folder.resolve(source.archive() ? link.name() : paths.get(0)), link);
    }
    if (!source.archive()) {
      links.forEach((file, link) -> downloader.fetch(link, file));
      return;
    }
    links.forEach(DataDownload::checkExisting);
    // The archives and their content: images do not shrink in an archive.
    long present =
        links.keySet().stream()
            .mapToLong(a -> Math.max(a.toFile().length(), PartialFile.partOf(a).toFile().length()))
            .sum();
    downloader.checkSpace(folder, 2 * source.bytes() - present);
    links.forEach((archive, link) -> downloader.fetch(link, archive));
    unpacker.unpack(List.copyOf(links.keySet()), source, paths, folder);
    for (Path archive : links.keySet()) {
      try {
        Files.delete(archive);
      } catch (IOException e) {
        throw PartialFile.unwritable(archive, e);
      }
    }
  }

  private Link link(Source source, RemoteFile file) {
    String endpoint = environment.getOrDefault("HF_ENDPOINT", "").strip().replaceFirst("/+$", "");
    String address =
        endpoint.isEmpty() || !file.address().startsWith(HUB)
            ? file.address()
            : endpoint + "/" + file.address().substring(HUB.length());
    return Link.of(address, file.sha256())
        .withBytes(file.bytes())
        .withToken(source.token() ? token() : null);
  }

  /** Checks an archive that a person or an earlier attempt has put in place. */
  private static void checkExisting(Path archive, Link link) {
    if (Files.exists(archive) && !Sha256.of(archive).equals(link.sha256())) {
      throw KgCoopException.data(
          "%s: expected a file of SHA-256 %s; delete it and run this again"
              .formatted(archive, link.sha256()));
    }
  }
}
