package org.kgcoop.features;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
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

  /** The bits of a place with the number of the file. */
  private static final long FILE_BITS = -1L << Integer.SIZE;

  private final boolean keeps;
  private final boolean optional;
  private final Consumer<String> warnings;
  private final List<StoredFeature> inMemory = new ArrayList<>();
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
    void take(int position, StoredFeature feature);
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
    long[] byFile =
        IntStream.range(0, places.length)
            .filter(i -> places[i] != DigestTable.ABSENT)
            .mapToLong(i -> (places[i] & FILE_BITS) | i)
            .sorted()
            .toArray();
    List<long[]> files = new ArrayList<>();
    for (int from = 0, to = 0; from < byFile.length; from = to) {
      while (to < byFile.length && (byFile[to] & FILE_BITS) == (byFile[from] & FILE_BITS)) {
        to++;
      }
      files.add(Arrays.copyOfRange(byFile, from, to));
    }
    (parallel ? files.parallelStream() : files.stream()).forEach(file -> read(file, places, sink));
  }

  /**
   * Reads features of one file.
   *
   * @param file the positions, with the number of the file in the upper bits
   */
  private void read(long[] file, long[] places, Sink sink) {
    long[] byRow =
        LongStream.of(file).map(i -> (places[(int) i] << Integer.SIZE) | (int) i).toArray();
    Arrays.sort(byRow);
    long[] rows = LongStream.of(byRow).map(i -> places[(int) i]).toArray();
    List<StoredFeature> features = read(ShardIndex.fileOf(file[0]), rows);
    for (int i = 0; i < features.size(); i++) {
      sink.take((int) byRow[i], features.get(i));
    }
  }

  /** Reads rows of one file. The result is empty if it is damaged. */
  private List<StoredFeature> read(int file, long[] places) {
    if (file == MEMORY) {
      synchronized (inMemory) {
        return Arrays.stream(places).mapToObj(place -> inMemory.get((int) place)).toList();
      }
    }
    ShardIndex files = index;
    List<StoredFeature> found = files == null ? null : files.read(places);
    return found == null ? List.of() : found;
  }

  /** Prepares the folder. A failure is better found before features are computed. */
  void prepare() {
    tryToWrite(ShardIndex::prepare);
  }

  void store(List<Shard.Feature> features) {
    if (tryToWrite(files -> files.add(features))) {
      return;
    }
    synchronized (inMemory) {
      for (Shard.Feature feature : features) {
        placesInMemory.put(
            FeatureKey.digest(feature.key()), (long) MEMORY << Integer.SIZE | inMemory.size());
        inMemory.add(feature.stored());
      }
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
