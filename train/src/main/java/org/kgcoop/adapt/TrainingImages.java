package org.kgcoop.adapt;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.classifier.EmbeddedPrompt;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.FewShot;
import org.kgcoop.data.Item;
import org.kgcoop.features.Feature;
import org.kgcoop.features.FeatureRequest;
import org.kgcoop.files.Sha256;
import org.kgcoop.image.Crop;
import org.kgcoop.image.Images;
import org.kgcoop.image.Reduction;
import org.kgcoop.image.RgbImage;
import org.kgcoop.progress.FeatureProgress;
import org.kgcoop.progress.Progress;
import org.kgcoop.runs.AdaptRecord;
import org.kgcoop.runs.AdaptRecord.Copies;
import org.kgcoop.runs.AdaptRecord.FewObjects;
import org.kgcoop.runs.AdaptRecord.Plan;
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
    Problems problems = new Problems();
    findUnreadable(request.data().items().map(Item::file).toList(), problems);
    DataSet present = leftOut(request.data(), problems);
    Problems ofUnknown = new Problems();
    Set<Path> unknown = new LinkedHashSet<>();
    context
        .cache()
        .each(
            FeatureRequest.ofFiles(request.unknown()).withUnreadable(ofUnknown::add),
            (feature, i) -> unknown.add(request.unknown().get(i)));
    if (!ofUnknown.isEmpty() && (!request.skipsUnreadable() || unknown.isEmpty())) {
      throw ofUnknown.first();
    }
    unreadable.addAll(ofUnknown.messages());
    return request.with(present).with(request.skipsUnreadable(), List.copyOf(unknown));
  }

  /** Finds the files whose bytes cannot be read. */
  private void findUnreadable(List<Path> files, Problems problems) {
    try {
      List<String> unused = context.cache().hashes().of(files);
    } catch (KgCoopException e) { // one of them is unreadable
      for (Path file : files) {
        try {
          byte[] unused = Images.bytes(file);
        } catch (KgCoopException each) {
          problems.add(file, each);
        }
      }
    }
  }

  /** Unreadable images with the reasons, in the order in which they were found. */
  private static final class Problems {
    private final Map<Path, KgCoopException> reasons = new LinkedHashMap<>();

    void add(Path file, KgCoopException reason) {
      reasons.putIfAbsent(file, reason);
    }

    boolean isEmpty() {
      return reasons.isEmpty();
    }

    KgCoopException first() {
      return reasons.values().iterator().next();
    }

    List<String> messages() {
      return reasons.values().stream().map(each -> String.valueOf(each.getMessage())).toList();
    }

    List<Item> readable(List<Item> items) {
      return items.stream().filter(item -> !reasons.containsKey(item.file())).toList();
    }
  }

  /** Returns all images for training and validation, without exact copies. */
  ImageGroups withoutCopies(DataSet data) {
    List<Item> train = Stream.concat(data.train().stream(), data.val().stream()).toList();
    DataSet all = data.withImages(train, List.of(), data.test());
    if (data.template() == null && EmbeddedPrompt.isFor(context.clip())) {
      // Zero-shot classification without --template uses the same template.
      all = all.withTemplate(EmbeddedClip.TEMPLATE);
    }
    return ImageGroups.exact(all.select(ClassSplit.ALL), context.cache());
  }

  /**
   * Images with their features, as many as the plan or the time allows.
   *
   * @param data the planned images
   * @param plan the plan, without methods
   * @param available the number of readable images that training could use
   * @param unchecked the number of images that there was no time to read
   */
  record Encoded(DataSet data, Plan plan, int available, int unchecked) {}

  /**
   * Encodes the images. The features of a repeated plan are computed completely. Otherwise, the
   * clock limits the number of images per class. Which images these are does not depend on the
   * clock.
   *
   * @param whole the images, without exact copies
   * @param known the plan to repeat or to resume; null to make one
   */
  Encoded encoded(DataSet whole, Budget budget, @Nullable Plan known) {
    DataSet drawn = FewShot.draw(whole, request.shots(), request.seed(), line -> {});
    Problems problems = new Problems();
    if (known != null) {
      DataSet planned = limited(drawn, known);
      encode(planned.items().toList(), problems, budget, () -> false);
      int available = problems.readable(drawn.train()).size();
      return new Encoded(leftOut(planned, problems), known, available, 0);
    }
    List<List<Item>> rounds = rounds(drawn.train());
    List<Item> tests = inOrder(drawn.test());
    List<Item> all = Stream.concat(rounds.stream().flatMap(List::stream), tests.stream()).toList();
    int complete = rounds.size();
    int testImages = 0;
    int unchecked = 0;
    if (!encode(all, problems, budget, budget.after(Budget.ENCODING))) {
      List<Item> missing = context.cache().missing(problems.readable(all));
      Set<Item> notEncoded = new HashSet<>(missing);
      complete =
          (int) rounds.stream().takeWhile(each -> Collections.disjoint(notEncoded, each)).count();
      if (complete < Math.min(2, rounds.size())) {
        throw tooShort(drawn, budget, all.size() - missing.size());
      }
      int encoded = (int) tests.stream().takeWhile(item -> !notEncoded.contains(item)).count();
      // 0 means all, so one test image is encoded later if there was no time for any.
      testImages = encoded == tests.size() ? 0 : Math.max(1, encoded);
      unchecked = unchecked(missing, problems, budget);
    }
    DataSet readable = leftOut(drawn, problems);
    int compared = compared(rounds.subList(0, complete), problems, budget);
    int perClass = compared < rounds.size() ? compared : FewShot.ALL;
    Plan limits = new Plan(perClass, testImages, 0);
    DataSet planned = leftOut(limited(drawn, limits), problems);
    Plan plan = new Plan(perClass, testImages, views(planned, budget));
    if (perClass != FewShot.ALL || testImages != 0) {
      String ofTests =
          tests.isEmpty()
              ? ""
              : " and %s of %s test images"
                  .formatted(planned.test().size(), readable.test().size());
      int used = planned.train().size();
      int readableCount = readable.train().size();
      String line =
          "%s: %s of %s training images%s are used in the time; give more --minutes for all"
              .formatted(drawn.name(), used, readableCount, ofTests);
      context.warnings().accept(line);
    }
    return new Encoded(planned, plan, readable.train().size(), unchecked);
  }

  /** Random crops do not improve drawings. */
  private int views(DataSet planned, Budget budget) {
    if (EmbeddedPrompt.isFor(context.clip())) {
      return 0;
    }
    if (budget.isUnlimited()) {
      return new TaskSize(context.clip().config()).views(planned.train().size());
    }
    List<Item> sample = planned.train().subList(0, Math.min(SAMPLE, planned.train().size()));
    List<Feature> features = context.cache().get(FeatureRequest.of(sample));
    double seconds = features.stream().mapToDouble(Feature::seconds).sum() / sample.size();
    return budget.views(planned.train().size(), seconds);
  }

  /** Returns the planned images of a data set, without encoding them. */
  DataSet planned(DataSet whole, Plan plan) {
    return limited(FewShot.draw(whole, request.shots(), request.seed(), line -> {}), plan);
  }

  /**
   * Returns the number of rounds among whose images there is time to find near copies, at least
   * two.
   */
  private int compared(List<List<Item>> rounds, Problems problems, Budget budget) {
    if (budget.isUnlimited()) {
      return rounds.size();
    }
    List<Item> all = problems.readable(rounds.stream().flatMap(List::stream).toList());
    int most = NearCopies.most(all, context.cache(), budget.secondsOfCopies());
    int images = 0;
    int compared = 0;
    for (List<Item> round : rounds) {
      images += problems.readable(round).size();
      if (images > most && compared >= 2) {
        break;
      }
      compared++;
    }
    return compared;
  }

  private DataSet limited(DataSet drawn, Plan plan) {
    List<Item> train = drawn.train();
    List<Item> test = drawn.test();
    if (plan.perClass() != FewShot.ALL) {
      train = some(train, rounds(train).stream().limit(plan.perClass()).flatMap(List::stream));
    }
    if (plan.testImages() != 0) {
      test = some(test, inOrder(test).stream().limit(plan.testImages()));
    }
    return drawn.withImages(train, List.of(), test);
  }

  /** Returns selected images in their original order. */
  private static List<Item> some(List<Item> items, Stream<Item> selected) {
    Set<Item> wanted = selected.collect(Collectors.toSet());
    return items.stream().filter(wanted::contains).toList();
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
  private boolean encode(List<Item> items, Problems problems, Budget budget, BooleanSupplier stop) {
    String name = "adapt: " + request.data().name() + ": image features";
    try (Progress.Task task = context.progress().start(name, items.size())) {
      FeatureProgress ends =
          new FeatureProgress() {
            @Override
            public void done(long units) {
              task.done(units);
              boolean isChecked = units % STOP_EVERY == 0 && stop.getAsBoolean();
              if (isChecked && units + problems.reasons.size() < items.size()) {
                throw new Stopped();
              }
            }

            @Override
            public void doneBefore(long units) {
              task.doneBefore(units);
            }
          };
      context
          .cache()
          .each(
              FeatureRequest.of(items)
                  .withUnreadable(
                      (file, reason) -> {
                        problems.add(file, reason);
                        if (!request.skipsUnreadable()) {
                          throw new Stopped();
                        }
                      })
                  .withProgress(ends),
              (feature, i) -> {});
      return true;
    } catch (Stopped e) {
      if (!problems.isEmpty() && !request.skipsUnreadable()) {
        unchecked(context.cache().missing(problems.readable(items)), problems, budget);
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
  private static int unchecked(List<Item> left, Problems problems, Budget budget) {
    BooleanSupplier stop = budget.after(Budget.READING);
    Images images = new Images(line -> {});
    int from = 0;
    do {
      int to = Math.min(from + BLOCK, left.size());
      List<Item> block = left.subList(from, to);
      List<Optional<KgCoopException>> reasons =
          block.parallelStream().map(item -> problem(images, item.file())).toList();
      for (int i = 0; i < reasons.size(); i++) {
        Path file = block.get(i).file();
        reasons.get(i).ifPresent(reason -> problems.add(file, reason));
      }
      from = to;
    } while (from < left.size() && !stop.getAsBoolean());
    return left.size() - from;
  }

  private static Optional<KgCoopException> problem(Images images, Path file) {
    try {
      Crop unused = // a large photo at an eighth of its size
          images.decodeUpright(
              Images.bytes(file), file.toString(), Reduction.toShorterSide(1), RgbImage::whole);
      return Optional.empty();
    } catch (KgCoopException e) {
      return Optional.of(e);
    }
  }

  private DataSet leftOut(DataSet data, Problems problems) {
    if (problems.isEmpty()) {
      return data;
    }
    if (!request.skipsUnreadable()) {
      throw cannotBeRead((int) data.items().count(), problems);
    }
    unreadable.addAll(problems.messages());
    DataSet left =
        data.withImages(
            problems.readable(data.train()),
            problems.readable(data.val()),
            problems.readable(data.test()));
    if (left.train().isEmpty()) {
      throw KgCoopException.data(data.name() + ": no training image can be read");
    }
    return left;
  }

  private static KgCoopException cannotBeRead(int images, Problems problems) {
    List<String> messages = problems.messages();
    return KgCoopException.data(
        "%s of %s images cannot be read: %s; delete them, or leave them out with --skip-bad"
            .formatted(
                messages.size(),
                images,
                messages.stream().limit(MAX_NAMED).collect(Collectors.joining("; "))),
        problems.first());
  }

  /** Describes the training images. */
  AdaptRecord.Images described(ImageGroups copies, Encoded encoded, @Nullable FewObjects objects) {
    DataSet data = copies.data();
    Map<Integer, Long> sizes =
        data.train().stream().collect(Collectors.groupingBy(Item::label, Collectors.counting()));
    LongSummaryStatistics all =
        sizes.values().stream().mapToLong(Long::longValue).summaryStatistics();
    Map<Integer, Set<String>> groups =
        data.train().stream()
            .collect(
                Collectors.groupingBy(
                    Item::label, Collectors.mapping(Item::group, Collectors.toSet())));
    return new AdaptRecord.Images(
        data.train().size(),
        encoded.available(),
        encoded.unchecked(),
        data.classNames().size(),
        (int) all.getMin(),
        (int) all.getMax(),
        new Copies(
            copies.repeated().size(),
            copies.near(),
            copies.contradictions().stream()
                .map(pair -> pair.first() + " = " + pair.second())
                .toList(),
            List.copyOf(ImageGroups.repeatedInTest(data, context.cache())),
            copies.similar()),
        names(data, label -> groups.getOrDefault(label, Set.of()).size() == 1),
        names(
            data,
            label ->
                groups.getOrDefault(label, Set.of()).size() == 1
                    && sizes.getOrDefault(label, 0L) >= AdaptRecord.Images.SOME),
        List.copyOf(unreadable),
        (int) sizes.values().stream().filter(size -> size == 1).count(),
        objects);
  }

  /** Returns the names of some classes in alphabetical order. */
  private static List<String> names(DataSet data, IntPredicate labels) {
    return IntStream.range(0, data.classNames().size())
        .filter(labels)
        .mapToObj(data.classNames()::get)
        .sorted()
        .toList();
  }
}
