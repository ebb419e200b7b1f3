package org.kgcoop.trial;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.method.Folds;

/**
 * Part of a sample that is held out, and the rest to learn from.
 *
 * @param name the name of the fold
 * @param fitted the images to learn from, with their classes
 * @param seen held-out images of these classes, as test images; their class names are those to
 *     choose from
 * @param unseen images of hidden classes, as test images; empty if no class is hidden
 */
public record Fold(String name, DataSet fitted, DataSet seen, DataSet unseen) {

  /** Number of folds of the images if classes are hidden. */
  private static final int IMAGE_FOLDS = 4;

  /** Maximum number of parts of the classes that are hidden in turn. */
  private static final int MAX_CLASS_FOLDS = 4;

  /** One of so many images of a class is held out, if one half of the classes is hidden. */
  private static final int HOLDOUT_INTERVAL = 4;

  /**
   * Returns the folds of the training images, or an empty list if no class has a second group of
   * images.
   *
   * @param most the number of folds, unless every class has fewer groups
   */
  public static List<Fold> ofImages(DataSet data, int most) {
    Folds folds = folds(data, most);
    List<Fold> all = new ArrayList<>();
    for (int fold = 0; fold < folds.count(); fold++) {
      int held = fold;
      all.add(
          new Fold(
              "fold%s-of-%s".formatted(fold + 1, folds.count()),
              data.withImages(some(data, i -> !folds.holds(held, i)), List.of(), List.of()),
              heldOutImages(data, List.of(), i -> folds.holds(held, i)),
              heldOutImages(data, List.of(), i -> false)));
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
  public static List<Fold> ofClasses(DataSet data, List<String> unseenNames) {
    Folds folds = folds(data, IMAGE_FOLDS);
    int names = data.classNames().size() + unseenNames.size();
    int parts =
        folds.count() == 0
            ? 0
            : Math.max(
                2, Math.min(MAX_CLASS_FOLDS, Math.round((float) names / unseenNames.size())));
    List<Fold> all = new ArrayList<>();
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
          new Fold(
              "hidden%s-of-%s".formatted(part + 1, parts),
              data.withImages(fitted, List.of(), List.of()).select(ClassSplit.ALL),
              heldOutImages(data, unseenNames, i -> !isHidden.test(i) && folds.holds(held, i)),
              heldOutImages(data, unseenNames, isHidden)));
    }
    return all;
  }

  /**
   * Returns the part with the images of an audit held out, or null if there is no audit. Groups
   * with an image of the audit are held out completely, but only images of the audit are asked. If
   * no image of a class would be left to learn from, one of its groups is learned instead: the one
   * with the fewest images of the audit.
   *
   * @param audit the keys of the images that were drawn at random
   */
  public static @Nullable Fold audit(DataSet data, Set<String> audit, List<String> unseenNames) {
    List<Item> train = data.train();
    Map<String, Integer> held = new LinkedHashMap<>(); // the images of the audit by group
    train.stream()
        .filter(item -> audit.contains(item.key()))
        .forEach(item -> held.merge(item.group(), 1, Integer::sum));
    for (int label = 0; label < data.classNames().size(); label++) {
      int own = label;
      List<String> groups =
          train.stream().filter(item -> item.label() == own).map(Item::group).distinct().toList();
      if (held.keySet().containsAll(groups)) {
        groups.stream()
            .min(Comparator.comparingInt(group -> held.getOrDefault(group, 0)))
            .ifPresent(held::remove);
      }
    }
    List<Item> fitted = some(data, i -> !held.containsKey(train.get(i).group()));
    return held.isEmpty() || fitted.isEmpty()
        ? null
        : new Fold(
            "audit",
            data.withImages(fitted, List.of(), List.of()),
            heldOutImages(
                data,
                unseenNames,
                i -> audit.contains(train.get(i).key()) && held.containsKey(train.get(i).group())),
            heldOutImages(data, unseenNames, i -> false));
  }

  /** Returns a part with the images that no other part asks about, or null if there are none. */
  public static @Nullable Fold rest(DataSet data, List<Fold> parts) {
    Set<String> heldOutImages = new HashSet<>();
    parts.forEach(part -> part.seen().test().forEach(item -> heldOutImages.add(item.key())));
    List<Item> train = data.train();
    IntPredicate isLeft = i -> !heldOutImages.contains(train.get(i).key());
    return heldOutImages.size() == train.size()
        ? null
        : new Fold(
            "rest",
            data,
            heldOutImages(data, List.of(), isLeft),
            heldOutImages(data, List.of(), i -> false));
  }

  /** Returns all training images as test images, for methods that do not learn from them. */
  public static Fold all(DataSet data, List<String> unseenNames) {
    return new Fold(
        "all",
        data,
        heldOutImages(data, unseenNames, i -> true),
        heldOutImages(data, unseenNames, i -> !unseenNames.isEmpty()));
  }

  /**
   * Hides one half of the classes. The held-out images of the other classes are their validation
   * images or, if there are none, the second, sixth, tenth ... training image of each class. The
   * class names to choose from are those of the half.
   *
   * @param hidden the half to hide
   * @throws KgCoopException if no class has a second image to hold out
   */
  static Fold hiding(DataSet data, ClassSplit hidden) {
    DataSet seen = data.select(hidden == ClassSplit.NEW ? ClassSplit.BASE : ClassSplit.NEW);
    DataSet unseen = data.select(hidden);
    List<Item> all = Stream.concat(unseen.train().stream(), unseen.val().stream()).toList();
    List<Item> fitted = new ArrayList<>();
    List<Item> heldOut = new ArrayList<>(seen.val());
    Map<Integer, Integer> number = new HashMap<>();
    for (Item item : seen.train()) {
      // With this rule, one of two, one of four, and two of eight images are held out.
      int place = number.merge(item.label(), 1, Integer::sum);
      boolean isHeldOut = seen.val().isEmpty() && place % HOLDOUT_INTERVAL == 2;
      (isHeldOut ? heldOut : fitted).add(item);
    }
    if (heldOut.isEmpty()) {
      throw KgCoopException.data(data.name() + ": no class has a second image to hold out");
    }
    return new Fold(
        (hidden == ClassSplit.NEW ? "second" : "first") + "-hidden",
        seen.withImages(fitted, seen.val(), List.of()),
        seen.withImages(List.of(), List.of(), heldOut),
        unseen.withImages(List.of(), List.of(), all));
  }

  private static Folds folds(DataSet data, int most) {
    List<Item> items = data.train();
    return new Folds(items.stream().map(Item::label).toList(), Item.groupNumbers(items), most);
  }

  /** Returns some of the training images as test images, with all class names. */
  private static DataSet heldOutImages(DataSet data, List<String> unseenNames, IntPredicate which) {
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
  public static double groupsPerClass(DataSet data) {
    long groups =
        data.train().stream().map(item -> item.label() + " " + item.group()).distinct().count();
    return (double) groups / data.classNames().size();
  }
}
