package org.kgcoop.adapt;

import static org.kgcoop.tensor.Vectors.dot;
import static org.kgcoop.tensor.Vectors.median;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.kgcoop.data.Item;
import org.kgcoop.features.Feature;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.features.FeatureRequest;
import org.kgcoop.similarity.NearDuplicates;
import org.kgcoop.similarity.NearDuplicates.Pair;
import org.kgcoop.similarity.NearestNeighbors;
import org.kgcoop.similarity.NearestNeighbors.Neighbor;

/**
 * Pairs of images that show the same picture: frames of a burst, and images that were saved again.
 *
 * <p>The images that are near by their features, by the {@link Thumbnail#spectrum} or in the order
 * of their names are compared by {@link Thumbnail#correlation}. A pair shows the same picture if 1
 * - correlation is at most {@value #MAX_DIFFERENCE}, and at most {@value #SHARE_OF_DIFFERENCE} of
 * the usual difference to the most similar image of another class. The reference is another class,
 * because a folder of bursts has copies of each image in its own class. It keeps photographs of
 * different things before the same background apart.
 *
 * <p>Images of a class are also compared after one is mirrored or turned by right angles. Images
 * with nearly equal features ({@link NearDuplicates}) are a pair without this comparison.
 *
 * <p>A pair of two classes says that a label may be wrong. So both rules must agree: the pictures
 * are compared as they are, because a mirrored arrow is often another class, and the larger the
 * distance of the features, the smaller the difference must be ({@link #limitAcross}).
 *
 * @param pairs the pairs, ascending
 * @param similar pairs that are similar, but not enough; the most similar first
 */
public record NearCopies(List<Pair> pairs, List<Pair> similar) {
  /**
   * The largest difference of a pair. Frames of a burst differ by 0.02 or less, except for a tenth.
   * Those are joined through other frames. Drawings of one class that were drawn independently
   * rarely differ by less.
   */
  private static final double MAX_DIFFERENCE = 0.02;

  /** The largest difference of similar images that are named in a hint. */
  private static final double MAX_SIMILAR_DIFFERENCE = 0.04;

  private static final double SHARE_OF_DIFFERENCE = 0.2;

  /** The largest difference if all images are in one class, so that there is no reference. */
  private static final double MAX_DIFFERENCE_ALONE = 0.01;

  /**
   * The largest difference of a pair of two classes, and the relative distance of its features up
   * to which this holds. In twelve samples of six data sets, 64 % of 752 frames and their originals
   * are below, and one of all pairs without a common original.
   */
  private static final double MAX_DIFFERENCE_ACROSS = 0.005;

  private static final double NEAR_ACROSS = 1;

  private static final int NEIGHBORS = 10;
  private static final int NEXT_NAMES = 2;

  /** The number of images for the reference, in all and per class. */
  private static final int SAMPLE = 60;

  private static final int SAMPLE_OF_CLASS = 3;
  private static final int OTHERS = 3; // images of another class per image

  /** Number of images whose time is measured, and of those that they are compared with. */
  private static final int TIMED = 256;

  private static final int TIMED_OTHERS = 16_384;

  private static final Comparator<Pair> ASCENDING =
      Comparator.comparingInt(Pair::first).thenComparingInt(Pair::second);

  /** Finds the pairs among readable images. */
  static NearCopies of(List<Item> items, FeatureCache cache) {
    return of(items, cache, () -> {});
  }

  /**
   * Finds the pairs among readable images.
   *
   * @param checkpoint runs before each image; it may throw to end the search
   */
  public static NearCopies of(List<Item> items, FeatureCache cache, Runnable checkpoint) {
    return of(
        items,
        cache,
        checkpoint,
        (query, other) -> items.get(query).label() != items.get(other).label());
  }

  /**
   * Finds the pairs among readable images.
   *
   * @param checkpoint runs before each image; it may throw to end the search
   * @param differs true for two images that show different things, for the usual difference; also
   *     images of one class may
   */
  static NearCopies of(
      List<Item> items,
      FeatureCache cache,
      Runnable checkpoint,
      NearestNeighbors.Condition differs) {
    if (items.size() < 2) {
      return new NearCopies(List.of(), List.of());
    }
    List<Thumbnail> thumbnails =
        items.parallelStream()
            .map(
                item -> {
                  checkpoint.run();
                  return Thumbnail.of(cache.encoder().sketch(item));
                })
            .toList();
    List<float[]> vectors = vectors(items, cache);
    NearestNeighbors features = new NearestNeighbors(vectors);
    NearestNeighbors spectra =
        new NearestNeighbors(thumbnails.parallelStream().map(Thumbnail::spectrum).toList());
    int[] sample = sample(items);
    NearestNeighbors.Condition apart =
        (query, other) ->
            differs.holds(query, other)
                && !items.get(query).group().equals(items.get(other).group());
    double[] limits = limits(items, sample, spectra.of(sample, OTHERS, apart), thumbnails);
    List<List<Neighbor>> nearest = features.all(NEIGHBORS);
    NavigableSet<Pair> pairs = new TreeSet<>(ASCENDING);
    NavigableSet<Pair> candidates = new TreeSet<>(ASCENDING);
    NearDuplicates duplicates = NearDuplicates.of(nearest, NearDuplicates.FACTOR);
    duplicates.pairs().stream().filter(pair -> isOfOneClass(items, pair)).forEach(pairs::add);
    add(nearest, candidates);
    add(spectra.all(NEIGHBORS), candidates);
    add(
        new NearestNeighbors(thumbnails.parallelStream().map(Thumbnail::spectrumOfAnySide).toList())
            .all(NEIGHBORS),
        candidates);
    addNext(items, candidates);
    candidates.removeAll(pairs);
    List<Compared> compared =
        List.copyOf(candidates).parallelStream()
            .map(pair -> new Compared(pair, difference(items, thumbnails, pair)))
            .toList();
    List<Compared> similar = new ArrayList<>();
    for (Compared each : compared) {
      double limit =
          Math.min(
              limits[items.get(each.pair.first()).label()],
              limits[items.get(each.pair.second()).label()]);
      double most =
          isOfOneClass(items, each.pair)
              ? MAX_DIFFERENCE
              : limitAcross(distance(vectors, each.pair) / duplicates.median());
      if (each.difference <= Math.min(most, limit)) {
        pairs.add(each.pair);
      } else if (each.difference <= Math.min(MAX_SIMILAR_DIFFERENCE, 2 * limit)) {
        similar.add(each);
      }
    }
    similar.sort(Comparator.comparingDouble(Compared::difference));
    return new NearCopies(List.copyOf(pairs), similar.stream().map(Compared::pair).toList());
  }

  private record Compared(Pair pair, double difference) {}

  private static List<float[]> vectors(List<Item> items, FeatureCache cache) {
    return Feature.vectors(cache.get(FeatureRequest.of(items)));
  }

  /**
   * Returns the number of images among which the pairs can be found in a time. The time is linear
   * for the thumbnails and their comparison, and quadratic for the search of near ones.
   *
   * @param items the images, of which the first ones are measured
   */
  static int most(List<Item> items, FeatureCache cache, double seconds) {
    if (items.size() <= 2 * TIMED) {
      return items.size();
    }
    List<Item> some = items.subList(0, TIMED);
    boolean areDecoded = some.stream().allMatch(cache.encoder()::hasSketch);
    Runnable search = () -> NearCopies.of(some, cache);
    double first = seconds(search); // with the work of the compiler, and of decoding
    double second = seconds(search);
    double linear = (areDecoded ? second : first) / TIMED;
    List<Item> others = items.subList(0, Math.min(TIMED_OTHERS, items.size()));
    NearestNeighbors features = new NearestNeighbors(vectors(others, cache));
    int[] queries = IntStream.range(0, TIMED).toArray();
    Runnable neighbors = () -> features.of(queries, NEIGHBORS, (query, other) -> true);
    // The spectra of the thumbnails are searched, too.
    double quadratic = 2 * seconds(neighbors) / TIMED / others.size();
    double images =
        (Math.sqrt(linear * linear + 4 * quadratic * seconds) - linear) / (2 * quadratic);
    return (int) Math.min(items.size(), images);
  }

  private static double seconds(Runnable work) {
    long start = System.nanoTime();
    work.run();
    return (System.nanoTime() - start) / 1e9;
  }

  /**
   * Returns the largest difference of a pair of two classes.
   *
   * @param distance the distance of its features, relative to the median distance of an image to
   *     its nearest
   */
  private static double limitAcross(double distance) {
    return MAX_DIFFERENCE_ACROSS * NEAR_ACROSS / Math.max(NEAR_ACROSS, distance);
  }

  private static boolean isOfOneClass(List<Item> items, Pair pair) {
    return items.get(pair.first()).label() == items.get(pair.second()).label();
  }

  /** Returns 1 - cosine of the features, which have unit length. */
  private static double distance(List<float[]> vectors, Pair pair) {
    return 1 - dot(vectors.get(pair.first()), vectors.get(pair.second()));
  }

  /**
   * Returns the difference of a pair, of one class also after one is mirrored or turned. Programs
   * do this exactly, and symmetric things resemble their mirror image, so the difference counts
   * twice.
   */
  private static double difference(List<Item> items, List<Thumbnail> thumbnails, Pair pair) {
    double upright = difference(thumbnails, pair);
    if (upright <= MAX_DIFFERENCE || !isOfOneClass(items, pair)) {
      return upright;
    }
    double turned =
        1
            - Thumbnail.turnedCorrelation(
                thumbnails.get(pair.first()), thumbnails.get(pair.second()));
    return Math.min(upright, 2 * turned);
  }

  private static double difference(List<Thumbnail> thumbnails, Pair pair) {
    return 1 - Thumbnail.correlation(thumbnails.get(pair.first()), thumbnails.get(pair.second()));
  }

  /** Returns some images of each class, at equal steps. */
  private static int[] sample(List<Item> items) {
    Map<Integer, List<Integer>> byClass =
        IntStream.range(0, items.size())
            .boxed()
            .collect(Collectors.groupingBy(i -> items.get(i).label()));
    int most = Math.max(SAMPLE_OF_CLASS, SAMPLE / byClass.size());
    return byClass.values().stream()
        .flatMapToInt(
            all -> {
              int count = Math.min(most, all.size());
              return IntStream.range(0, count)
                  .map(i -> all.get((int) ((long) i * all.size() / count)));
            })
        .sorted()
        .toArray();
  }

  /** Returns the largest difference of two images of the same picture, by class. */
  private static double[] limits(
      List<Item> items, int[] sample, List<List<Neighbor>> others, List<Thumbnail> thumbnails) {
    double[] least =
        IntStream.range(0, sample.length)
            .parallel()
            .mapToDouble(
                i ->
                    others.get(i).stream()
                        .mapToDouble(
                            other -> difference(thumbnails, new Pair(sample[i], other.index())))
                        .min()
                        .orElse(MAX_DIFFERENCE_ALONE / SHARE_OF_DIFFERENCE))
            .toArray();
    int classes = 1 + items.stream().mapToInt(Item::label).max().orElse(0);
    double[] limits = new double[classes];
    for (int label = 0; label < classes; label++) {
      int own = label;
      limits[label] =
          SHARE_OF_DIFFERENCE
              * median(
                  IntStream.range(0, sample.length)
                      .filter(i -> items.get(sample[i]).label() == own)
                      .mapToDouble(i -> least[i])
                      .sorted()
                      .toArray());
    }
    return limits;
  }

  private static void add(List<List<Neighbor>> nearest, NavigableSet<Pair> to) {
    for (int i = 0; i < nearest.size(); i++) {
      for (Neighbor near : nearest.get(i)) {
        to.add(pair(i, near.index()));
      }
    }
  }

  private static Pair pair(int one, int other) {
    return new Pair(Math.min(one, other), Math.max(one, other));
  }

  /** Adds images of one class that are next to each other in the order of names. */
  private static void addNext(List<Item> items, NavigableSet<Pair> to) {
    List<Integer> order =
        IntStream.range(0, items.size())
            .boxed()
            .sorted(
                Comparator.<Integer>comparingInt(i -> items.get(i).label())
                    .thenComparing(i -> items.get(i).key()))
            .toList();
    for (int i = 0; i < order.size(); i++) {
      for (int next = i + 1; next <= i + NEXT_NAMES && next < order.size(); next++) {
        int one = order.get(i);
        int other = order.get(next);
        if (items.get(one).label() == items.get(other).label()) {
          to.add(pair(one, other));
        }
      }
    }
  }
}
