package org.kgcoop.adapt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.kgcoop.bank.FeatureBank;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * The copies among images. A copy that is held out while another is learned from is recognized by
 * heart, and the estimate of the accuracy is too high.
 *
 * <p>Of images with the same bytes in a class one is learned from. Images with the same bytes in
 * two classes, and near copies, join one group, which no fold divides. Near copies are found by the
 * rule of cleanlab's Datalab ({@code datalab/internal/issue_manager/duplicate.py}): the distance of
 * two images is 1 - cosine of their features, m the median of each image's distance to its nearest.
 * Two images are near copies if their distance is below 0.13 m and one is among the ten nearest of
 * the other. Exact copies are taken out before, so that they do not lower m.
 *
 * @param data without the copies, each image with its group
 * @param repeated images that are there again in their class, by key
 * @param contradictions images that are there under two classes, as {@code key = key}
 * @param near images that are near copies of another
 * @param share of each training image by key: 1 / the number of its near copies in its class, so
 *     that copies count once together; absent for 1
 */
record Copies(
    DataSet data,
    List<String> repeated,
    List<String> contradictions,
    int near,
    Map<String, Double> share) {

  private static final double SHARE_OF_MEDIAN = 0.13;
  private static final double LEAST_MEDIAN = 1e-6;
  private static final int NEIGHBORS = 10;

  /** Images that are compared with all others at a time. */
  private static final int BLOCK = 512;

  /** Two images that may be copies of one another. */
  record Pair(int first, int second) {}

  Copies {
    repeated = List.copyOf(repeated);
    contradictions = List.copyOf(contradictions);
    share = Map.copyOf(share);
  }

  /** The exact copies among the training images. */
  static Copies exact(DataSet data, FeatureBank bank) {
    List<String> hashes = bank.hashes().of(data.train().stream().map(Item::file).toList());
    Map<String, Item> firsts = new HashMap<>();
    Map<String, Item> kept = new LinkedHashMap<>(); // by hash and class
    List<String> repeated = new ArrayList<>();
    List<String> contradictions = new ArrayList<>();
    Groups groups = new Groups(data.train());
    for (int i = 0; i < hashes.size(); i++) {
      Item item = data.train().get(i);
      Item first = firsts.putIfAbsent(hashes.get(i), item);
      if (first != null) {
        groups.join(first.group(), item.group());
      }
      if (kept.putIfAbsent(hashes.get(i) + " " + item.label(), item) != null) {
        repeated.add(item.key());
      } else if (first != null) {
        contradictions.add(first.key() + " = " + item.key());
      }
    }
    return new Copies(
        data.withPictures(groups.of(List.copyOf(kept.values())), data.val(), data.test()),
        repeated,
        contradictions,
        0,
        Map.of());
  }

  /**
   * The same with groups of near copies.
   *
   * @param part images of these data that are learned from
   */
  Copies withNear(DataSet part, FeatureBank bank) {
    List<Item> items = part.train();
    List<Pair> pairs = items.size() < 2 ? List.of() : near(bank.test(items, done -> {}).vectors());
    Groups groups = new Groups(items);
    Groups copies = new Groups(items.stream().map(item -> item.withGroup(item.key())).toList());
    Set<Integer> found = new HashSet<>();
    for (Pair pair : pairs) {
      Item first = items.get(pair.first());
      Item second = items.get(pair.second());
      groups.join(first.group(), second.group());
      found.add(pair.first());
      found.add(pair.second());
      if (first.label() == second.label()) {
        copies.join(first.key(), second.key());
      }
    }
    Map<String, Integer> sizes = new HashMap<>();
    items.forEach(item -> sizes.merge(copies.of(item.key()), 1, Integer::sum));
    Map<String, Double> shares = new HashMap<>();
    for (Item item : items) {
      int size = sizes.getOrDefault(copies.of(item.key()), 1);
      if (size > 1) {
        shares.put(item.key(), 1.0 / size);
      }
    }
    return new Copies(
        part.withPictures(groups.of(items), part.val(), part.test()),
        repeated,
        contradictions,
        found.size(),
        shares);
  }

  /**
   * The near copies among images.
   *
   * @param features unit vectors of one length
   */
  static List<Pair> near(List<float[]> features) {
    int count = features.size();
    int[][] nearest = new int[count][];
    double[] distances = new double[count]; // to the nearest
    for (int from = 0; from < count; from += BLOCK) {
      int size = Math.min(BLOCK, count - from);
      float[] cosines = cosines(features, from, size);
      int start = from;
      IntStream.range(0, size)
          .parallel()
          .forEach(
              row -> {
                int image = start + row;
                nearest[image] = nearest(cosines, row, image, count);
                distances[image] = distance(features.get(image), features.get(nearest[image][0]));
              });
    }
    double limit = SHARE_OF_MEDIAN * Math.max(LEAST_MEDIAN, median(distances));
    Set<Pair> pairs = new LinkedHashSet<>();
    for (int image = 0; image < count; image++) {
      for (int other : nearest[image]) {
        if (distance(features.get(image), features.get(other)) < limit) {
          pairs.add(new Pair(Math.min(image, other), Math.max(image, other)));
        }
      }
    }
    return List.copyOf(pairs);
  }

  /** Those of some images with all, row by row. */
  private static float[] cosines(List<float[]> features, int from, int size) {
    int width = features.get(0).length;
    try (Scope scope = Scope.open("near copies");
        Autograd.Switch off = Autograd.off()) {
      Tensor all = rows(features, width);
      return all.narrow(0, from, size).matmul(all.transpose(0, 1)).toFloats();
    }
  }

  private static Tensor rows(List<float[]> features, int width) {
    float[] values = new float[Math.multiplyExact(features.size(), width)];
    for (int i = 0; i < features.size(); i++) {
      System.arraycopy(features.get(i), 0, values, i * width, width);
    }
    return Tensor.of(values, features.size(), width);
  }

  /** The images with the largest cosines but the image itself, the nearest first. */
  private static int[] nearest(float[] cosines, int row, int image, int count) {
    int[] best = new int[Math.min(NEIGHBORS, count - 1)];
    int found = 0;
    for (int other = 0; other < count; other++) {
      float cosine = cosines[row * count + other];
      if (other == image
          || (found == best.length && cosine <= cosines[row * count + best[found - 1]])) {
        continue;
      }
      int place = Math.min(found, best.length - 1);
      while (place > 0 && cosine > cosines[row * count + best[place - 1]]) {
        best[place] = best[place - 1];
        place--;
      }
      best[place] = other;
      found = Math.min(found + 1, best.length);
    }
    return best;
  }

  private static double distance(float[] one, float[] other) {
    double product = 0;
    double ofOne = 0;
    double ofOther = 0;
    for (int i = 0; i < one.length; i++) {
      product += (double) one[i] * other[i];
      ofOne += (double) one[i] * one[i];
      ofOther += (double) other[i] * other[i];
    }
    return Math.max(0, 1 - product / Math.sqrt(ofOne * ofOther));
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** The keys of test images that repeat a training image. */
  static Set<String> repeatedInTest(DataSet data, FeatureBank bank) {
    Set<String> learned =
        new HashSet<>(bank.hashes().of(data.train().stream().map(Item::file).toList()));
    List<String> asked = bank.hashes().of(data.test().stream().map(Item::file).toList());
    Set<String> repeated = new LinkedHashSet<>();
    for (int i = 0; i < asked.size(); i++) {
      if (learned.contains(asked.get(i))) {
        repeated.add(data.test().get(i).key());
      }
    }
    return repeated;
  }

  /** Groups by name that become one (a union-find structure). */
  private static final class Groups {
    private final Map<String, String> parents = new HashMap<>();

    Groups(List<Item> items) {
      items.forEach(item -> parents.put(item.group(), item.group()));
    }

    /** The name of the group that a group belongs to now. */
    String of(String group) {
      String at = group;
      for (String up = parents.getOrDefault(at, at); !up.equals(at); ) {
        at = up;
        up = parents.getOrDefault(at, at);
      }
      return at;
    }

    void join(String one, String other) {
      parents.put(of(other), of(one));
    }

    List<Item> of(List<Item> items) {
      return items.stream().map(item -> item.withGroup(of(item.group()))).toList();
    }
  }
}
