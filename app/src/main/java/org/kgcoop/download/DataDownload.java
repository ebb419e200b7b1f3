package org.kgcoop.download;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.published.Origin;
import org.kgcoop.data.published.PublishedDataSet;
import org.kgcoop.data.published.PublishedDataSet.Part;
import org.kgcoop.files.Sha256;
import org.kgcoop.trial.Progress;

/** Downloads public data sets into the folders of CoOp's layout. */
public final class DataDownload {
  private final Downloader downloader;
  private final Unpacker unpacker;

  public DataDownload(Downloader downloader, Progress progress) {
    this.downloader = downloader;
    unpacker = new Unpacker(progress);
  }

  /**
   * Downloads and unpacks the missing files that have a direct link.
   *
   * @param root the folder of all data sets
   * @return the files that you must download by hand
   * @throws KgCoopException if no missing file has a direct link
   */
  public List<Part> fetch(PublishedDataSet set, Path root) {
    Path folder = root.resolve(set.directory());
    List<Part> missing = set.missing(folder);
    if (!missing.isEmpty() && !PublishedDataSet.anyDirect(missing)) {
      Part first = missing.get(0);
      throw KgCoopException.configuration(
          "%s: there is no direct link; get it from %s and put it at %s (./kgcoop datasets %s lists all of it)"
              .formatted(
                  set.name(), first.origin().where(), folder.resolve(first.path()), set.name()));
    }
    Map<Origin, List<Path>> places = new LinkedHashMap<>();
    for (Part part : missing) {
      places
          .computeIfAbsent(part.origin(), origin -> new ArrayList<>())
          .add(folder.resolve(part.path()));
    }
    places.forEach((origin, files) -> fetch(origin, files, folder));
    return set.missing(folder);
  }

  /**
   * Downloads files with a direct link.
   *
   * @param files the expected files; a missing one is an error
   */
  void fetch(Origin origin, List<Path> files, Path folder) {
    Origin.Direct direct = origin.direct();
    if (direct == null || files.stream().allMatch(Files::exists)) {
      return;
    }
    Link link = Link.of(origin.where(), direct.sha256());
    if (!direct.isArchive()) {
      downloader.fetch(link, files.get(0));
      return;
    }
    Path archive = folder.resolve(link.name());
    checkExisting(archive, direct.sha256());
    downloader.fetch(link, archive);
    unpacker.unpack(archive, direct.within(), folder.resolve(direct.into()));
    for (Path file : files) {
      if (!Files.exists(file)) {
        throw KgCoopException.data(
            "%s: does not contain %s; the archive is kept, look into it".formatted(archive, file));
      }
    }
    try {
      Files.delete(archive);
    } catch (IOException e) {
      throw PartialFile.unwritable(archive, e);
    }
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
