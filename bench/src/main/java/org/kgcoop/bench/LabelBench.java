package org.kgcoop.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.options.FeatureCacheOptions;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;
import org.kgcoop.data.Underscores;
import org.kgcoop.data.open.EmbeddedDataSets;
import org.kgcoop.features.Feature;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.features.FeatureRequest;
import org.kgcoop.journal.Kind;
import org.kgcoop.label.Accuracy;
import org.kgcoop.label.NextImages;
import org.kgcoop.label.Share;
import org.kgcoop.label.Simulation;
import org.kgcoop.method.GapHead;
import org.kgcoop.method.TemplateEnsemble;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Simulates labeling sessions on the embedded data sets, and times the head. */
@Command(
    name = "label",
    header = "Simulate labeling: minutes of a person, coverage of the audit, time of a fit.")
final class LabelBench implements Callable<Integer> {
  private static final List<String> SETS =
      List.of("objects", "compositional", "symbols", "documents", "places", "rare-objects");
  private static final List<Double> GOALS = List.of(90.0, 95.0, 99.0);
  private static final double NONE_SHARE = 0.1;
  private static final double KNOWN_SHARE = 0.6;
  private static final double MISTAKES = 0.03;
  private static final List<Integer> CHECKPOINTS = List.of(10, 20, 30, 40, 50);
  private static final int AUDIT_STEPS = 62; // 50 and those of the audit
  private static final int MOST_JOINING = 300;
  private static final int MOST_FRAMES = 5; // of a burst
  private static final double FRAME_NOISE = 0.1; // length of the difference of two frames

  /** The persons of the scenarios that are not exact. */
  private static final Map<String, Simulation.Person> PERSONS =
      Map.of(
          "mistakes",
          Simulation.Person.mistaken(MISTAKES),
          "confused",
          new Simulation.Person(0, 0.2, 0, 0, Simulation.Choice.NOTHING, 0),
          "unread",
          new Simulation.Person(0, 0, 0.3, 0, Simulation.Choice.NOTHING, 0),
          "incomplete",
          new Simulation.Person(0, 0, 0, 0.3, Simulation.Choice.NOTHING, 0),
          "chosen",
          choosing(0.5, 20, true, 0),
          "anywhere",
          choosing(0.6, 50, false, 0.1),
          "anywhere-exact",
          choosing(0.6, 50, false, 0),
          "unnamed",
          new Simulation.Person(0, 0, 0, 0, Simulation.Choice.NOTHING, 3));

  private static Simulation.Person choosing(
      double steps, int images, boolean isRight, double slips) {
    return Simulation.Person.choosing(new Simulation.Choice(steps, images, isRight, slips));
  }

  /** The scenarios whose folder is special. */
  private static final List<String> FOLDERS =
      List.of("plain", "unbalanced", "none", "late", "reading", "joins", "bursts");

  @Option(
      names = "--scenarios",
      split = ",",
      paramLabel = "LIST",
      defaultValue = "plain,unbalanced,none,late,mistakes",
      description =
          "Kinds of folders and persons: plain, unbalanced, none (10 %% none of these), late (40 %% of"
              + " the classes have no name at the start), reading (a quarter is read at the start, the"
              + " rest during the steps), joins (1 to 300 images join), bursts (1 to 5 near copies);"
              + " mistakes (3 %%), confused (two classes in 20 %%), unread (30 %% of the pages are"
              + " confirmed unread), incomplete (30 %% of the pages), chosen (half of the steps"
              + " choose images that look right), anywhere (60 %% of the steps choose 50 images of a"
              + " proposed class, 10 %% of them wrong), anywhere-exact (none wrong), unnamed (as late; three images of a class are none"
              + " of these before it gets a name) (default: ${DEFAULT-VALUE}).")
  private List<String> scenarios;

  @Option(
      names = "--seeds",
      split = ",",
      paramLabel = "LIST",
      defaultValue = "2,4",
      description = "Seeds; each gives a folder of each data set (default: ${DEFAULT-VALUE}).")
  private List<Long> seeds;

  @Option(names = "--images", description = "Images of a folder (default: ${DEFAULT-VALUE}).")
  private int images = 500;

  @Option(
      names = "--audit",
      paramLabel = "SESSIONS",
      description =
          "Measure how often the printed figures hold in so many sessions of each scenario, after"
              + " every tenth step, and after a check of the whole folder.")
  private int auditSessions;

  @Option(names = "--speed", description = "Time a fit and the choice of the next images.")
  private boolean speed;

  @Mixin private FeatureCacheOptions cache = new FeatureCacheOptions();
  @Mixin private Output output = new Output();

  private final Map<String, Features> sets = new LinkedHashMap<>();

  /** An image of a folder. */
  @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
  private record Image(float[] features, String truth, int picture) {}

  /** The features of a data set. */
  private record Features(
      List<String> names, Map<String, double[]> texts, List<float[]> images, List<String> truth) {}

  @Override
  public Integer call() {
    Set<String> known = new TreeSet<>(PERSONS.keySet());
    known.addAll(FOLDERS);
    for (String scenario : scenarios) {
      if (!known.contains(scenario)) {
        throw KgCoopException.configuration(
            "--scenarios: there is no \"%s\"; expected some of %s"
                .formatted(scenario, String.join(", ", known)));
      }
    }
    if (speed) {
      speed(5_000, 512, 50, 1_000);
      speed(10_000, 512, 50, 2_000);
      session(5_000, 512, 50);
      session(100_000, 512, 50);
      return 0;
    }
    try (Clip clip = Clip.load(EmbeddedClip.folder(), Clip.Options.DEFAULT)) {
      FeatureCache features = cache.open(clip, output);
      SETS.forEach(name -> sets.put(name, features(name, clip, features)));
      double scale = clip.logitScale();
      for (String scenario : scenarios) {
        if (auditSessions > 0) {
          coverage(scenario, scale);
        } else {
          effort(scenario, scale);
        }
      }
    }
    return 0;
  }

  private Features features(String name, Clip clip, FeatureCache features) {
    DataSet data = EmbeddedDataSets.open(name, DataSetOptions.defaults(output::warn));
    List<Item> items =
        Stream.of(data.train(), data.val(), data.test()).flatMap(List::stream).toList();
    Map<String, double[]> texts = new HashMap<>();
    try (Scope scope = Scope.open("texts")) {
      double[][] rows =
          new TemplateEnsemble(List.of(data.template()), Underscores.REPLACE)
              .unit(clip, data.classNames())
              .toDoubleRows();
      for (int c = 0; c < rows.length; c++) {
        texts.put(data.classNames().get(c), rows[c]);
      }
    }
    return new Features(
        data.classNames(),
        texts,
        Feature.vectors(features.get(FeatureRequest.of(items))),
        items.stream().map(item -> data.classNames().get(item.label())).toList());
  }

  /** Returns a folder of images of a data set, and with {@code --audit} other images like them. */
  private Simulation.Pool folder(String name, String scenario, int size, double scale, long seed) {
    boolean isAudit = auditSessions > 0;
    Features set = Objects.requireNonNull(sets.get(name));
    Random random = new Random(31 * seed + name.hashCode());
    List<Integer> order = new ArrayList<>(IntStream.range(0, set.truth.size()).boxed().toList());
    Collections.shuffle(order, random);
    if (scenario.equals("unbalanced")) { // classes from 1 down to 1 / 10 of the largest
      List<String> ranks = new ArrayList<>(set.names);
      Collections.shuffle(ranks, random);
      order.removeIf(
          i ->
              random.nextDouble()
                  > Math.pow(10, -ranks.indexOf(set.truth.get(i)) / (double) (ranks.size() - 1)));
    }
    List<Image> all = new ArrayList<>();
    order.forEach(i -> all.add(new Image(set.images.get(i), set.truth.get(i), all.size())));
    int total = Math.min(size, isAudit ? all.size() * 6 / 10 : all.size());
    if (scenario.equals("bursts")) {
      total = frames(all, total, random);
    }
    if (scenario.equals("none")) {
      List<String> others = new ArrayList<>(SETS);
      others.remove(name);
      Features other = Objects.requireNonNull(sets.get(others.get(random.nextInt(others.size()))));
      all.replaceAll(
          image ->
              random.nextDouble() >= NONE_SHARE
                  ? image
                  : new Image(
                      other.images.get(random.nextInt(other.images.size())), "", image.picture));
    }
    List<String> known = new ArrayList<>(set.names);
    if (scenario.equals("late") || scenario.equals("unnamed")) {
      known.removeIf(c -> random.nextDouble() >= KNOWN_SHARE);
    }
    List<Image> folder = all.subList(0, total);
    List<Image> others = isAudit ? all.subList(total, all.size()) : List.of();
    return new Simulation.Pool(
        features(folder),
        folder.stream().map(Image::truth).toList(),
        folder.stream().map(Image::picture).toList(),
        set.texts,
        known,
        scale,
        features(others),
        others.stream().map(Image::truth).toList());
  }

  private static float[][] features(List<Image> images) {
    return images.stream().map(Image::features).toArray(float[][]::new);
  }

  /**
   * Replaces the images of a folder by bursts: each image has 0 to 4 more frames, and as many other
   * images leave.
   *
   * @return the number of images of the folder
   */
  private static int frames(List<Image> images, int total, Random random) {
    List<Image> frames = new ArrayList<>();
    int picture = 0;
    for (; frames.size() < total && picture < total; picture++) {
      Image image = images.get(picture);
      int count = 1 + random.nextInt(MOST_FRAMES);
      for (int f = 0; f < count && frames.size() < total; f++) {
        double[] noise = unit(random, image.features.length);
        double[] row = new double[noise.length];
        Arrays.setAll(row, d -> image.features[d] + FRAME_NOISE * noise[d]);
        frames.add(new Image(floats(unit(row)), image.truth, picture));
      }
    }
    frames.addAll(images.subList(picture, images.size()));
    images.clear();
    images.addAll(frames);
    return Math.min(total, frames.size());
  }

  private static Simulation.Settings settings(
      String scenario, int audit, double until, long seed, int maxSteps, boolean checks) {
    Simulation.Person person = PERSONS.getOrDefault(scenario, Simulation.Person.EXACT);
    return new Simulation.Settings(person, audit, until, seed, maxSteps, checks);
  }

  /** A slow disk: a quarter of the folder is read at the start, and 15 images during each step. */
  private static Simulation.Later later(String scenario, int images, long seed) {
    Random random = new Random(seed);
    return switch (scenario) {
      case "reading" -> new Simulation.Later(images / 4, 15, 0, 0);
      case "joins" ->
          new Simulation.Later(
              Integer.MAX_VALUE,
              0,
              Math.min(images / 2, 1 + random.nextInt(MOST_JOINING)),
              4 + random.nextInt(20));
      default -> Simulation.Later.NOTHING;
    };
  }

  private void effort(String scenario, double scale) {
    List<double[]> minutes = new ArrayList<>();
    List<Double> starts = new ArrayList<>();
    List<Double> goals = scenario.equals("mistakes") ? List.of(90.0, 95.0, 97.0) : GOALS;
    for (String name : SETS) {
      for (long seed : seeds) {
        double[] reached = new double[goals.size()];
        Arrays.fill(reached, Double.NaN);
        double[] last = {0};
        starts.add(
            Simulation.run(
                folder(name, scenario, images, scale, seed),
                settings(scenario, 0, goals.get(goals.size() - 1), seed, Integer.MAX_VALUE, false),
                later(scenario, images, seed),
                step -> {
                  last[0] = step.did().seconds() / 60;
                  for (int g = 0; g < reached.length; g++) {
                    if (Double.isNaN(reached[g]) && step.did().right() >= goals.get(g)) {
                      reached[g] = last[0];
                    }
                  }
                }));
        for (int g = 0; g < reached.length; g++) {
          reached[g] = Double.isNaN(reached[g]) ? last[0] : reached[g];
        }
        minutes.add(reached);
      }
    }
    output.printf(
        "%-11s %s folders, right at the start %.0f %%, minutes to %s %%: %s",
        scenario,
        minutes.size(),
        starts.stream().mapToDouble(Double::doubleValue).average().orElse(0),
        goals.stream().map(g -> String.valueOf(g.intValue())).toList(),
        IntStream.range(0, goals.size())
            .mapToObj(
                g ->
                    String.format(
                        Locale.ROOT,
                        "%.1f",
                        minutes.stream().mapToDouble(m -> m[g]).average().orElse(0)))
            .toList());
  }

  /** How often a figure holds, and how far below the truth it is. */
  private static final class Figure {
    private int said;
    private int held;
    private double below;

    void add(double atLeast, double truth) {
      said++;
      held += atLeast <= truth + 1e-9 ? 1 : 0;
      below += truth - atLeast;
    }

    @Override
    public String toString() {
      return said == 0
          ? "-"
          : String.format(
              Locale.ROOT,
              "%.1f %% of %d (%.1f below)",
              100.0 * held / said,
              said,
              100 * below / said);
    }
  }

  private void coverage(String scenario, double scale) {
    List<Figure> folder = CHECKPOINTS.stream().map(step -> new Figure()).toList();
    List<Figure> interval = CHECKPOINTS.stream().map(step -> new Figure()).toList();
    List<Figure> fresh = CHECKPOINTS.stream().map(step -> new Figure()).toList();
    Figure stops = new Figure();
    Figure check = new Figure();
    List<Integer> actions = new ArrayList<>();
    List<Integer> questions = new ArrayList<>();
    int[] others = {0};
    for (int session = 0; session < auditSessions; session++) {
      String name = SETS.get(session % SETS.size());
      long seed = 2L * session + 2;
      Simulation.Pool pool = folder(name, scenario, images, scale, seed);
      others[0] += pool.newTruth().size();
      int[] pages = {0};
      int[] next = {0}; // of CHECKPOINTS
      boolean[] stopped = {false};
      Simulation.run(
          pool,
          settings(scenario, 50, 100, seed, AUDIT_STEPS, true),
          later(scenario, pool.truth().size(), seed),
          step -> {
            double given = step.given() / 100;
            pages[0] += step.did().kind().isBlind() ? 0 : 1;
            step.did()
                .accuracy()
                .check()
                .ifPresent(
                    done -> {
                      check.add(done.atLeast(), step.kept() / 100);
                      questions.add(step.did().images());
                    });
            Optional<Share> share = step.did().accuracy().folder();
            if (share.isEmpty()
                || step.did().accuracy().state() != Accuracy.State.MEASURED
                || step.did().kind() == Kind.CHECK) {
              return;
            }
            if (next[0] < CHECKPOINTS.size() && pages[0] >= CHECKPOINTS.get(next[0])) {
              int at = next[0]++;
              folder.get(at).add(share.get().atLeast(), given);
              boolean isBelow = given <= share.get().high() + 1e-9;
              interval.get(at).add(share.get().low(), isBelow ? given : 0);
              step.did()
                  .accuracy()
                  .newImages()
                  .ifPresent(each -> fresh.get(at).add(each.atLeast(), step.newGiven() / 100));
            }
            if (!stopped[0] && share.get().atLeast() >= GOALS.get(0) / 100) {
              stopped[0] = true;
              stops.add(GOALS.get(0) / 100, given);
              actions.add(100 * step.did().actions() / pool.truth().size());
            }
          });
    }
    for (int at = 0; at < CHECKPOINTS.size(); at++) {
      output.print(
          "%-10s after %s steps: folder holds in %s, interval %s; new images %s"
              .formatted(
                  scenario, CHECKPOINTS.get(at), folder.get(at), interval.get(at), fresh.get(at)));
    }
    output.print(
        "%-10s \"at least 90 %%\" is said in %s; actions per 100 images: %s (mean)"
            .formatted(scenario, stops, mean(actions)));
    output.print(
        "%-10s the check holds in %s, with %s questions; %s new images"
            .formatted(scenario, check, mean(questions), others[0] / Math.max(1, auditSessions)));
  }

  private static String mean(List<Integer> values) {
    return String.format(
        Locale.ROOT, "%.1f", values.stream().mapToInt(Integer::intValue).average().orElse(0));
  }

  private void speed(int count, int width, int classes, int labels) {
    Random random = new Random(1);
    double[][] rows = unit(random, count, width);
    double[][] texts = unit(random, classes, width);
    try (Scope scope = Scope.open("speed")) {
      double[] flat = Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
      Tensor features = Tensor.of(flat, count, width).to(DType.FLOAT32);
      try (GapHead head = new GapHead(features, texts, 100, GapHead.distance(features))) {
        double[][] before = Arrays.copyOf(rows, labels - 20);
        double[][] after = Arrays.copyOf(rows, labels);
        int[] numbers = IntStream.range(0, labels).map(k -> k % classes).toArray();
        int[] all = IntStream.range(0, count).toArray();
        boolean[] audit = new boolean[count];
        double best = Double.MAX_VALUE;
        double bestCpu = Double.MAX_VALUE;
        for (int run = 0; run < 12; run++) {
          GapHead.Fit unused = head.fit(before, Arrays.copyOf(numbers, before.length));
          long start = System.nanoTime();
          long cpu = Measurement.cpuNanos();
          GapHead.Fit fit = head.fit(after, numbers);
          NextImages.Step next = NextImages.choose(fit.probabilities(), all, audit, 20, 5);
          if (next.shown().isEmpty()) {
            throw KgCoopException.data("no image was chosen");
          }
          best = Math.min(best, (System.nanoTime() - start) / 1e6);
          bestCpu = Math.min(bestCpu, (Measurement.cpuNanos() - cpu) / 1e6);
        }
        output.printf(
            "%d x %d, %d classes, %d labels: %.0f ms, %.0f ms of CPU for 20 new labels, the"
                + " fit and the next images",
            count, width, classes, labels, best, bestCpu);
      }
    }
  }

  /** Times the steps of a session: the choice of the images, and the answer. */
  private void session(int count, int width, int classes) {
    Random random = new Random(2);
    double[][] texts = unit(random, classes, width);
    List<String> names = IntStream.range(0, classes).mapToObj(c -> "class " + c).toList();
    float[][] features = new float[count][];
    for (int i = 0; i < count; i++) {
      double[] center = texts[i % classes];
      features[i] =
          floats(unit(Arrays.stream(center).map(x -> x + 0.1 * random.nextGaussian()).toArray()));
    }
    List<Double> milliseconds = new ArrayList<>();
    long[] last = {System.nanoTime()};
    Simulation.run(
        new Simulation.Pool(
            features,
            IntStream.range(0, count).mapToObj(i -> names.get(i % classes)).toList(),
            IntStream.range(0, count).boxed().toList(),
            IntStream.range(0, classes)
                .boxed()
                .collect(Collectors.toMap(names::get, c -> texts[c])),
            names,
            100,
            new float[0][],
            List.of()),
        settings("plain", 50, 100, 1, 60, false),
        Simulation.Later.NOTHING,
        step -> {
          milliseconds.add((System.nanoTime() - last[0]) / 1e6);
          last[0] = System.nanoTime();
        });
    Collections.sort(milliseconds);
    output.printf(
        "%d images: a step takes %.0f ms (median of %d), at most %.0f",
        count,
        milliseconds.get(milliseconds.size() / 2),
        milliseconds.size(),
        milliseconds.get(milliseconds.size() - 1));
  }

  private static double[][] unit(Random random, int count, int width) {
    return IntStream.range(0, count).mapToObj(i -> unit(random, width)).toArray(double[][]::new);
  }

  private static double[] unit(Random random, int width) {
    return unit(IntStream.range(0, width).mapToDouble(d -> random.nextGaussian()).toArray());
  }

  private static double[] unit(double[] row) {
    double norm = Math.sqrt(Arrays.stream(row).map(x -> x * x).sum());
    return Arrays.stream(row).map(x -> x / norm).toArray();
  }

  private static float[] floats(double[] row) {
    float[] floats = new float[row.length];
    for (int d = 0; d < row.length; d++) {
      floats[d] = (float) row[d];
    }
    return floats;
  }
}
