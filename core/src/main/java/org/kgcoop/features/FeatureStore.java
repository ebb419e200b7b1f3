package org.kgcoop.cache;

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
 * The features that a feature cache has, by their keys: in files, or in memory where there is no
 * folder or it cannot be written and need not be.
 */
final class FeatureStore {
  private @Nullable ShardIndex index;
  private final boolean optional;
  private final Consumer<String> warnings;
  private final Map<String, Shard.Feature> inMemory = new HashMap<>();

  /** True if features that come from now on are written to files. */
  private boolean writes;

  /**
   * @param folder null for memory alone
   * @param optional true if features go to memory, with a warning, where the folder fails
   */
  FeatureStore(@Nullable Path folder, boolean optional, Consumer<String> warnings) {
    this.index = folder == null ? null : new ShardIndex(folder, warnings);
    this.optional = optional;
    this.warnings = warnings;
    this.writes = folder != null;
  }

  /** The features of those keys that are there. */
  Map<String, Shard.Feature> find(Set<String> keys) {
    Map<String, Shard.Feature> found = new HashMap<>();
    if (index != null) {
      try {
        found.putAll(index.find(keys));
      } catch (KgCoopException e) { // a folder that cannot be listed
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

  /** Makes sure of the folder, which is better known before anything is computed. */
  void prepare() {
    tryToWrite(ShardIndex::prepare);
  }

  void store(List<Shard.Feature> features) {
    if (!tryToWrite(files -> files.add(features))) {
      features.forEach(feature -> inMemory.put(feature.key(), feature));
    }
  }

  /** True if features are in files after that work; where they need not be, a failure is told. */
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
            + " (until then image features are kept in memory, for this run alone)");
    writes = false;
  }
}
