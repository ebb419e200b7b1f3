package org.kgcoop.features;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.files.Digest;
import org.kgcoop.files.DigestTable;
import org.kgcoop.files.FileErrors;

/**
 * The stored features of a cache. They are in files, or in memory if there is no folder, or if an
 * optional folder cannot be written. For features in files, memory contains a digest of each key
 * and the place of its feature, about 50 bytes per feature. Thread-safe.
 *
 * <p>A place is the number of a source, times 2^32, plus the row of the feature in it.
 */
final class FeatureStore {
  private static final String ADVICE = "; try another --feature-cache";

  private final boolean keeps;
  private final boolean optional;
  private final Consumer<String> warnings;

  /** The places by key. */
  private final DigestTable places = new DigestTable();

  private final List<Source> sources = Collections.synchronizedList(new ArrayList<>());

  /** The indexed files. */
  private final Set<Path> files = new HashSet<>();

  private volatile @Nullable Path folder;

  /** True if new features are written to files. */
  private volatile boolean writes;

  /** A file, or features in memory. */
  private interface Source {
    /**
     * Returns features in the order of their rows, which increase; null if it has none any more.
     */
    @Nullable List<Feature> read(int[] rows);
  }

  private static final Source GONE = rows -> null;

  /**
   * @param folder null for memory only; it may be created later
   * @param optional true to continue in memory, with a warning, if the folder cannot be used
   * @param warnings receives a line for each ignored file
   */
  FeatureStore(@Nullable Path folder, boolean optional, Consumer<String> warnings) {
    this(folder, /* keeps= */ true, optional, warnings);
  }

  private FeatureStore(
      @Nullable Path folder, boolean keeps, boolean optional, Consumer<String> warnings) {
    this.folder = folder;
    this.keeps = keeps;
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

  /** Indexes the files that other processes wrote since the last call. */
  synchronized void refresh() {
    Path all = folder;
    if (all == null || !Files.isDirectory(all)) {
      return;
    }
    Map<Path, ShardKeys> found = new ConcurrentSkipListMap<>();
    try (Stream<Path> now = Files.list(all)) {
      now
          .filter(file -> file.toString().endsWith(Shard.ENDING) && files.add(file))
          .toList()
          .parallelStream()
          .forEach(
              file -> {
                try {
                  found.put(file, Shard.readKeys(file));
                } catch (KgCoopException e) {
                  leaveOut(file, e);
                }
              });
    } catch (IOException e) {
      keepInMemory(
          KgCoopException.io(all + ": cannot be listed (" + Messages.reason(e) + ")" + ADVICE, e));
      folder = null;
    }
    found.forEach(this::enter);
  }

  private void enter(Path path, ShardKeys keys) {
    ShardFile file = new ShardFile(path, keys);
    enter(
        keys.keys(),
        rows -> {
          try {
            return file.read(rows);
          } catch (KgCoopException e) {
            if (Files.exists(path)) { // otherwise it was merged into another file
              leaveOut(path, e);
            }
            return null;
          }
        });
  }

  private synchronized void enter(List<Digest> keys, Source source) {
    long place = (long) sources.size() << Integer.SIZE;
    sources.add(source);
    for (Digest key : keys) {
      places.put(key, place++);
    }
  }

  /**
   * Leaves out a file. A damaged one is deleted, so that the next command does not find it again.
   */
  private void leaveOut(Path file, KgCoopException reason) {
    warnings.accept(reason.getMessage() + " (left out; its features are computed again)");
    if (reason.category() == KgCoopException.Category.WEIGHTS && Shard.isNamed(file)) {
      try {
        Files.deleteIfExists(file);
        Files.deleteIfExists(Shard.keyFile(file));
      } catch (IOException e) {
        return; // as in a folder of others, which is only read
      }
    }
  }

  /** Returns the place of a feature, or {@link DigestTable#ABSENT}. */
  long place(String key) {
    return place(FeatureKey.digest(key));
  }

  /** Returns the place of a feature, or {@link DigestTable#ABSENT}. */
  synchronized long place(Digest key) {
    long place = places.get(key);
    return place == DigestTable.ABSENT || sources.get(source(place)) == GONE
        ? DigestTable.ABSENT
        : place;
  }

  private static int source(long place) {
    return (int) (place >>> Integer.SIZE);
  }

  /**
   * Reads features, each file once.
   *
   * @param wanted the places, or {@link DigestTable#ABSENT} for positions without one
   * @param parallel true to read several files at the same time; the sink is then called on several
   *     threads
   * @param sink receives the features and their positions; a damaged file has none
   */
  void read(long[] wanted, boolean parallel, ObjIntConsumer<Feature> sink) {
    Collection<List<Integer>> bySource =
        IntStream.range(0, wanted.length)
            .filter(i -> wanted[i] != DigestTable.ABSENT)
            .boxed()
            .collect(Collectors.groupingBy(i -> source(wanted[i])))
            .values();
    (parallel ? bySource.parallelStream() : bySource.stream())
        .forEach(positions -> read(positions, wanted, sink));
  }

  /** Reads the features of some positions, all of one source. */
  private void read(List<Integer> positions, long[] wanted, ObjIntConsumer<Feature> sink) {
    List<Integer> byRow =
        positions.stream().sorted(Comparator.comparingLong(i -> wanted[i])).toList();
    int source = source(wanted[byRow.get(0)]);
    List<Feature> features =
        sources.get(source).read(byRow.stream().mapToInt(i -> (int) wanted[i]).toArray());
    if (features == null) {
      sources.set(source, GONE);
      return;
    }
    for (int i = 0; i < features.size(); i++) {
      sink.accept(features.get(i), byRow.get(i));
    }
  }

  /** Checks that features can be written, before any is computed. */
  void prepare() {
    tryToWrite(
        into -> {
          try {
            Files.createDirectories(into);
            Files.delete(Files.createTempFile(into, ".", ".tmp"));
          } catch (IOException e) {
            throw KgCoopException.io(
                into + ": cannot be written: " + FileErrors.reason(e) + ADVICE, e);
          }
        });
  }

  void store(Map<String, Feature> features) {
    Shard shard = new Shard(features);
    if (!tryToWrite(into -> enterWritten(shard.write(into), shard.shortKeys()))) {
      List<Feature> kept = List.copyOf(features.values());
      List<Digest> keys = features.keySet().stream().map(FeatureKey::digest).toList();
      enter(keys, rows -> Arrays.stream(rows).mapToObj(kept::get).toList());
    }
  }

  private synchronized void enterWritten(Path file, ShardKeys keys) {
    files.add(file);
    enter(file, keys);
  }

  /**
   * Returns true if the features are in files. If files are optional, a failure causes a warning.
   */
  @CanIgnoreReturnValue
  private boolean tryToWrite(Consumer<Path> work) {
    Path into = folder;
    if (into == null || !writes) {
      return false;
    }
    try {
      work.accept(into);
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
