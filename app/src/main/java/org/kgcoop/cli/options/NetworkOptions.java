package org.kgcoop.cli.options;

import java.util.function.Predicate;
import org.kgcoop.cli.console.Output;
import org.kgcoop.clip.Caches;
import org.kgcoop.clip.ReleasedWeights;
import org.kgcoop.data.published.DataDownload;
import org.kgcoop.download.Downloader;
import org.kgcoop.files.UserFolders;
import picocli.CommandLine.Option;

/** The option that permits network access. */
public final class NetworkOptions {
  @Rare
  @Option(
      names = "--offline",
      description =
          "Do not use the network. A missing file is an error. KGCOOP_OFFLINE=1 does the same.")
  private boolean offline;

  private Downloader downloader(Output output) {
    return new Downloader(offline || Downloader.isOffline(System.getenv()), output.progress());
  }

  public ReleasedWeights weights(Output output) {
    Caches caches = Caches.of(System.getenv(), UserFolders.ofThisProcess().home());
    return new ReleasedWeights(caches, downloader(output), System.getenv(), output::warn);
  }

  /**
   * Returns a download of data sets.
   *
   * @param consent answers a question about an unofficial copy
   */
  public DataDownload data(Output output, Predicate<String> consent) {
    return new DataDownload(downloader(output), output.progress(), System.getenv(), consent);
  }
}
