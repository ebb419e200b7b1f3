package org.kgcoop.bench;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.adapt.AdaptRequest;
import org.kgcoop.adapt.Adaptation;
import org.kgcoop.classify.Classification;
import org.kgcoop.classify.Classifier;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.FewShot;
import org.kgcoop.data.Item;
import org.kgcoop.data.open.EmbeddedDataSets;
import org.kgcoop.experiment.ExperimentContext;
import org.kgcoop.experiment.Progress;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.image.Images;
import org.kgcoop.method.catalogue.ClassifierFile;
import org.kgcoop.runs.AdaptRecord;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * Compares the accuracy that {@code adapt} expects with the accuracy on fresh images of the same
 * classes. Fresh images are the images outside of the sample. They are classified as {@code
 * predict} does.
 */
final class ExpectedAccuracy {
  /** Number of class names per class name without images. */
  private static final int UNSEEN_SHARE = 4;

  private static final int COPIES = 3;
  private static final int RANDOM_CLASSES = 4;

  /**
   * An expected accuracy and the measured one.
   *
   * @param measured the accuracy on fresh images, in percent
   */
  private record Outcome(AdaptRecord.Interval expected, double measured) {
    boolean isInside() {
      return expected.holds(measured);
    }

    double difference() {
      return expected.accuracy() - measured;
    }
  }

  /**
   * A sample of the images.
   *
   * @param learned the images for {@code adapt}
   * @param fresh the other images of the same classes
   * @param unseen the class names without images
   */
  private record Sample(DataSet learned, List<Item> fresh, List<String> unseen) {}

  private final Path out;
  private final List<String> sets;
  private final List<Integer> perClass;
  private final List<Long> seeds;
  private final double minutes;
  private final Map<String, RotatedImages> rotated = new HashMap<>();

  ExpectedAccuracy(
      Path out, List<String> sets, List<Integer> perClass, List<Long> seeds, double minutes) {
    this.out = out;
    this.sets = List.copyOf(sets);
    this.perClass = List.copyOf(perClass);
    this.seeds = List.copyOf(seeds);
    this.minutes = minutes;
  }

  /** Runs the situations. Prints one line per run, and a summary per situation. */
  void run(List<String> situations) throws IOException {
    List<String> summary = new ArrayList<>();
    try (Clip clip = Clip.load(EmbeddedClip.folder())) {
      ExperimentContext context =
          new ExperimentContext(
              clip,
              new FeatureCache(
                  new ViewEncoder(clip, new Images(line -> {})), out.resolve("cache"), line -> {}),
              Progress.SILENT,
              line -> {},
              () -> false);
      for (String situation : situations) {
        List<Outcome> outcomes = new ArrayList<>();
        for (String set : sets) {
          DataSet data = EmbeddedDataSets.open(set, DataSetOptions.defaults(line -> {}));
          for (int images : perClass) {
            for (long seed : seeds) {
              outcomes.addAll(run(context, situation, data, images, seed));
            }
          }
        }
        summary.add(summary(situation, outcomes));
      }
    }
    summary.forEach(line -> print("%s", line));
  }

  private static String summary(String situation, List<Outcome> outcomes) {
    return String.format(
        Locale.ROOT,
        "%-8s %3d results: %5.1f %% inside their interval; expected - measured: mean %+.2f, minimum"
            + " %+.2f, maximum %+.2f; mean width %.1f",
        situation,
        outcomes.size(),
        100.0 * outcomes.stream().filter(Outcome::isInside).count() / outcomes.size(),
        outcomes.stream().mapToDouble(Outcome::difference).average().orElse(Double.NaN),
        outcomes.stream().mapToDouble(Outcome::difference).min().orElse(Double.NaN),
        outcomes.stream().mapToDouble(Outcome::difference).max().orElse(Double.NaN),
        outcomes.stream()
            .mapToDouble(each -> each.expected().high() - each.expected().low())
            .average()
            .orElse(Double.NaN));
  }

  private List<Outcome> run(
      ExperimentContext context, String situation, DataSet data, int images, long seed)
      throws IOException {
    Sample sample =
        switch (situation) {
          case "plain" -> sample(data, images, seed);
          case "copies" -> copied(sample(data, images, seed));
          case "exif" -> sample(rotated(data), images, seed);
          case "unseen" -> withUnseen(sample(data, images, seed));
          case "random" -> copied(withRandomLabels(sample(data, images, seed), images, seed));
          default ->
              throw KgCoopException.configuration(
                  "--situations: expected plain, copies, exif, unseen or random, got " + situation);
        };
    String name = "%s-%s-%s-%s".formatted(situation, data.name(), images, seed);
    AdaptRecord record =
        Adaptation.run(
            context,
            new AdaptRequest(sample.learned(), sample.unseen(), FewShot.ALL, minutes, seed),
            out.resolve(name));
    List<Outcome> outcomes = new ArrayList<>();
    if (situation.equals("random")) {
      outcomes.add(outcome(record.result().expected(), 100.0 / RANDOM_CLASSES));
    } else {
      double[] measured = measured(context, out.resolve(name), sample);
      outcomes.add(outcome(record.result().expected(), measured[0]));
      if (!sample.unseen().isEmpty()) {
        outcomes.add(outcome(record.result().expectedUnseen(), measured[1]));
      }
    }
    for (Outcome outcome : outcomes) {
      print(
          "%-34s %-14s expected %5.1f (%5.1f to %5.1f), fresh %5.1f %s",
          name,
          Objects.requireNonNull(record.choice()).method(),
          outcome.expected().accuracy(),
          outcome.expected().low(),
          outcome.expected().high(),
          outcome.measured(),
          outcome.isInside() ? "" : "NOT inside");
    }
    return outcomes;
  }

  private static Outcome outcome(AdaptRecord.@Nullable Interval expected, double measured) {
    return new Outcome(Objects.requireNonNull(expected), measured);
  }

  // ---- Images

  private DataSet rotated(DataSet data) throws IOException {
    RotatedImages known = rotated.get(data.name());
    if (known == null) {
      known = new RotatedImages(out.resolve("rotated").resolve(data.name()));
      rotated.put(data.name(), known);
    }
    return data.withImages(known.of(data.train()), known.of(data.val()), known.of(data.test()));
  }

  /** Returns {@code images} images per class to learn from. All others are fresh. */
  private static Sample sample(DataSet data, int images, long seed) {
    List<Item> all =
        new ArrayList<>(
            Stream.of(data.train(), data.val(), data.test()).flatMap(List::stream).toList());
    Collections.shuffle(all, new Random(seed));
    Map<Integer, Integer> taken = new HashMap<>();
    List<Item> learned = new ArrayList<>();
    List<Item> fresh = new ArrayList<>();
    for (Item item : all) {
      (taken.merge(item.label(), 1, Integer::sum) <= images ? learned : fresh).add(item);
    }
    return new Sample(data.withImages(learned, List.of(), List.of()), fresh, List.of());
  }

  private static Sample copied(Sample sample) {
    List<Item> copies =
        sample.learned().train().stream()
            .flatMap(
                item ->
                    IntStream.range(0, COPIES)
                        .mapToObj(
                            copy ->
                                new Item(
                                    item.key() + "-" + copy,
                                    item.file(),
                                    item.label(),
                                    item.className())))
            .toList();
    return new Sample(
        sample.learned().withImages(copies, List.of(), List.of()), sample.fresh(), sample.unseen());
  }

  private static Sample withUnseen(Sample sample) {
    List<String> names = sample.learned().classNames();
    List<String> unseen =
        IntStream.range(0, names.size())
            .filter(ExpectedAccuracy::isUnseen)
            .mapToObj(names::get)
            .toList();
    List<String> seen = names.stream().filter(name -> !unseen.contains(name)).toList();
    List<Item> learned =
        sample.learned().train().stream()
            .filter(item -> !isUnseen(item.label()))
            .map(item -> labeled(item, seen.indexOf(names.get(item.label())), seen))
            .toList();
    DataSet data = sample.learned();
    return new Sample(
        new DataSet(data.name(), seen, learned, List.of(), List.of(), data.template()),
        sample.fresh(),
        unseen);
  }

  private static boolean isUnseen(int label) {
    return label % UNSEEN_SHARE == UNSEEN_SHARE - 1;
  }

  private static Item labeled(Item item, int label, List<String> names) {
    return new Item(item.key(), item.file(), label, names.get(label));
  }

  /** Returns {@code images} images for each of a few classes, with random labels. */
  private static Sample withRandomLabels(Sample sample, int images, long seed) {
    List<String> names = sample.learned().classNames().subList(0, RANDOM_CLASSES);
    List<Item> all = new ArrayList<>(sample.learned().train());
    all.addAll(sample.fresh());
    Collections.shuffle(all, new Random(seed + 1000));
    List<Item> learned =
        IntStream.range(0, RANDOM_CLASSES * images)
            .mapToObj(i -> labeled(all.get(i), i % RANDOM_CLASSES, names))
            .toList();
    DataSet data = sample.learned();
    return new Sample(
        new DataSet(data.name(), names, learned, List.of(), List.of(), data.template()),
        List.of(),
        List.of());
  }

  // ---- Measured accuracy

  /** Returns the accuracy on fresh images of the seen and of the unseen classes, in percent. */
  private static double[] measured(ExperimentContext context, Path run, Sample sample) {
    ClassifierFile file = ClassifierFile.read(run.resolve("classifier.safetensors"));
    long[] right = new long[2];
    long[] asked = new long[2];
    try (Classifier classifier = Classifier.of(file, context.clip(), file.classNames());
        Scope scope = Scope.open("fresh images")) {
      List<Item> items = sample.fresh();
      Map<Path, float[]> features =
          context
              .cache()
              .upright(
                  items.stream().map(Item::file).toList(),
                  false,
                  problem -> {
                    throw problem.reason();
                  },
                  done -> {});
      int width = context.clip().config().embedDim();
      float[] values = new float[items.size() * width];
      for (int i = 0; i < items.size(); i++) {
        float[] feature = Objects.requireNonNull(features.get(items.get(i).file()));
        System.arraycopy(feature, 0, values, i * width, width);
      }
      List<Classification> answers = classifier.ofFeatures(Tensor.of(values, items.size(), width));
      for (int i = 0; i < items.size(); i++) {
        String name = items.get(i).className();
        int role = sample.unseen().contains(name) ? 1 : 0;
        asked[role]++;
        right[role] += answers.get(i).top(1).get(0).className().equals(name) ? 1 : 0;
      }
    }
    return new double[] {100.0 * right[0] / asked[0], 100.0 * right[1] / Math.max(1, asked[1])};
  }

  @FormatMethod
  private static void print(@FormatString String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
    System.out.flush();
  }

  /** Writes images like a phone: the pixels in the orientation of the sensor, with an EXIF tag. */
  private static final class RotatedImages {
    private final Path folder;

    RotatedImages(Path folder) throws IOException {
      this.folder = Files.createDirectories(folder);
    }

    List<Item> of(List<Item> items) throws IOException {
      List<Item> all = new ArrayList<>();
      for (Item item : items) {
        Path file = folder.resolve(item.key().replace('/', '-') + ".png");
        if (!Files.exists(file)) {
          int orientation =
              ExifPng.ORIENTATIONS.get(
                  Math.floorMod(item.key().hashCode(), ExifPng.ORIENTATIONS.size()));
          Files.write(file, ExifPng.of(new Images(line -> {}).read(item.file()), orientation));
        }
        all.add(new Item(item.key(), file, item.label(), item.className()));
      }
      return all;
    }
  }
}
