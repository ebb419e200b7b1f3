package org.kgcoop.cli.options;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kgcoop.cli.console.Output;
import org.kgcoop.clip.Clip;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.files.UserFolders;
import org.kgcoop.image.Images;
import picocli.CommandLine.Option;

/** The option for the folder that keeps image features between runs. */
public final class FeatureCacheOptions {
  /** The value that disables the feature cache. */
  static final String NONE = "none";

  /** The largest number of images that are encoded again rather than stored. */
  private static final int FEW = 32;

  @Rare
  @Option(
      names = "--feature-cache",
      paramLabel = "DIR",
      description =
          "Set the folder that stores image features for later runs, or none (default:"
              + " kgcoop/features in your cache folder).")
  private @Nullable String cache;

  /**
   * Returns true if features of some files are to be stored. By default, a few images are not worth
   * the search in a large cache, nor a file of their own. A file that is not regular, such as a
   * pipe, can be read only once.
   */
  public boolean isFor(List<Path> files) {
    return (cache == null ? files.size() > FEW : !cache.equals(NONE))
        && files.stream().allMatch(Files::isRegularFile);
  }

  public FeatureCache open(Clip clip, Output output) {
    return open(new ViewEncoder(clip, new Images(output::warn)), output);
  }

  /** Opens the cache of the features that an encoder computes. */
  public FeatureCache open(ViewEncoder encoder, Output output) {
    if (cache == null) {
      return FeatureCache.optional(encoder, UserFolders.cache("features"), output::warn);
    }
    return new FeatureCache(encoder, cache.equals(NONE) ? null : Path.of(cache), output::warn);
  }
}
