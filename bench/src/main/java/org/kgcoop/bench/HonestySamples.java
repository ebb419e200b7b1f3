package org.kgcoop.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.kgcoop.adapt.LabelSource;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.data.layout.ClassNames;
import org.kgcoop.eval.Softmax;

/**
 * Samples of data sets as people have them. A sample is a pure function of the situation, the data
 * sets, the number of images per class and the seed.
 *
 * @param data returns a data set by name
 * @param sets the names of the data sets; a situation that needs another one takes the next
 * @param classes the number of classes that are drawn, where the situation does not set it; 0 for
 *     all
 * @param derived the place of derived images
 * @param zeroShot returns the zero-shot logits (N, C) of images for the classes of a data set
 * @param session labels a folder
 */
record HonestySamples(
    Function<String, DataSet> data,
    List<String> sets,
    int classes,
    DerivedImages derived,
    BiFunction<DataSet, List<Item>, double[][]> zeroShot,
    Session session) {
  private static final int COPIES = 3;
  private static final int VIEWS = 8;
  private static final int BACKGROUNDS = 4;
  private static final int DRAWN = 100;
  private static final int CLASSES_TO_DRAW = 48;

  /** The number of images of the largest class that images are drawn from. */
  private static final int LARGEST_DRAWN = 24;

  private static final int RANDOM_CLASSES = 4;
  private static final int FEWEST_FRAMES = 3;
  private static final int MOST_FRAMES = 6;
  private static final List<Integer> QUALITIES = List.of(70, 80, 90);
  private static final List<Integer> UNBALANCED = List.of(1, 2, 4, 8, 30);

  /** The number of images of a class that an unbalanced sample leaves to measure with. */
  private static final int FEWEST_FRESH = 4;

  private static final int MANY_CLASSES = 60;

  /** The most kinds of things in a pile, and the images of a pile. */
  private static final int MOST_KINDS = 18;

  private static final int PILE = 100;

  /** Number of names per name without images, and of classes per class that forms "other". */
  private static final int UNSEEN_SHARE = 4;

  private static final int OTHER_SHARE = 3;

  /** The class 'other' has so many times the images of another class. */
  private static final int OTHER_SIZE = 3;

  private static final String OTHER = "other";

  /** The number of images of another data set. */
  private static final int FOREIGN = 200;

  /**
   * A sample.
   *
   * @param learned the images for {@code adapt}
   * @param fresh other images of the same classes and of the unseen ones; their class names are the
   *     expected answers, their labels mean nothing
   * @param unseen the class names without images
   * @param foreign images of another data set, of none of the classes
   * @param wrong the keys of the learned images whose label was made wrong
   * @param labels how the images got their labels
   */
  record Sample(
      DataSet learned,
      List<Item> fresh,
      List<String> unseen,
      List<Item> foreign,
      Set<String> wrong,
      LabelSource labels) {
    Sample {
      fresh = List.copyOf(fresh);
      unseen = List.copyOf(unseen);
      foreign = List.copyOf(foreign);
      wrong = Set.copyOf(wrong);
    }

    Sample(DataSet learned, List<Item> fresh) {
      this(learned, fresh, List.of(), List.of(), Set.of(), LabelSource.UNSTATED);
    }

    Sample with(List<Item> newLearned, List<Item> newFresh) {
      DataSet other = learned.withImages(newLearned, List.of(), List.of());
      return new Sample(other, newFresh, unseen, foreign, wrong, labels);
    }

    /** Returns the sample with images that are made of its own. */
    Sample each(Function<Item, Stream<Item>> ofLearned, UnaryOperator<Item> ofFresh) {
      return with(
          learned.train().stream().flatMap(ofLearned).toList(),
          fresh.stream().map(ofFresh).toList());
    }

    Sample with(Set<String> planted) {
      return new Sample(learned, fresh, unseen, foreign, planted, labels);
    }

    Sample withForeign(List<Item> others) {
      return new Sample(learned, fresh, unseen, others, wrong, labels);
    }

    Sample with(LabelSource source) {
      return new Sample(learned, fresh, unseen, foreign, wrong, source);
    }
  }

  /** A session of {@code label} with a folder, whose answers come from a list of classes. */
  interface Session {
    /**
     * Returns the labels, with the audit.
     *
     * @param images the images of the folder
     * @param classes receives the images that were asked
     */
    LabelSource label(DataSet images, long seed, Consumer<Item> classes);
  }

  /**
   * Returns a sample.
   *
   * @param perClass the number of learned originals per class, unless the situation sets it
   */
  Sample of(Situation situation, String set, int perClass, long seed) {
    Random random = new Random(seed);
    DataSet all = data.apply(set);
    DataSet some = some(all, drawnOf(all), random);
    Draw draw = new Draw(this, set, all, some, perClass, seed, random);
    return withForeign(situation.sample(draw), set, random);
  }

  /**
   * What a situation makes its sample of.
   *
   * @param set the name of the data set
   * @param all the data set
   * @param some its drawn classes
   * @param perClass the number of learned originals per class
   * @param random the source of all random choices
   */
  record Draw(
      HonestySamples samples,
      String set,
      DataSet all,
      DataSet some,
      int perClass,
      long seed,
      Random random) {
    DerivedImages derived() {
      return samples.derived;
    }

    /** Learns from some images of the drawn classes. All others are fresh. */
    Sample split() {
      return split(some);
    }

    Sample split(int images) {
      return HonestySamples.split(some, images, random);
    }

    Sample split(DataSet of) {
      return HonestySamples.split(of, perClass, random);
    }

    Sample ofTwoClasses() {
      return split(HonestySamples.some(some, 2, random));
    }

    Sample ofManyClasses() {
      return split(HonestySamples.some(samples.combined(set), MANY_CLASSES, random));
    }

    /** Learns from classes with a share of wrong labels, which fresh images do not have. */
    Sample planted(double share) {
      return HonestySamples.planted(split(samples.large(all, perClass, random)), share, random);
    }

    Sample noisy(double share) {
      return HonestySamples.noisy(split(), share, random);
    }

    Sample twoLabels(double share) {
      return samples.twoLabels(split(), set, share, random);
    }

    /** Learns from each image and from images that are made of it. */
    Sample with(BiFunction<String, Item, Stream<Item>> others) {
      return split()
          .each(
              item -> Stream.concat(Stream.of(item), others.apply(set, item)),
              UnaryOperator.identity());
    }

    /**
     * Learns from each image and from a copy that a program made of it. Of the fresh images, every
     * second one is such a copy, because new images are like the learned ones.
     */
    Sample withCopies(BiFunction<String, Item, Item> copy) {
      return split()
          .each(
              item -> Stream.of(item, copy.apply(set, item)),
              item -> item.key().hashCode() % 2 == 0 ? item : copy.apply(set, item));
    }

    /** Learns from the frames of bursts. */
    Sample bursts(HonestySamples.Frame frame) {
      return samples.bursts(split(), set, frame, random);
    }

    Sample views(boolean isGrouped) {
      return samples.views(split(), set, isGrouped);
    }

    Sample labeled() {
      return samples.labeled(halves(some, random), seed);
    }

    Sample labeledBursts() {
      Sample bursts = samples.bursts(halves(some, random), set, derived()::frame, random);
      return samples.labeled(bursts, seed);
    }
  }

  /** Makes a frame of a burst. */
  interface Frame {
    Item of(String set, Item item, int number);
  }

  /** Returns the data set after another one in the list, in a circle. */
  String after(String set) {
    return sets.get((sets.indexOf(set) + 1) % sets.size());
  }

  // ---- Parts of data sets

  private static List<Item> all(DataSet data) {
    return data.items().toList();
  }

  private static List<Item> shuffled(DataSet data, Random random) {
    List<Item> all = new ArrayList<>(all(data));
    Collections.shuffle(all, random);
    return all;
  }

  private static Map<String, Integer> sizes(List<Item> items) {
    Map<String, Integer> sizes = new HashMap<>();
    items.forEach(item -> sizes.merge(item.className(), 1, Integer::sum));
    return sizes;
  }

  /** Learns from so many images per class. All others are fresh. */
  private static Sample split(DataSet data, int perClass, Random random) {
    return split(data, name -> perClass, random);
  }

  private static Sample split(DataSet data, Function<String, Integer> perClass, Random random) {
    Map<String, Integer> taken = new HashMap<>();
    List<Item> learned = new ArrayList<>();
    List<Item> fresh = new ArrayList<>();
    for (Item item : shuffled(data, random)) {
      String name = item.className();
      (taken.merge(name, 1, Integer::sum) <= perClass.apply(name) ? learned : fresh).add(item);
    }
    return new Sample(data.withImages(learned, List.of(), List.of()), fresh);
  }

  /** Returns the classes with some names, relabeled, all images as training images. */
  private static DataSet classes(DataSet data, Predicate<String> kept) {
    List<String> names = data.classNames().stream().filter(kept).toList();
    return of(
        data,
        names,
        relabeled(all(data).stream().filter(item -> kept.test(item.className())).toList(), names));
  }

  /** Returns a data set with other classes and only training images. */
  private static DataSet of(DataSet like, List<String> names, List<Item> items) {
    return new DataSet(like.name(), names, items, List.of(), List.of(), like.template());
  }

  /** Returns images with the labels of their class names in another list. */
  static List<Item> relabeled(List<Item> items, List<String> names) {
    return items.stream().map(item -> named(item, item.className(), names)).toList();
  }

  private static Item named(Item item, String name, List<String> names) {
    return new Item(item.key(), item.file(), names.indexOf(name), name);
  }

  private static DataSet some(DataSet data, int count, Random random) {
    List<String> names = new ArrayList<>(data.classNames());
    Collections.shuffle(names, random);
    Set<String> kept = new HashSet<>(names.subList(0, Math.min(count, names.size())));
    return classes(data, kept::contains);
  }

  /** Returns the classes of all data sets; a name that occurs in several has the first meaning. */
  private DataSet combined(String first) {
    Map<String, String> owner = new LinkedHashMap<>(); // by cleaned name
    List<String> names = new ArrayList<>();
    List<Item> items = new ArrayList<>();
    String set = first;
    for (int i = 0; i < sets.size(); i++, set = after(set)) {
      DataSet own = data.apply(set);
      String name = set;
      own.classNames().stream()
          .filter(each -> owner.putIfAbsent(ClassNames.cleaned(each), name) == null)
          .forEach(names::add);
      all(own).stream()
          .filter(item -> name.equals(owner.get(ClassNames.cleaned(item.className()))))
          .map(item -> withKey(item, name + "/" + item.key()))
          .forEach(items::add);
    }
    return of(data.apply(first), names, relabeled(items, names));
  }

  private static Item withKey(Item item, String key) {
    return new Item(key, item.file(), item.label(), item.className());
  }

  /** Returns classes that have more images than are learned. */
  private DataSet large(DataSet data, int perClass, Random random) {
    Map<String, Integer> sizes = sizes(all(data));
    return some(
        classes(data, name -> sizes.getOrDefault(name, 0) > perClass), drawnOf(data), random);
  }

  private int drawnOf(DataSet data) {
    int all = data.classNames().size();
    return classes == 0 ? all : Math.min(classes, all);
  }

  private Sample withForeign(Sample sample, String set, Random random) {
    if (sets.size() < 2) {
      return sample;
    }
    Set<String> known = cleaned(sample.learned().classNames());
    known.addAll(cleaned(sample.unseen()));
    return sample.withForeign(
        shuffled(data.apply(after(set)), random).stream()
            .filter(item -> !known.contains(ClassNames.cleaned(item.className())))
            .limit(FOREIGN)
            .toList());
  }

  // ---- Situations

  private Sample bursts(Sample sample, String set, Frame frame, Random random) {
    return sample.each(
        item ->
            IntStream.range(0, FEWEST_FRAMES + random.nextInt(MOST_FRAMES - FEWEST_FRAMES + 1))
                .mapToObj(number -> frame.of(set, item, number)),
        item -> frame.of(set, item, 0));
  }

  Stream<Item> jpegs(String set, Item item) {
    return QUALITIES.stream().map(quality -> derived.jpeg(set, item, quality));
  }

  static Sample copied(Sample sample) {
    return sample.each(
        item -> IntStream.range(0, COPIES).mapToObj(copy -> withKey(item, item.key() + "-" + copy)),
        UnaryOperator.identity());
  }

  /**
   * A fifth of the classes has 30 images: classes from which fresh ones remain, if there are any.
   */
  Sample unbalanced(DataSet data, Random random) {
    Map<String, Integer> sizes = sizes(all(data));
    int large = UNBALANCED.get(UNBALANCED.size() - 1);
    List<String> names = new ArrayList<>(data.classNames());
    Collections.shuffle(names, random);
    names.sort(
        Comparator.comparingInt(
            name -> -Math.min(large + FEWEST_FRESH, sizes.getOrDefault(name, 0))));
    int most = drawnOf(data) / UNBALANCED.size();
    List<String> others = new ArrayList<>(names.subList(most, names.size()));
    Collections.shuffle(others, random);
    Map<String, Integer> perClass = new HashMap<>();
    names.subList(0, most).forEach(name -> perClass.put(name, large));
    for (int i = 0; i < drawnOf(data) - most; i++) {
      perClass.put(others.get(i), UNBALANCED.get(i % (UNBALANCED.size() - 1)));
    }
    return split(
        classes(data, perClass::containsKey),
        name ->
            Math.max(
                1,
                Math.min(
                    perClass.getOrDefault(name, 1), sizes.getOrDefault(name, 0) - FEWEST_FRESH)),
        random);
  }

  private static Sample noisy(Sample sample, double share, Random random) {
    Sample planted = planted(sample, share, random);
    return planted.with(
        planted.learned().train(),
        mislabeled(sample.fresh(), share, sample.learned().classNames(), random));
  }

  private static Sample planted(Sample sample, double share, Random random) {
    List<Item> right = sample.learned().train();
    List<Item> learned = mislabeled(right, share, sample.learned().classNames(), random);
    return sample
        .with(learned, sample.fresh())
        .with(
            IntStream.range(0, right.size())
                .filter(i -> right.get(i).label() != learned.get(i).label())
                .mapToObj(i -> right.get(i).key())
                .collect(Collectors.toSet()));
  }

  /** Gives a share of the images another label at random. */
  private static List<Item> mislabeled(
      List<Item> items, double share, List<String> names, Random random) {
    List<Integer> places = new ArrayList<>(IntStream.range(0, items.size()).boxed().toList());
    Collections.shuffle(places, random);
    Set<Integer> wrong = new HashSet<>(places.subList(0, (int) Math.round(share * items.size())));
    return IntStream.range(0, items.size())
        .mapToObj(
            i -> {
              Item item = items.get(i);
              int given = names.indexOf(item.className());
              int other = (given + 1 + random.nextInt(names.size() - 1)) % names.size();
              return named(item, names.get(wrong.contains(i) ? other : given), names);
            })
        .toList();
  }

  /** Fresh images of 'other' are as frequent as learned ones. */
  static Sample other(DataSet data, int perClass, Random random) {
    Set<String> others = someNames(data, OTHER_SHARE);
    Sample own = split(classes(data, name -> !others.contains(name)), perClass, random);
    List<String> names = new ArrayList<>(own.learned().classNames());
    names.add(OTHER);
    List<Item> mixed =
        shuffled(classes(data, others::contains), random).stream()
            .map(item -> named(item, OTHER, names))
            .toList();
    int taught = OTHER_SIZE * perClass;
    int asked =
        Math.min(mixed.size() - taught, OTHER_SIZE * own.fresh().size() / (names.size() - 1));
    return new Sample(
        of(data, names, both(own.learned().train(), mixed.subList(0, taught))),
        both(own.fresh(), mixed.subList(taught, taught + asked)));
  }

  private static List<Item> both(List<Item> some, List<Item> others) {
    return Stream.concat(some.stream(), others.stream()).toList();
  }

  /** Returns the last of each few class names. */
  private static Set<String> someNames(DataSet data, int share) {
    return IntStream.range(0, data.classNames().size())
        .filter(i -> i % share == share - 1)
        .mapToObj(data.classNames()::get)
        .collect(Collectors.toSet());
  }

  static Sample unseenOf(DataSet data, int perClass, Random random) {
    Set<String> unseen = someNames(data, UNSEEN_SHARE);
    return withUnseen(
        split(classes(data, name -> !unseen.contains(name)), perClass, random),
        all(classes(data, unseen::contains)));
  }

  Sample unseenOfAnother(DataSet own, String other, int perClass, Random random) {
    Set<String> known = cleaned(own.classNames());
    DataSet another = classes(data.apply(other), name -> !known.contains(ClassNames.cleaned(name)));
    int count = Math.max(1, own.classNames().size() / (UNSEEN_SHARE - 1));
    return withUnseen(split(own, perClass, random), all(some(another, count, random)));
  }

  private static Set<String> cleaned(List<String> names) {
    return names.stream().map(ClassNames::cleaned).collect(Collectors.toSet());
  }

  private static Sample withUnseen(Sample seen, List<Item> unseen) {
    return new Sample(
        seen.learned(),
        both(seen.fresh(), unseen),
        unseen.stream().map(Item::className).distinct().toList(),
        List.of(),
        Set.of(),
        LabelSource.UNSTATED);
  }

  /** Gives all images random labels of the first classes, which nothing can learn. */
  static Sample randomLabels(DataSet data, int perClass, Random random) {
    List<String> names = data.classNames().subList(0, RANDOM_CLASSES);
    List<Item> all = shuffled(data, random);
    List<Item> labeled =
        IntStream.range(0, all.size())
            .mapToObj(i -> named(all.get(i), names.get(i % RANDOM_CLASSES), names))
            .toList();
    int learned = RANDOM_CLASSES * perClass;
    return new Sample(
        of(data, names, labeled.subList(0, learned)), labeled.subList(learned, labeled.size()));
  }

  /**
   * Half of the images are a folder without labels. A person confirms the surest zero-shot
   * proposals of each class. The other half is fresh, so that it has easy and difficult images.
   */
  Sample selected(DataSet data, int perClass, Random random) {
    Sample halves = halves(data, random);
    List<Item> pool = halves.learned().train();
    double[][] logits = zeroShot.apply(data, pool);
    Map<String, Integer> taken = new HashMap<>();
    return halves.with(
        IntStream.range(0, pool.size())
            .boxed()
            .sorted(
                Comparator.comparingDouble(
                    i -> -Softmax.probabilities(logits[i], 1)[pool.get(i).label()]))
            .map(pool::get)
            .filter(item -> taken.merge(item.className(), 1, Integer::sum) <= perClass)
            .toList(),
        halves.fresh());
  }

  /** Half of the images of each class are a folder, the others are fresh. */
  private static Sample halves(DataSet data, Random random) {
    Map<String, Integer> sizes = sizes(all(data));
    return split(data, name -> sizes.getOrDefault(name, 0) / 2, random);
  }

  private Sample views(Sample sample, String set, boolean isGrouped) {
    return sample.each(
        item ->
            IntStream.range(0, VIEWS)
                .mapToObj(view -> derived.view(set, item, view))
                .map(view -> isGrouped ? view.withGroup(item.key()) : view),
        item -> derived.view(set, item, 0));
  }

  private Sample twoLabels(Sample sample, String set, double share, Random random) {
    List<Item> right = sample.learned().train();
    List<Item> copies = new ArrayList<>(right);
    Collections.shuffle(copies, random);
    copies = copies.subList(0, (int) Math.round(share * right.size()));
    List<Item> wrong =
        mislabeled(
            copies.stream().map(item -> derived.frame(set, item, 0)).toList(),
            1,
            sample.learned().classNames(),
            random);
    return sample
        .with(both(right, wrong), sample.fresh())
        .with(wrong.stream().map(Item::key).collect(Collectors.toSet()));
  }

  /** Draws images at random. A class is rarer than the one before. */
  Sample drawn(String set, Random random) {
    DataSet many = some(combined(set), CLASSES_TO_DRAW, random);
    Map<Integer, Integer> taken = new HashMap<>();
    List<Item> all =
        shuffled(many, random).stream()
            .filter(
                item ->
                    taken.merge(item.label(), 1, Integer::sum)
                        <= LARGEST_DRAWN / Math.sqrt(item.label() + 1.0))
            .toList();
    Set<String> names =
        all.subList(0, DRAWN).stream().map(Item::className).collect(Collectors.toSet());
    List<String> kept = many.classNames().stream().filter(names::contains).toList();
    return new Sample(
        of(many, kept, relabeled(all.subList(0, DRAWN), kept)), all.subList(DRAWN, all.size()));
  }

  Sample before(Sample sample, String set) {
    List<Item> backgrounds = all(data.apply(after(set))).subList(0, BACKGROUNDS);
    UnaryOperator<Item> before =
        item -> {
          int number = Math.floorMod(item.key().hashCode(), BACKGROUNDS);
          return derived.before(set, item, backgrounds.get(number), number);
        };
    return sample.each(item -> Stream.of(before.apply(item)), before);
  }

  private Sample labeled(Sample sample, long seed) {
    List<Item> asked = new ArrayList<>();
    LabelSource labels = session.label(sample.learned(), seed, asked::add);
    Set<String> names = asked.stream().map(Item::className).collect(Collectors.toSet());
    List<String> kept = sample.learned().classNames().stream().filter(names::contains).toList();
    return new Sample(of(sample.learned(), kept, relabeled(asked, kept)), sample.fresh())
        .with(labels);
  }

  /** Learns from two classes, each a pile of many kinds. */
  Sample piles(DataSet all, Random random) {
    int kinds = Math.min(MOST_KINDS, all.classNames().size() / 2);
    DataSet drawn = some(all, 2 * kinds, random);
    List<String> names = List.of("first pile", "second pile");
    List<Item> items =
        all(drawn).stream().map(item -> named(item, names.get(item.label() % 2), names)).toList();
    return split(of(drawn, names, items), PILE, random);
  }
}
