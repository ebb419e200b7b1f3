package org.kgcoop.cluster.features;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.kgcoop.files.Sha256;

/**
 * The keys of a feature cache, as the first 64 bits of their SHA-256 each: 80 MB for ten million
 * features. A image is taken for another with a probability of 10^-6 in a feature cache of that
 * size.
 */
final class KnownKeys implements Predicate<String>, Serializable {
  private final long[] sorted;

  private KnownKeys(long[] sorted) {
    this.sorted = sorted;
  }

  /** The keys that a feature cache has, read by the executors. */
  static KnownKeys of(JavaSparkContext spark, FeatureCacheFolder cache) {
    List<String> shards = cache.shards();
    if (shards.isEmpty()) {
      return new KnownKeys(new long[0]);
    }
    int tasks = Math.min(shards.size(), 4 * spark.defaultParallelism());
    List<long[]> parts =
        spark
            .parallelize(shards, tasks)
            .map(shard -> cache.keys(shard).stream().mapToLong(KnownKeys::hash).toArray())
            .collect();
    return new KnownKeys(parts.stream().flatMapToLong(LongStream::of).sorted().toArray());
  }

  private static long hash(String key) {
    return Long.parseUnsignedLong(Sha256.of(key).substring(0, 16), 16);
  }

  int count() {
    return sorted.length;
  }

  @Override
  public boolean test(String key) {
    return sorted.length > 0 && Arrays.binarySearch(sorted, hash(key)) >= 0;
  }
}
