package org.kgcoop.trial;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
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
      List<Item> fitted = some(data, i -> !folds.holds(held, i));
      List<Item> seen = some(data, i -> folds.holds(held, i));
      String name = "fold%s-of-%s".formatted(fold + 1, folds.count());
      all.add(of(name, learning(data, fitted), data, List.of(), seen, List.of()));
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
    List<Item> train = data.train();
    for (int part = 0; part < parts; part++) {
      int hidden = part;
      int held = part % folds.count();
      IntPredicate isHidden = i -> train.get(i).label() % parts == hidden;
      List<Item> seen = some(data, i -> !isHidden.test(i) && folds.holds(held, i));
      List<Item> unseen = some(data, isHidden);
      Set<String> groups =
          Stream.concat(seen.stream(), unseen.stream())
              .map(Item::group)
              .collect(Collectors.toSet());
      List<Item> fitted = train.stream().filter(item -> !groups.contains(item.group())).toList();
      DataSet learned = learning(data, fitted).select(ClassSplit.ALL);
      String name = "hidden%s-of-%s".formatted(part + 1, parts);
      all.add(of(name, learned, data, unseenNames, seen, unseen));
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
    List<Item> fitted = train.stream().filter(item -> !held.containsKey(item.group())).toList();
    List<Item> asked =
        train.stream()
            .filter(item -> audit.contains(item.key()) && held.containsKey(item.group()))
            .toList();
    return held.isEmpty() || fitted.isEmpty()
        ? null
        : of("audit", learning(data, fitted), data, unseenNames, asked, List.of());
  }

  /** Returns a part with the images that no other part asks about, or null if there are none. */
  public static @Nullable Fold rest(DataSet data, List<Fold> parts) {
    Set<String> asked =
        parts.stream()
            .flatMap(part -> part.seen().test().stream())
            .map(Item::key)
            .collect(Collectors.toSet());
    List<Item> left = data.train().stream().filter(item -> !asked.contains(item.key())).toList();
    return left.isEmpty() ? null : of("rest", data, data, List.of(), left, List.of());
  }

  /** Returns all training images as test images, for methods that do not learn from them. */
  public static Fold all(DataSet data, List<String> unseenNames) {
    List<Item> unseen = unseenNames.isEmpty() ? List.of() : data.train();
    return of("all", data, data, unseenNames, data.train(), unseen);
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

  /** Returns a part whose held-out images have all class names to choose from. */
  private static Fold of(
      String name,
      DataSet fitted,
      DataSet data,
      List<String> unseenNames,
      List<Item> seen,
      List<Item> unseen) {
    return new Fold(name, fitted, asked(data, unseenNames, seen), asked(data, unseenNames, unseen));
  }

  /**
   * Returns images as test images.
   *
   * @param unseenNames the names of classes without images, to choose from like the others
   */
  public static DataSet asked(DataSet data, List<String> unseenNames, List<Item> images) {
    List<String> names = Stream.concat(data.classNames().stream(), unseenNames.stream()).toList();
    return new DataSet(data.name(), names, List.of(), List.of(), images, data.template());
  }

  private static DataSet learning(DataSet data, List<Item> fitted) {
    return data.withImages(fitted, List.of(), List.of());
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
