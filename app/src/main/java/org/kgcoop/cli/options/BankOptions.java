package org.kgcoop.cli.options;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.kgcoop.bank.FeatureBank;
import org.kgcoop.bank.PictureEncoder;
import org.kgcoop.cli.console.Output;
import org.kgcoop.clip.Clip;
import org.kgcoop.files.UserFolders;
import org.kgcoop.image.Images;
import picocli.CommandLine.Option;

/** The folder that keeps image features between runs. */
public final class BankOptions {
  /** The bank that keeps nothing. */
  static final String NONE = "none";

  @Option(
      names = "--bank",
      paramLabel = "DIR",
      description =
          "Folder that keeps image features for later runs, or none (default: kgcoop/bank in"
              + " the user's cache folder, or none where that cannot be written).")
  private @Nullable String bank;

  public FeatureBank open(Clip clip, Output output) {
    PictureEncoder encoder = new PictureEncoder(clip, new Images(output::warn));
    if (bank == null) {
      return FeatureBank.optional(encoder, UserFolders.cache("bank"), output::warn);
    }
    return new FeatureBank(encoder, bank.equals(NONE) ? null : Path.of(bank), output::warn);
  }
}
