package org.kgcoop.features;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;

/**
 * The stored features of a cache, by key. They are in files, or in memory if there is no folder, or
 * if an optional folder cannot be written.
 */
final class FeatureStore {
  private @Nullable ShardIndex index;
  private final boolean optional;
  private final Consumer<String> warnings;
  private final Map<String, Shard.Feature> inMemory = new HashMap<>();

  /** True if new features are written to files. */
  private boolean writes;

  /**
   * @param folder null for memory only
   * @param optional true to continue in memory, with a warning, if the folder cannot be used
   */
  FeatureStore(@Nullable Path folder, boolean optional, Consumer<String> warnings) {
    this.index = folder == null ? null : new ShardIndex(folder, warnings);
    this.optional = optional;
    this.warnings = warnings;
    this.writes = folder != null;
  }

  /** Returns the available features with these keys. */
  Map<String, Shard.Feature> find(Set<String> keys) {
    Map<String, Shard.Feature> found = new HashMap<>();
    if (index != null) {
      try {
        found.putAll(index.find(keys));
      } catch (KgCoopException e) { // the folder cannot be listed
        keepInMemory(e);
        index = null;
      }
    }
    for (String key : keys) {
      Shard.Feature feature = inMemory.get(key);
      if (feature != null) {
        found.put(key, feature);
      }
    }
    return found;
  }

  /** Prepares the folder. A failure is better found before features are computed. */
  void prepare() {
    tryToWrite(ShardIndex::prepare);
  }

  void store(List<Shard.Feature> features) {
    if (!tryToWrite(files -> files.add(features))) {
      features.forEach(feature -> inMemory.put(feature.key(), feature));
    }
  }

  /**
   * Returns true if the features are in files. If files are optional, a failure causes a warning.
   */
  @CanIgnoreReturnValue
  private boolean tryToWrite(Consumer<ShardIndex> work) {
    if (index == null || !writes) {
      return false;
    }
    try {
      work.accept(index);
      return true;
    } catch (KgCoopException e) {
      keepInMemory(e);
      return false;
    }
  }

  private void keepInMemory(KgCoopException failure) {
    if (!optional) {
      throw failure;
    }
    warnings.accept(
        failure.getMessage()
            + " (until then image features are kept in memory, only for this run)");
    writes = false;
  }
}
