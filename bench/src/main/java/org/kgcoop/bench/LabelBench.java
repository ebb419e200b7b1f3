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
import java.util.concurrent.Callable;
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
import org.kgcoop.features.FeatureCache;
import org.kgcoop.label.Audit;
import org.kgcoop.label.NextImages;
import org.kgcoop.label.Simulation;
import org.kgcoop.method.GapHead;
import org.kgcoop.method.TemplateEnsemble;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Simulates labeling sessions on the embedded data sets, and times the head. */
@Command(
    name = "label",
    mixinStandardHelpOptions = true,
    header = "Simulate labeling: minutes of a person, coverage of the audit, time of a fit.")
final class LabelBench implements Callable<Integer> {
  private static final List<String> SETS =
      List.of("objects", "compositional", "symbols", "documents", "places", "rare-objects");
  private static final List<Double> GOALS = List.of(90.0, 95.0, 99.0);
  private static final double NONE_SHARE = 0.1;
  private static final double KNOWN_SHARE = 0.6;
  private static final double MISTAKES = 0.03;
  private static final List<Integer> CHECKS = List.of(8, 20, 40);
  private static final int AUDIT_IMAGES = 400;
  private static final int AUDIT_STEPS = 52; // 40 and those of the audit

  @Option(
      names = "--scenarios",
      split = ",",
      paramLabel = "LIST",
      defaultValue = "plain,unbalanced,none,late,mistakes",
      description =
          "Kinds of folders: plain, unbalanced, none (10 %% none of these), late (40 %% of the"
              + " classes have no name at the start), mistakes (3 %%), reading (a quarter is read at the"
              + " start, the rest during the steps) (default: ${DEFAULT-VALUE}).")
  private List<String> scenarios;

  @Option(
      names = "--seeds",
      split = ",",
      paramLabel = "LIST",
      defaultValue = "2,4",
      description = "Seeds; each gives a folder of each data set (default: ${DEFAULT-VALUE}).")
  private List<Long> seeds;

  @Option(
      names = "--images",
      defaultValue = "500",
      description = "Images of a folder (default: ${DEFAULT-VALUE}).")
  private int images;

  @Option(
      names = "--audit",
      paramLabel = "SESSIONS",
      description =
          "Measure the coverage of the audit's intervals in so many sessions of each scenario,"
              + " after 8, 20 and 40 steps.")
  private int auditSessions;

  @Option(names = "--speed", description = "Time a fit and the choice of the next images.")
  private boolean speed;

  @Mixin private FeatureCacheOptions cache = new FeatureCacheOptions();
  @Mixin private Output output = new Output();

  private final Map<String, Features> sets = new LinkedHashMap<>();

  /** The features of a data set. */
  private record Features(
      List<String> names, Map<String, double[]> texts, List<float[]> images, List<String> truth) {}

  @Override
  public Integer call() {
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
      double[] flat =
          new TemplateEnsemble(List.of(data.template()), Underscores.REPLACE)
              .unit(clip, data.classNames())
              .toDoubles();
      int width = flat.length / data.classNames().size();
      for (int c = 0; c < data.classNames().size(); c++) {
        texts.put(data.classNames().get(c), Arrays.copyOfRange(flat, c * width, (c + 1) * width));
      }
    }
    return new Features(
        data.classNames(),
        texts,
        features.test(items, done -> {}).vectors(),
        items.stream().map(item -> data.classNames().get(item.label())).toList());
  }

  /** Returns a folder of images of a data set, and with {@code --audit} other images like them. */
  private Simulation.Pool folder(String name, String scenario, int size, double scale, long seed) {
    boolean isAudit = auditSessions > 0;
    Features set = sets.get(name);
    if (set == null) {
      throw new IllegalStateException(name);
    }
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
    List<float[]> features = new ArrayList<>();
    List<String> truth = new ArrayList<>();
    for (int i : order) {
      features.add(set.images.get(i));
      truth.add(set.truth.get(i));
    }
    int total = Math.min(size, isAudit ? features.size() * 6 / 10 : features.size());
    if (scenario.equals("none")) {
      List<String> others = new ArrayList<>(SETS);
      others.remove(name);
      Features other = Objects.requireNonNull(sets.get(others.get(random.nextInt(others.size()))));
      for (int i = 0; i < features.size(); i++) {
        if (random.nextDouble() >= NONE_SHARE) {
          continue;
        }
        int place = random.nextInt(other.images.size());
        features.set(i, other.images.get(place));
        truth.set(i, "");
      }
    }
    List<String> known = new ArrayList<>(set.names);
    if (scenario.equals("late")) {
      known.removeIf(c -> random.nextDouble() >= KNOWN_SHARE);
    }
    return new Simulation.Pool(
        features.subList(0, total).toArray(float[][]::new),
        truth.subList(0, total),
        set.texts,
        known,
        scale,
        isAudit ? features.subList(total, features.size()).toArray(float[][]::new) : new float[0][],
        isAudit ? truth.subList(total, truth.size()) : List.of());
  }

  private static double mistakes(String scenario) {
    return scenario.equals("mistakes") ? MISTAKES : 0;
  }

  /** A slow disk: a quarter of the folder is read at the start, and 15 images during each step. */
  private static Optional<Simulation.Reading> reading(String scenario) {
    return scenario.equals("reading")
        ? Optional.of(new Simulation.Reading(100, 15))
        : Optional.empty();
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
                0,
                seed,
                new Simulation.Settings(
                    mistakes(scenario),
                    goals.get(goals.size() - 1),
                    seed,
                    Integer.MAX_VALUE,
                    reading(scenario)),
                step -> {
                  last[0] = step.seconds() / 60;
                  for (int g = 0; g < reached.length; g++) {
                    if (Double.isNaN(reached[g]) && step.right() >= goals.get(g)) {
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
    output.print(
        String.format(
            Locale.ROOT,
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
                .toList()));
  }

  /** The checks of one session: covered, width. */
  private static final class Coverage {
    int sessions;
    int folderCovered;
    double folderWidth;
    int newCovered;
    double newWidth;
    int others; // images that measure the accuracy on new images
    int stops;
    int stopsRight;
  }

  private void coverage(String scenario, double scale) {
    Map<Integer, Coverage> checks = new LinkedHashMap<>();
    CHECKS.forEach(step -> checks.put(step, new Coverage()));
    Coverage stops = new Coverage();
    for (int session = 0; session < auditSessions; session++) {
      String name = SETS.get(session % SETS.size());
      long seed = 2L * session + 2;
      boolean[] stopped = {false};
      Simulation.Pool pool = folder(name, scenario, AUDIT_IMAGES, scale, seed);
      int[] pages = {0};
      int[] next = {0}; // of CHECKS
      Simulation.run(
          pool,
          50,
          seed,
          new Simulation.Settings(mistakes(scenario), 100, seed, AUDIT_STEPS, reading(scenario)),
          step -> {
            pages[0] += step.kind().endsWith("audit") ? 0 : 1;
            if (step.newImages().isEmpty() || step.folder().isEmpty() || step.waiting() > 0) {
              return;
            }
            Audit.Share share = step.folder().get();
            boolean covered =
                share.low() <= step.right() / 100 + 1e-9
                    && step.right() / 100 <= share.high() + 1e-9;
            if (next[0] < CHECKS.size() && pages[0] >= CHECKS.get(next[0])) {
              Coverage check = Objects.requireNonNull(checks.get(CHECKS.get(next[0]++)));
              check.sessions++;
              check.folderCovered += covered ? 1 : 0;
              check.folderWidth += share.high() - share.low();
              Audit.Share fresh = step.newImages().orElseThrow();
              double right = step.newRight() / 100;
              check.newCovered += fresh.low() <= right && right <= fresh.high() ? 1 : 0;
              check.newWidth += fresh.high() - fresh.low();
              check.others += pool.newTruth().size();
            }
            if (!stopped[0] && share.low() >= 0.9) {
              stopped[0] = true;
              stops.stops++;
              stops.stopsRight += step.right() >= 90 ? 1 : 0;
            }
          });
    }
    checks.forEach(
        (step, check) ->
            output.print(
                String.format(
                    Locale.ROOT,
                    "%-11s after %2d steps: %d sessions, folder covered %.1f %%, width %.1f; new images"
                        + " covered %.1f %%, width %.1f, from %d others",
                    scenario,
                    step,
                    check.sessions,
                    100.0 * check.folderCovered / Math.max(1, check.sessions),
                    100 * check.folderWidth / Math.max(1, check.sessions),
                    100.0 * check.newCovered / Math.max(1, check.sessions),
                    100 * check.newWidth / Math.max(1, check.sessions),
                    check.others / Math.max(1, check.sessions))));
    output.print(
        String.format(
            Locale.ROOT,
            "%-11s stopped at a lower limit of 90 %%: %d sessions, %.1f %% of them 90 %% right",
            scenario,
            stops.stops,
            100.0 * stops.stopsRight / Math.max(1, stops.stops)));
  }

  private void speed(int count, int width, int classes, int labels) {
    Random random = new Random(1);
    double[][] rows = unit(random, count, width);
    double[][] texts = unit(random, classes, width);
    try (Scope scope = Scope.open("speed")) {
      float[] flat = new float[count * width];
      for (int i = 0; i < flat.length; i++) {
        flat[i] = (float) rows[i / width][i % width];
      }
      Tensor features = Tensor.of(flat, count, width);
      try (GapHead head = new GapHead(features, texts, 100, GapHead.distance(features))) {
        int step = 20;
        for (int i = 0; i + step <= labels; i += step) {
          int from = i;
          head.add(
              Arrays.copyOfRange(rows, i, i + step),
              IntStream.range(from, from + step).map(k -> k % classes).toArray());
        }
        int[] all = IntStream.range(0, count).toArray();
        boolean[] audit = new boolean[count];
        double best = Double.MAX_VALUE;
        double bestCpu = Double.MAX_VALUE;
        for (int run = 0; run < 12; run++) {
          head.cut(labels - step);
          long start = System.nanoTime();
          long cpu = processCpu();
          head.add(
              Arrays.copyOfRange(rows, labels - step, labels),
              IntStream.range(0, step).map(k -> k % classes).toArray());
          GapHead.Fit fit = head.fit();
          NextImages.Step next = NextImages.choose(fit.probabilities(), all, audit, 20, 5);
          if (next.shown().isEmpty()) {
            throw KgCoopException.data("no image was chosen");
          }
          best = Math.min(best, (System.nanoTime() - start) / 1e6);
          bestCpu = Math.min(bestCpu, (processCpu() - cpu) / 1e6);
        }
        output.print(
            String.format(
                Locale.ROOT,
                "%d x %d, %d classes, %d labels: %.0f ms, %.0f ms of CPU for 20 new labels, the"
                    + " fit and the next images",
                count,
                width,
                classes,
                labels,
                best,
                bestCpu));
      }
    }
  }

  /** Times the steps of a session: the choice of the images, and the answer. */
  private void session(int count, int width, int classes) {
    Random random = new Random(2);
    double[][] texts = unit(random, classes, width);
    float[][] features = new float[count][width];
    List<String> truth = new ArrayList<>();
    Map<String, double[]> byName = new LinkedHashMap<>();
    for (int c = 0; c < classes; c++) {
      byName.put("class " + c, texts[c]);
    }
    for (int i = 0; i < count; i++) {
      double[] center = texts[i % classes];
      truth.add("class " + i % classes);
      double norm = 0;
      for (int d = 0; d < width; d++) {
        features[i][d] = (float) (center[d] + 0.1 * random.nextGaussian());
        norm += features[i][d] * features[i][d];
      }
      for (int d = 0; d < width; d++) {
        features[i][d] /= (float) Math.sqrt(norm);
      }
    }
    List<Double> milliseconds = new ArrayList<>();
    long[] last = {System.nanoTime()};
    Simulation.run(
        new Simulation.Pool(
            features, truth, byName, List.copyOf(byName.keySet()), 100, new float[0][], List.of()),
        50,
        1,
        new Simulation.Settings(0, 100, 1, 60, Optional.empty()),
        step -> {
          milliseconds.add((System.nanoTime() - last[0]) / 1e6);
          last[0] = System.nanoTime();
        });
    Collections.sort(milliseconds);
    output.print(
        String.format(
            Locale.ROOT,
            "%d images: a step takes %.0f ms (median of %d), at most %.0f",
            count,
            milliseconds.get(milliseconds.size() / 2),
            milliseconds.size(),
            milliseconds.get(milliseconds.size() - 1)));
  }

  private static long processCpu() {
    return ((com.sun.management.OperatingSystemMXBean)
            java.lang.management.ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static double[][] unit(Random random, int count, int width) {
    double[][] rows = new double[count][width];
    for (double[] row : rows) {
      double norm = 0;
      for (int d = 0; d < width; d++) {
        row[d] = random.nextGaussian();
        norm += row[d] * row[d];
      }
      for (int d = 0; d < width; d++) {
        row[d] /= Math.sqrt(norm);
      }
    }
    return rows;
  }
}
