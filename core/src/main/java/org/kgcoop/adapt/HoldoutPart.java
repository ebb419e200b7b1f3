package org.kgcoop.adapt;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.method.Folds;

/**
 * Part of a comparison: held-out images, the images to learn from, and the class names to choose
 * from, which are those of the final classifier.
 *
 * @param name the name of the part
 * @param fitted the images to learn from, with their classes
 * @param seen held-out images of these classes, as test images
 * @param unseen images of hidden classes, as test images; empty if no class is hidden
 */
record HoldoutPart(String name, DataSet fitted, DataSet seen, DataSet unseen) {

  /** Number of folds of the images if classes are hidden. */
  private static final int FOLDS = 4;

  /** Maximum number of parts of the classes that are hidden in turn. */
  private static final int MOST_PARTS = 4;

  /**
   * Returns the folds of the training images, or an empty list if no class has a second group of
   * images.
   *
   * @param most the number of folds, unless every class has fewer groups
   */
  static List<HoldoutPart> of(DataSet data, int most) {
    Folds folds = folds(data, most);
    List<HoldoutPart> all = new ArrayList<>();
    for (int fold = 0; fold < folds.count(); fold++) {
      int held = fold;
      all.add(
          new HoldoutPart(
              "fold%s-of-%s".formatted(fold + 1, folds.count()),
              data.withImages(some(data, i -> !folds.holds(held, i)), List.of(), List.of()),
              asked(data, List.of(), i -> folds.holds(held, i)),
              asked(data, List.of(), i -> false)));
    }
    return all;
  }

  /**
   * Returns parts with some of the classes hidden in turn, combined with folds of the images of the
   * other classes. The share of hidden classes is about the share of unseen names in the final
   * classifier, between a quarter and a half. The list is empty if no class has a second group of
   * images.
   *
   * @param unseenNames the names of classes without images, which are also in the list of class
   *     names
   */
  static List<HoldoutPart> hiding(DataSet data, List<String> unseenNames) {
    Folds folds = folds(data, FOLDS);
    int names = data.classNames().size() + unseenNames.size();
    int parts =
        folds.count() == 0
            ? 0
            : Math.max(2, Math.min(MOST_PARTS, Math.round((float) names / unseenNames.size())));
    List<HoldoutPart> all = new ArrayList<>();
    for (int part = 0; part < parts; part++) {
      int hidden = part;
      int held = part % folds.count();
      List<Item> train = data.train();
      IntPredicate isHidden = i -> train.get(i).label() % parts == hidden;
      IntPredicate isAsked = i -> isHidden.test(i) || folds.holds(held, i);
      Set<String> groups = new HashSet<>();
      some(data, isAsked).forEach(item -> groups.add(item.group()));
      List<Item> fitted = some(data, i -> !groups.contains(train.get(i).group()));
      all.add(
          new HoldoutPart(
              "hidden%s-of-%s".formatted(part + 1, parts),
              data.withImages(fitted, List.of(), List.of()).select(ClassSplit.ALL),
              asked(data, unseenNames, i -> !isHidden.test(i) && folds.holds(held, i)),
              asked(data, unseenNames, isHidden)));
    }
    return all;
  }

  /**
   * Returns the part with the images of an audit held out, or null if there is no audit. Groups
   * with an image of the audit are held out completely, but only images of the audit are asked. A
   * class whose images are all in the audit is learned instead.
   *
   * @param audit the keys of the images that were drawn at random
   */
  static @Nullable HoldoutPart audit(DataSet data, Set<String> audit, List<String> unseenNames) {
    List<Item> train = data.train();
    Set<Integer> learned = new HashSet<>();
    train.stream()
        .filter(item -> !audit.contains(item.key()))
        .forEach(item -> learned.add(item.label()));
    IntPredicate isAudited =
        i -> audit.contains(train.get(i).key()) && learned.contains(train.get(i).label());
    Set<String> groups = new HashSet<>();
    some(data, isAudited).forEach(item -> groups.add(item.group()));
    List<Item> fitted = some(data, i -> !groups.contains(train.get(i).group()));
    return groups.isEmpty() || fitted.isEmpty()
        ? null
        : new HoldoutPart(
            "audit",
            data.withImages(fitted, List.of(), List.of()),
            asked(data, unseenNames, isAudited),
            asked(data, unseenNames, i -> false));
  }

  /** Returns a part with the images that no other part asks about, or null if there are none. */
  static @Nullable HoldoutPart rest(DataSet data, List<HoldoutPart> parts) {
    Set<String> asked = new HashSet<>();
    parts.forEach(part -> part.seen().test().forEach(item -> asked.add(item.key())));
    List<Item> train = data.train();
    IntPredicate isLeft = i -> !asked.contains(train.get(i).key());
    return asked.size() == train.size()
        ? null
        : new HoldoutPart(
            "rest", data, asked(data, List.of(), isLeft), asked(data, List.of(), i -> false));
  }

  /** Returns all training images as test images, for methods that do not learn from them. */
  static HoldoutPart all(DataSet data, List<String> unseenNames) {
    return new HoldoutPart(
        "all",
        data,
        asked(data, unseenNames, i -> true),
        asked(data, unseenNames, i -> !unseenNames.isEmpty()));
  }

  private static Folds folds(DataSet data, int most) {
    List<String> groups = data.train().stream().map(Item::group).distinct().toList();
    Map<String, Integer> numbers = new HashMap<>();
    groups.forEach(group -> numbers.put(group, numbers.size()));
    return new Folds(
        data.train().stream().map(Item::label).toList(),
        data.train().stream().map(item -> numbers.getOrDefault(item.group(), 0)).toList(),
        most);
  }

  /** Returns some of the training images as test images, with all class names. */
  private static DataSet asked(DataSet data, List<String> unseenNames, IntPredicate which) {
    return new DataSet(
        data.name(),
        Stream.concat(data.classNames().stream(), unseenNames.stream()).toList(),
        List.of(),
        List.of(),
        some(data, which),
        data.template());
  }

  private static List<Item> some(DataSet data, IntPredicate which) {
    return IntStream.range(0, data.train().size())
        .filter(which)
        .mapToObj(data.train()::get)
        .toList();
  }

  /** Returns the mean number of groups of training images per class. */
  static double groupsPerClass(DataSet data) {
    long groups =
        data.train().stream().map(item -> item.label() + " " + item.group()).distinct().count();
    return (double) groups / data.classNames().size();
  }
}
