package org.kgcoop.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.classifier.PublishedDefaults;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.open.EmbeddedDataSets;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.files.ScratchFolder;
import org.kgcoop.image.Images;
import org.kgcoop.method.Gda;
import org.kgcoop.method.Probe;
import org.kgcoop.method.Proker;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.progress.Progress;
import org.kgcoop.runs.TableCell;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.trial.Experiment;
import org.kgcoop.trial.ExperimentContext;
import org.kgcoop.trial.ExperimentPlan;
import org.kgcoop.trial.FewShotCurve;
import org.kgcoop.trial.MethodSpec;

/**
 * Compares the few-shot accuracy of precisions on the embedded data sets with that of float32. A
 * method chooses some settings with its few images, and a few changed predictions can change this
 * choice. A second row therefore has the accuracy with the choices in float32, so that the effect
 * of the precision is visible without that of the choice.
 */
final class PrecisionAccuracy {
  private static final int SHOTS = 8;
  private static final List<String> METHODS = List.of(ZeroShot.ID, Gda.ID, Proker.ID, Probe.ID);
  private static final String CHOSEN = " as in float32";

  private final List<DataSet> sets;
  private final List<Long> seeds;

  /** A run: its set, its method and its seed. */
  private record Key(String set, String method, long seed) {}

  /** The accuracy and the chosen settings by the run. */
  private record Table(Map<Key, Double> accuracy, Map<Key, SettingValues> chosen) {}

  PrecisionAccuracy(List<Long> seeds) {
    this.seeds = seeds.stream().distinct().toList();
    sets =
        EmbeddedDataSets.all().stream()
            .filter(set -> set.role().equals("table"))
            .map(set -> EmbeddedDataSets.open(set.name(), DataSetOptions.defaults(line -> {})))
            .toList();
  }

  /**
   * Prints a table with the accuracy of models of the same weights, of which the first is exact.
   */
  void print(List<Clip> clips) throws IOException {
    Map<Key, Double> exact = Map.of();
    Map<Key, SettingValues> chosen = Map.of();
    for (Clip clip : clips) {
      Table own = table(clip, Map.of());
      if (exact.isEmpty()) {
        exact = own.accuracy();
        chosen = own.chosen();
      }
      Table same = clip == clips.get(0) ? own : table(clip, chosen);
      for (String method : METHODS) {
        print(clip, method, method, own, exact);
        if (clip != clips.get(0) && !method.equals(ZeroShot.ID)) {
          print(clip, method, method + CHOSEN, same, exact);
        }
      }
    }
  }

  @SuppressWarnings("SystemOut") // the output of the command
  private void print(Clip clip, String method, String title, Table table, Map<Key, Double> exact) {
    double sum = 0;
    double difference = 0;
    double worst = Double.MAX_VALUE;
    String of = "";
    for (DataSet set : sets) {
      double own = mean(table.accuracy(), set, method);
      double change = own - mean(exact, set, method);
      sum += own / sets.size();
      difference += change / sets.size();
      if (change < worst) {
        worst = change;
        of = set.name();
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%s | %s | %.2f | %+.2f | %+.2f (%s)%n",
        clip.precision().optionName(),
        title,
        sum,
        difference,
        worst,
        of);
  }

  private double mean(Map<Key, Double> accuracy, DataSet set, String method) {
    return seeds.stream()
        .mapToDouble(
            seed -> Objects.requireNonNull(accuracy.get(new Key(set.name(), method, seed))))
        .average()
        .orElseThrow();
  }

  /** Measures all methods, with given settings instead of chosen ones if there are any. */
  private Table table(Clip clip, Map<Key, SettingValues> given) throws IOException {
    Path system = Path.of(System.getProperty("java.io.tmpdir"));
    try (ScratchFolder runs = ScratchFolder.in(system, "kgcoop-bench-")) {
      ExperimentContext context =
          new ExperimentContext(
              clip,
              FeatureCache.inMemory(new ViewEncoder(clip, new Images(line -> {}))),
              Progress.SILENT,
              line -> {},
              () -> false);
      List<MethodSpec> specs = METHODS.stream().map(method -> spec(method, given)).toList();
      Table table = new Table(new HashMap<>(), new HashMap<>());
      ExperimentPlan plan = new ExperimentPlan(specs, List.of(SHOTS), seeds, 1);
      for (TableCell cell :
          new Experiment(context, new FewShotCurve(sets), plan).run(runs.path()).cells()) {
        add(cell, table);
      }
      return table;
    }
  }

  private void add(TableCell cell, Table table) {
    SettingValues settings = SettingValues.of("method", cell.method());
    for (Map.Entry<String, Object> chosen : cell.results().chosen().entrySet()) {
      if (MethodRegistry.keys(cell.method()).contains(chosen.getKey())) {
        settings = settings.with(chosen.getKey(), ((Number) chosen.getValue()).doubleValue());
      }
    }
    Long seed = cell.sample().seed();
    for (long each : seed == null ? seeds : List.of(seed)) { // zero-shot has no seed
      Key key = new Key(cell.sample().dataSet(), cell.method(), each);
      table.accuracy().put(key, cell.results().accuracy("test"));
      table.chosen().put(key, settings);
    }
  }

  private static MethodSpec spec(String method, Map<Key, SettingValues> given) {
    SettingValues usual = SettingValues.of("method", method);
    return task ->
        spec(given.getOrDefault(new Key(task.dataSet(), method, task.seed()), usual)).recipe(task);
  }

  private static MethodSpec spec(SettingValues method) {
    return MethodSpec.of(method, SettingValues.of("augment", "test"), PublishedDefaults.FEW_SHOT);
  }
}
