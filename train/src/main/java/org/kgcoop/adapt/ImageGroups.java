package org.kgcoop.adapt;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.ImageSurvey.Twin;
import org.kgcoop.data.Item;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.runs.AdaptRecord.Similar;
import org.kgcoop.similarity.NearDuplicates;

/**
 * Copies among images. If a copy of a training image is held out, a method recognizes it from
 * memory, and the estimated accuracy is too high.
 *
 * <p>Only one of several byte-identical images in a class is kept. Byte-identical images in two
 * classes and near copies ({@link NearCopies}) are in one group, which no fold splits.
 *
 * @param data the data without exact copies, each image with its group
 * @param repeated the keys of exact copies in the same class
 * @param contradictions images that occur in two classes, byte-identical or as near copies
 * @param near the number of images that are near copies of another image
 * @param similar images that resemble one of another group; null unless there are many
 * @param share the weight of each training image by key: 1 / the number of its near copies in its
 *     class, so that all copies together count once; 0 for an image that occurs in two classes,
 *     because one of the two labels may be wrong
 */
record ImageGroups(
    DataSet data,
    List<String> repeated,
    List<Twin> contradictions,
    int near,
    @Nullable Similar similar,
    Map<String, Double> share) {

  /** The share of images with a similar image in another group that is worth a sentence. */
  private static final double MANY = 0.2;

  /** Returns the keys of images that occur in two classes. */
  Set<String> contradictory() {
    return contradictory(contradictions);
  }

  private static Set<String> contradictory(Collection<Twin> contradictions) {
    return contradictions.stream()
        .flatMap(pair -> Stream.of(pair.first(), pair.second()))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Finds the exact copies among the training images. */
  static ImageGroups exact(DataSet data, FeatureCache cache) {
    List<String> hashes = hashes(data.train(), cache);
    Map<String, Item> firsts = new HashMap<>();
    Map<String, Item> distinct = new LinkedHashMap<>(); // by hash and class
    List<String> repeated = new ArrayList<>();
    List<Twin> contradictions = new ArrayList<>();
    Groups groups = new Groups(data.train());
    for (int i = 0; i < hashes.size(); i++) {
      Item item = data.train().get(i);
      Item first = firsts.putIfAbsent(hashes.get(i), item);
      if (first != null) {
        groups.join(first.group(), item.group());
      }
      if (distinct.putIfAbsent(hashes.get(i) + " " + item.label(), item) != null) {
        repeated.add(item.key());
      } else if (first != null) {
        contradictions.add(new Twin(first.key(), item.key()));
      }
    }
    List<Item> train = groups.of(List.copyOf(distinct.values()));
    DataSet others = data.withImages(train, data.val(), data.test());
    return new ImageGroups(others, repeated, contradictions, 0, null, Map.of());
  }

  /**
   * Returns these images with groups of near copies.
   *
   * @param part the images of these data to learn from
   */
  ImageGroups withNear(DataSet part, FeatureCache cache) {
    List<Item> items = part.train();
    NearCopies near = NearCopies.of(items, cache);
    Groups groups = new Groups(items);
    Groups copies = new Groups(items.stream().map(item -> item.withGroup(item.key())).toList());
    Set<Integer> found = new HashSet<>();
    Set<Twin> contradicting = new LinkedHashSet<>(contradictions);
    for (NearDuplicates.Pair pair : near.pairs()) {
      Item first = items.get(pair.first());
      Item second = items.get(pair.second());
      groups.join(first.group(), second.group());
      found.add(pair.first());
      found.add(pair.second());
      if (first.label() == second.label()) {
        copies.join(first.key(), second.key());
      } else if (!contradicting.contains(new Twin(second.key(), first.key()))) {
        contradicting.add(new Twin(first.key(), second.key()));
      }
    }
    Map<String, Integer> sizes = new HashMap<>();
    items.forEach(item -> sizes.merge(copies.of(item.key()), 1, Integer::sum));
    Map<String, Double> shares = new HashMap<>();
    items.forEach(
        item -> shares.put(item.key(), 1.0 / sizes.getOrDefault(copies.of(item.key()), 1)));
    Set<String> contradictory = contradictory(contradicting);
    if (2 * contradictory.size() <= items.size()) { // otherwise too little is left to measure
      contradictory.forEach(key -> shares.put(key, 0.0));
    }
    DataSet grouped = part.withImages(groups.of(items), part.val(), part.test());
    return new ImageGroups(
        grouped,
        repeated,
        List.copyOf(contradicting),
        found.size(),
        similar(items, near, groups),
        shares);
  }

  /** Returns the images with a similar one that is not in their group, if there are many. */
  private static @Nullable Similar similar(List<Item> items, NearCopies near, Groups groups) {
    Set<Integer> similar = new HashSet<>();
    NearDuplicates.@Nullable Pair example = null;
    for (NearDuplicates.Pair pair : near.similar()) {
      Item first = items.get(pair.first());
      Item second = items.get(pair.second());
      if (!groups.of(first.group()).equals(groups.of(second.group()))) {
        example = example == null ? pair : example;
        similar.add(pair.first());
        similar.add(pair.second());
      }
    }
    return example == null || similar.size() < MANY * items.size()
        ? null
        : new Similar(
            similar.size(), items.get(example.first()).key(), items.get(example.second()).key());
  }

  /** Returns the keys of test images that are copies of a training image. */
  static Set<String> repeatedInTest(DataSet data, FeatureCache cache) {
    Set<String> learned = new HashSet<>(hashes(data.train(), cache));
    List<String> testHashes = hashes(data.test(), cache);
    return IntStream.range(0, testHashes.size())
        .filter(i -> learned.contains(testHashes.get(i)))
        .mapToObj(i -> data.test().get(i).key())
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private static List<String> hashes(List<Item> items, FeatureCache cache) {
    return cache.hashes().of(items.stream().map(Item::file).toList());
  }

  /** Groups by name that can be merged (a union-find structure). */
  static final class Groups {
    private final Map<String, String> parents = new HashMap<>();

    Groups(List<Item> items) {
      items.forEach(item -> parents.put(item.group(), item.group()));
    }

    /** Returns the current name of the merged group that a group belongs to. */
    String of(String group) {
      String at = group;
      while (!parents.getOrDefault(at, at).equals(at)) {
        at = parents.getOrDefault(at, at);
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
