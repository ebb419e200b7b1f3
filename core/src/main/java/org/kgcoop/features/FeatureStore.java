package org.kgcoop.features;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.Digest;
import org.kgcoop.files.DigestTable;

/**
 * The stored features of a cache. They are in files, or in memory if there is no folder, or if an
 * optional folder cannot be written. A feature has a place, which is a number. Thread-safe.
 */
final class FeatureStore {
  /** The number of the file of places in memory. */
  private static final int MEMORY = Integer.MAX_VALUE;

  private final boolean keeps;
  private final boolean optional;
  private final Consumer<String> warnings;
  private final List<Feature> inMemory = new ArrayList<>();
  private final DigestTable placesInMemory = new DigestTable();
  private volatile @Nullable ShardIndex index;

  /** True if new features are written to files. */
  private volatile boolean writes;

  /** A receiver of stored features. */
  @FunctionalInterface
  interface Sink {
    /**
     * Receives a feature.
     *
     * @param position the position of its place in the request
     */
    void take(int position, Feature feature);
  }

  /**
   * @param folder null for memory only
   * @param optional true to continue in memory, with a warning, if the folder cannot be used
   */
  FeatureStore(@Nullable Path folder, boolean optional, Consumer<String> warnings) {
    this(folder, /* keeps= */ true, optional, warnings);
  }

  private FeatureStore(
      @Nullable Path folder, boolean keeps, boolean optional, Consumer<String> warnings) {
    this.keeps = keeps;
    this.index = folder == null ? null : new ShardIndex(folder, warnings);
    this.optional = optional;
    this.warnings = warnings;
    this.writes = folder != null;
  }

  /** Returns a store that keeps no features. */
  static FeatureStore none() {
    return new FeatureStore(null, /* keeps= */ false, /* optional= */ false, warning -> {});
  }

  /** Returns false if this store keeps no features. */
  boolean keeps() {
    return keeps;
  }

  /** Looks for features that other processes have written. */
  void refresh() {
    ShardIndex files = index;
    if (files == null) {
      return;
    }
    try {
      files.refresh();
    } catch (KgCoopException e) { // the folder cannot be listed
      keepInMemory(e);
      index = null;
    }
  }

  /** Returns the place of a feature, or {@link DigestTable#ABSENT}. */
  long place(String key) {
    return place(FeatureKey.digest(key));
  }

  /** Returns the place of a feature, or {@link DigestTable#ABSENT}. */
  long place(Digest digest) {
    ShardIndex files = index;
    long place = files == null ? DigestTable.ABSENT : files.place(digest);
    if (place != DigestTable.ABSENT) {
      return place;
    }
    synchronized (inMemory) {
      return placesInMemory.get(digest);
    }
  }

  /**
   * Reads features, each file once.
   *
   * @param places the places, or {@link DigestTable#ABSENT} for positions without one
   * @param parallel true to read several files at the same time; the sink is then called on several
   *     threads
   * @param sink receives the features; a damaged file has none
   */
  void read(long[] places, boolean parallel, Sink sink) {
    Collection<List<Integer>> files =
        IntStream.range(0, places.length)
            .filter(i -> places[i] != DigestTable.ABSENT)
            .boxed()
            .collect(Collectors.groupingBy(i -> ShardIndex.fileOf(places[i])))
            .values();
    (parallel ? files.parallelStream() : files.stream()).forEach(file -> read(file, places, sink));
  }

  /** Reads the features of some positions, all of one file, in the order of their rows. */
  private void read(List<Integer> positions, long[] places, Sink sink) {
    List<Integer> byRow = new ArrayList<>(positions);
    byRow.sort(Comparator.comparingLong(i -> places[i]));
    long[] rows = byRow.stream().mapToLong(i -> places[i]).toArray();
    List<Feature> features = read(ShardIndex.fileOf(rows[0]), rows);
    for (int i = 0; i < features.size(); i++) {
      sink.take(byRow.get(i), features.get(i));
    }
  }

  /** Reads rows of one file. The result is empty if it is damaged. */
  private List<Feature> read(int file, long[] places) {
    if (file == MEMORY) {
      synchronized (inMemory) {
        return Arrays.stream(places).mapToObj(place -> inMemory.get((int) place)).toList();
      }
    }
    ShardIndex files = index;
    List<Feature> found = files == null ? null : files.read(places);
    return found == null ? List.of() : found;
  }

  /** Prepares the folder. A failure is better found before features are computed. */
  void prepare() {
    tryToWrite(ShardIndex::prepare);
  }

  void store(Map<String, Feature> features) {
    if (tryToWrite(files -> files.add(features))) {
      return;
    }
    synchronized (inMemory) {
      features.forEach(
          (key, feature) -> {
            long place = (long) MEMORY << Integer.SIZE | inMemory.size();
            placesInMemory.put(FeatureKey.digest(key), place);
            inMemory.add(feature);
          });
    }
  }

  /**
   * Returns true if the features are in files. If files are optional, a failure causes a warning.
   */
  @CanIgnoreReturnValue
  private boolean tryToWrite(Consumer<ShardIndex> work) {
    ShardIndex files = index;
    if (files == null || !writes) {
      return false;
    }
    try {
      work.accept(files);
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
