package org.kgcoop.adapt;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.classifier.EmbeddedPrompt;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.FewShot;
import org.kgcoop.data.Item;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.files.Sha256;
import org.kgcoop.image.Images;
import org.kgcoop.progress.FeatureProgress;
import org.kgcoop.progress.Progress;
import org.kgcoop.runs.AdaptRecord;
import org.kgcoop.trial.ExperimentContext;

/** Images that an adaptation learns from: all readable images, without copies. */
final class TrainingImages {
  /** Maximum number of unreadable images in an error message. */
  private static final int MAX_NAMED = 10;

  /** Number of images whose stored time tells the speed of the encoder. */
  private static final int SAMPLE = 8;

  /** Number of images that are read or looked up together. */
  private static final int BLOCK = 64;

  /** The images between two looks at the clock: the time limit leaves a useful number. */
  private static final int STOP_EVERY = 32;

  private final ExperimentContext context;
  private final AdaptRequest request;
  private final Set<String> unreadable = new TreeSet<>(); // images with the reason

  TrainingImages(ExperimentContext context, AdaptRequest request) {
    this.context = context;
    this.request = request;
  }

  /**
   * Returns the request without files that cannot be read. Images of no class are encoded, so that
   * unreadable ones are known before the training.
   */
  AdaptRequest present() {
    List<Path> files = items(request.data()).stream().map(Item::file).toList();
    List<FeatureCache.Problem> problems = context.cache().unreadable(files);
    DataSet present = leftOut(request.data(), problems);
    List<FeatureCache.Problem> ofUnknown = new ArrayList<>();
    Set<Path> unknown =
        context.cache().upright(request.unknown(), false, ofUnknown::add, done -> {}).keySet();
    if (!ofUnknown.isEmpty() && (!request.skipsUnreadable() || unknown.isEmpty())) {
      throw ofUnknown.get(0).reason();
    }
    ofUnknown.forEach(each -> unreadable.add(String.valueOf(each.reason().getMessage())));
    return request.with(present).with(request.skipsUnreadable(), List.copyOf(unknown));
  }

  /** Returns all images for training and validation, without exact copies. */
  ImageGroups withoutCopies(DataSet data) {
    return ImageGroups.exact(everything(data), context.cache());
  }

  private DataSet everything(DataSet data) {
    String template = data.template();
    return data.withImages(
            Stream.concat(data.train().stream(), data.val().stream()).toList(),
            List.of(),
            data.test())
        // Zero-shot classification without --template uses the same template.
        .withTemplate(
            template == null && EmbeddedPrompt.isFor(context.clip())
                ? EmbeddedClip.TEMPLATE
                : template)
        .select(ClassSplit.ALL);
  }

  /**
   * Images with their features, as many as the plan or the time allows.
   *
   * @param data the planned images
   * @param plan the plan, without methods
   * @param available the number of readable images that training could use
   * @param unchecked the number of images that there was no time to read
   */
  record Encoded(DataSet data, AdaptRecord.Plan plan, int available, int unchecked) {}

  /**
   * Encodes the images. The features of a repeated plan are computed completely. Otherwise, the
   * clock limits the number of images per class. Which images these are does not depend on the
   * clock.
   *
   * @param whole the images, without exact copies
   * @param known the plan to repeat or to resume; null to make one
   */
  Encoded encoded(DataSet whole, Budget budget, AdaptRecord.@Nullable Plan known) {
    DataSet drawn = FewShot.draw(whole, request.shots(), request.seed(), line -> {});
    List<FeatureCache.Problem> problems = new ArrayList<>();
    if (known != null) {
      DataSet planned = limited(drawn, known);
      encode(items(planned), problems, budget, () -> false);
      DataSet left = leftOut(planned, problems);
      return new Encoded(left, known, drawn.train().size() - broken(drawn.train(), problems), 0);
    }
    List<List<Item>> rounds = rounds(drawn.train());
    List<Item> tests = inOrder(drawn.test());
    List<Item> all = new ArrayList<>(rounds.stream().flatMap(List::stream).toList());
    all.addAll(tests);
    boolean isComplete = encode(all, problems, budget, budget.after(Budget.ENCODING));
    int perClass = FewShot.ALL;
    int testImages = 0;
    int unchecked = 0;
    if (!isComplete) {
      List<Item> missing = context.cache().missing(without(all, files(problems)));
      Set<Item> notEncoded = new HashSet<>(missing);
      int complete = 0;
      while (complete < rounds.size() && Collections.disjoint(notEncoded, rounds.get(complete))) {
        complete++;
      }
      if (complete < Math.min(2, rounds.size())) {
        throw tooShort(drawn, budget, all.size() - missing.size());
      }
      perClass = complete == rounds.size() ? FewShot.ALL : complete;
      while (testImages < tests.size() && !notEncoded.contains(tests.get(testImages))) {
        testImages++;
      }
      // 0 means all, so one test image is encoded later if there was no time for any.
      testImages = testImages == tests.size() ? 0 : Math.max(1, testImages);
      unchecked = unchecked(missing, problems, budget);
    }
    DataSet readable = leftOut(drawn, problems);
    Set<Path> broken = files(problems);
    int encoded = perClass == FewShot.ALL ? rounds.size() : perClass;
    int compared = compared(rounds.subList(0, encoded), broken, budget);
    perClass = compared < encoded ? compared : perClass;
    AdaptRecord.Plan limits = new AdaptRecord.Plan(perClass, testImages, 0);
    DataSet chosen = limited(drawn, limits);
    DataSet planned =
        chosen.withImages(
            without(chosen.train(), broken), List.of(), without(chosen.test(), broken));
    AdaptRecord.Plan plan = new AdaptRecord.Plan(perClass, testImages, views(planned, budget));
    if (perClass != FewShot.ALL || testImages != 0) {
      context
          .warnings()
          .accept(
              "%s: %s of %s training images%s are used in the time; give more --minutes for all"
                  .formatted(
                      drawn.name(),
                      planned.train().size(),
                      readable.train().size(),
                      tests.isEmpty()
                          ? ""
                          : " and %s of %s test images"
                              .formatted(planned.test().size(), readable.test().size())));
    }
    return new Encoded(planned, plan, readable.train().size(), unchecked);
  }

  /** Random crops do not improve drawings. */
  private int views(DataSet planned, Budget budget) {
    if (EmbeddedPrompt.isFor(context.clip())) {
      return 0;
    }
    List<Item> sample = planned.train().subList(0, Math.min(SAMPLE, planned.train().size()));
    double seconds = context.cache().test(sample, done -> {}).seconds() / sample.size();
    return budget.views(planned.train().size(), seconds);
  }

  /** Returns the planned images of a data set, without encoding them. */
  DataSet planned(DataSet whole, AdaptRecord.Plan plan) {
    return limited(FewShot.draw(whole, request.shots(), request.seed(), line -> {}), plan);
  }

  /**
   * Returns the number of rounds among whose images there is time to find near copies, at least
   * two.
   */
  private int compared(List<List<Item>> rounds, Set<Path> broken, Budget budget) {
    List<Item> all = without(rounds.stream().flatMap(List::stream).toList(), broken);
    int most = NearCopies.most(all, context.cache(), budget.secondsOfCopies());
    int images = 0;
    int compared = 0;
    for (List<Item> round : rounds) {
      images += without(round, broken).size();
      if (images > most && compared >= 2) {
        break;
      }
      compared++;
    }
    return compared;
  }

  private DataSet limited(DataSet drawn, AdaptRecord.Plan plan) {
    List<Item> train = drawn.train();
    if (plan.perClass() != FewShot.ALL) {
      List<List<Item>> rounds = rounds(train);
      Set<Item> selected = new HashSet<>();
      rounds.subList(0, Math.min(plan.perClass(), rounds.size())).forEach(selected::addAll);
      train = train.stream().filter(selected::contains).toList();
    }
    List<Item> test = drawn.test();
    if (plan.testImages() != 0) {
      Set<Item> selected =
          new HashSet<>(inOrder(test).subList(0, Math.min(plan.testImages(), test.size())));
      test = test.stream().filter(selected::contains).toList();
    }
    return drawn.withImages(train, List.of(), test);
  }

  /** Returns the first image of each class, then the second of each class, and so on. */
  private List<List<Item>> rounds(List<Item> items) {
    List<List<Item>> rounds = new ArrayList<>();
    Map<Integer, Integer> sizes = new HashMap<>();
    for (Item item : inOrder(items)) {
      int round = sizes.merge(item.label(), 1, Integer::sum) - 1;
      if (round == rounds.size()) {
        rounds.add(new ArrayList<>());
      }
      rounds.get(round).add(item);
    }
    return rounds;
  }

  /**
   * Returns images in a random order that depends only on the seed and their keys, so that other
   * images do not change it.
   */
  private List<Item> inOrder(List<Item> items) {
    Map<Item, String> order = new HashMap<>();
    items.forEach(item -> order.put(item, Sha256.of(request.seed() + " " + item.key())));
    return items.stream().sorted(Comparator.comparing(order::get)).toList();
  }

  /** An exception that ends the encoding early. The features so far are kept. */
  private static final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1;

    Stopped() {
      super(null, null, false, false);
    }
  }

  /**
   * Encodes images in the given order. Returns false if the time was up before the end.
   *
   * @throws KgCoopException at the first unreadable image, unless such images are skipped. The
   *     other images are only read, to name all unreadable ones.
   */
  private boolean encode(
      List<Item> items, List<FeatureCache.Problem> problems, Budget budget, BooleanSupplier stop) {
    try (Progress.Task task =
        context
            .progress()
            .start("adapt: " + request.data().name() + ": image features", items.size())) {
      context
          .cache()
          .check(
              items,
              problem -> {
                problems.add(problem);
                if (!request.skipsUnreadable()) {
                  throw new Stopped();
                }
              },
              new FeatureProgress() {
                @Override
                public void done(long units) {
                  task.done(units);
                  boolean isChecked = units % STOP_EVERY == 0 && stop.getAsBoolean();
                  if (isChecked && units + problems.size() < items.size()) {
                    throw new Stopped();
                  }
                }

                @Override
                public void doneBefore(long units) {
                  task.doneBefore(units);
                }
              });
      return true;
    } catch (Stopped e) {
      if (!problems.isEmpty() && !request.skipsUnreadable()) {
        unchecked(context.cache().missing(without(items, files(problems))), problems, budget);
        throw cannotBeRead(items.size(), problems);
      }
      return false;
    }
  }

  private KgCoopException tooShort(DataSet drawn, Budget budget, int encoded) {
    double needed = budget.elapsed() / Math.max(1, encoded) * 2 * drawn.classNames().size();
    return KgCoopException.configuration(
        String.format(
            Locale.ROOT,
            "%s: two images of each of %s classes cannot be encoded in the time, and methods cannot"
                + " be compared with fewer; give --minutes %.0f (the features so far are kept)",
            drawn.name(),
            drawn.classNames().size(),
            budget.enough(needed / Budget.ENCODING)));
  }

  /**
   * Reads the images that are not encoded, to find unreadable ones. Returns the number of images
   * that there was no time to read.
   */
  private int unchecked(List<Item> left, List<FeatureCache.Problem> problems, Budget budget) {
    BooleanSupplier stop = budget.after(Budget.READING);
    Images images = new Images(line -> {});
    int from = 0;
    do {
      int to = Math.min(from + BLOCK, left.size());
      problems.addAll(
          left.subList(from, to).parallelStream()
              .flatMap(item -> problem(images, item.file()).stream())
              .toList());
      from = to;
    } while (from < left.size() && !stop.getAsBoolean());
    return left.size() - from;
  }

  private static Optional<FeatureCache.Problem> problem(Images images, Path file) {
    try {
      images.read(file);
      return Optional.empty();
    } catch (KgCoopException e) {
      return Optional.of(new FeatureCache.Problem(file, e));
    }
  }

  private static Set<Path> files(List<FeatureCache.Problem> problems) {
    Set<Path> files = new HashSet<>();
    problems.forEach(each -> files.add(each.file()));
    return files;
  }

  private static int broken(List<Item> items, List<FeatureCache.Problem> problems) {
    return items.size() - without(items, files(problems)).size();
  }

  private DataSet leftOut(DataSet data, List<FeatureCache.Problem> problems) {
    if (problems.isEmpty()) {
      return data;
    }
    if (!request.skipsUnreadable()) {
      throw cannotBeRead(items(data).size(), problems);
    }
    problems.forEach(each -> unreadable.add(String.valueOf(each.reason().getMessage())));
    Set<Path> broken = files(problems);
    DataSet left =
        data.withImages(
            without(data.train(), broken),
            without(data.val(), broken),
            without(data.test(), broken));
    if (left.train().isEmpty()) {
      throw KgCoopException.data(data.name() + ": no training image can be read");
    }
    return left;
  }

  private static KgCoopException cannotBeRead(int images, List<FeatureCache.Problem> problems) {
    return KgCoopException.data(
        "%s of %s images cannot be read: %s; delete them, or leave them out with --skip-bad"
            .formatted(
                problems.size(),
                images,
                problems.stream()
                    .limit(MAX_NAMED)
                    .map(each -> String.valueOf(each.reason().getMessage()))
                    .collect(Collectors.joining("; "))),
        problems.get(0).reason());
  }

  static List<Item> items(DataSet data) {
    return data.items().toList();
  }

  private static List<Item> without(List<Item> items, Set<Path> files) {
    return items.stream().filter(item -> !files.contains(item.file())).toList();
  }

  /** Describes the training images. */
  AdaptRecord.Images described(
      ImageGroups copies, Encoded encoded, AdaptRecord.@Nullable FewObjects objects) {
    DataSet data = copies.data();
    Map<Integer, Integer> sizes = new HashMap<>();
    Map<Integer, Set<String>> groups = new HashMap<>();
    data.train()
        .forEach(
            item -> {
              sizes.merge(item.label(), 1, Integer::sum);
              groups.computeIfAbsent(item.label(), label -> new HashSet<>()).add(item.group());
            });
    return new AdaptRecord.Images(
        data.train().size(),
        encoded.available(),
        encoded.unchecked(),
        data.classNames().size(),
        sizes.values().stream().mapToInt(Integer::intValue).min().orElse(0),
        sizes.values().stream().mapToInt(Integer::intValue).max().orElse(0),
        new AdaptRecord.Copies(
            copies.repeated().size(),
            copies.near(),
            copies.contradictions(),
            List.copyOf(ImageGroups.repeatedInTest(data, context.cache()))),
        groups.entrySet().stream()
            .filter(each -> each.getValue().size() == 1)
            .map(each -> data.classNames().get(each.getKey()))
            .sorted()
            .toList(),
        List.copyOf(unreadable),
        groups.values().stream().mapToInt(Set::size).sum(),
        objects);
  }
}
