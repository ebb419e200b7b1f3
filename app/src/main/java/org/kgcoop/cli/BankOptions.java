package org.kgcoop.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.kgcoop.UserFolders;
import org.kgcoop.bank.FeatureBank;
import org.kgcoop.bank.PictureEncoder;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.Images;
import picocli.CommandLine.Option;

/** Where image features are kept between runs. */
final class BankOptions {
  /** The bank that keeps nothing. */
  static final String NONE = "none";

  @Option(
      names = "--bank",
      paramLabel = "DIR",
      description =
          "Folder that keeps image features for later runs, or none (default: kgcoop/bank in"
              + " the user's cache folder).")
  private @Nullable String bank;

  FeatureBank open(Clip clip, Output output) {
    return new FeatureBank(
        new PictureEncoder(clip, new Images(output::warn)), folder(), output::warn);
  }

  private @Nullable Path folder() {
    if (bank != null) {
      return bank.equals(NONE) ? null : Path.of(bank);
    }
    return UserFolders.ofThisProcess().caches().resolve("kgcoop").resolve("bank");
  }
}
