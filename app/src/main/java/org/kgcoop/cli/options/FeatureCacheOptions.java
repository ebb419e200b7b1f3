package org.kgcoop.cli.options;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.kgcoop.cli.console.Output;
import org.kgcoop.clip.Clip;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.files.UserFolders;
import org.kgcoop.image.Images;
import picocli.CommandLine.Option;

/** The folder that keeps image features between runs. */
public final class FeatureCacheOptions {
  /** The feature cache that keeps nothing. */
  static final String NONE = "none";

  @Option(
      names = "--feature-cache",
      paramLabel = "DIR",
      description =
          "Set the folder that stores image features for later runs, or none (default:"
              + " kgcoop/features in your cache folder).")
  private @Nullable String cache;

  public FeatureCache open(Clip clip, Output output) {
    ViewEncoder encoder = new ViewEncoder(clip, new Images(output::warn));
    if (cache == null) {
      return FeatureCache.optional(encoder, UserFolders.cache("features"), output::warn);
    }
    return new FeatureCache(encoder, cache.equals(NONE) ? null : Path.of(cache), output::warn);
  }
}
