package org.kgcoop.download;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.kgcoop.KgCoopException;
import org.kgcoop.experiment.Progress;

/** Public data sets into the folders of CoOp's layout. */
public final class DataDownload {
  private final Downloader downloader;
  private final Unpacker unpacker;

  public DataDownload(Downloader downloader, Progress progress) {
    this.downloader = downloader;
    unpacker = new Unpacker(progress);
  }

  /** The data sets that have a direct link, by the names of their folders. */
  public static Set<String> names() {
    return PublicData.names();
  }

  /**
   * Fetches what is missing of a data set, and unpacks it.
   *
   * @param root the folder of all data sets
   * @return what is still to be had by hand; empty where nothing is missing
   */
  public String fetch(String name, Path root) {
    PublicData.Entry entry = PublicData.entry(name);
    if (entry == null) {
      String where = PublicData.byHand(name);
      throw KgCoopException.configuration(
          name
              + (where == null
                  ? ": no such data set; there are " + String.join(", ", names())
                  : ": has no direct link: " + where + "; put it at " + root.resolve(name)));
    }
    for (PublicData.Part part : entry.parts()) {
      fetch(part, root);
    }
    return entry.byHand();
  }

  /** Whether a data set is known that has no direct link. */
  public static boolean isByHand(String name) {
    return PublicData.byHand(name) != null;
  }

  /** Whose a data set is and under which terms. */
  public static String terms(String name) {
    PublicData.Entry entry = PublicData.entry(name);
    return entry == null ? "" : entry.terms();
  }

  void fetch(PublicData.Part part, Path root) {
    if (Files.exists(root.resolve(part.gives()))) {
      return;
    }
    Path into = root.resolve(part.into());
    if (!part.isArchive()) {
      downloader.fetch(part.link(), root.resolve(part.gives()));
      return;
    }
    Path archive = root.resolve(part.name());
    downloader.fetch(part.link(), archive);
    unpacker.unpack(archive, part.within(), into);
    if (!Files.exists(root.resolve(part.gives()))) {
      throw KgCoopException.data(
          "%s: holds no %s; it is kept, see what is in it".formatted(archive, part.gives()));
    }
    try {
      Files.delete(archive);
    } catch (IOException e) {
      throw PartialFile.unwritable(archive, e);
    }
  }
}
