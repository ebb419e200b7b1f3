package org.kgcoop.cluster.features;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.kgcoop.files.Sha256;

/**
 * The keys of a feature cache: the first 64 bits of the SHA-256 of each key, which is 80 MB for ten
 * million features. In a cache of this size, the probability of a wrong match of an image is 10^-6.
 */
final class KnownKeys implements Predicate<String>, Serializable {
  private final long[] sorted;

  private KnownKeys(long[] sorted) {
    this.sorted = sorted;
  }

  /** Returns the keys of a feature cache. The executors read them. */
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
