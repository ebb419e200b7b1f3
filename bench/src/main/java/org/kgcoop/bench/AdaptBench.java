package org.kgcoop.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.kgcoop.adapt.AdaptRequest;
import org.kgcoop.adapt.AdaptationRun;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.FewShot;
import org.kgcoop.data.open.EmbeddedDataSets;
import org.kgcoop.runs.AdaptRecord;
import org.kgcoop.trial.ExperimentContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Compares the choices of {@code adapt} with the test accuracy of each candidate. */
@Command(
    name = "adapt",
    mixinStandardHelpOptions = true,
    header =
        "Compare the method that adapt chooses on the embedded data sets with the test accuracy of"
            + " each candidate.")
final class AdaptBench implements Callable<Integer> {
  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Folder for the results. Run the command again to resume.")
  private Path out;

  @Option(
      names = "--sets",
      split = ",",
      paramLabel = "LIST",
      description = "Embedded data sets (default: the six data sets of the tables).")
  private @Nullable List<String> sets;

  @Option(
      names = "--minutes",
      defaultValue = "5",
      description =
          "Time limit of each adaptation, in minutes (default: ${DEFAULT-VALUE}). --honesty has"
              + " none.")
  private double minutes;

  @Option(
      names = "--honesty",
      description =
          "Compare what adapt promises with what comes true on images that it has not seen, in"
              + " situations that people have. The default of --sets is then objects, places,"
              + " symbols, rare-objects and compositional.")
  private boolean honesty;

  @Option(
      names = "--situations",
      split = ",",
      paramLabel = "LIST",
      description =
          "Situations, with --honesty: plain, bursts, jpeg, unbalanced, two, sixty, single, noise,"
              + " other, unseen-similar, unseen-different, copies, exif, random, selected, wrong-0,"
              + " wrong-3, wrong-10, few-objects, few-objects-grouped, two-labels, singletons,"
              + " singletons-unstated, unseen-other, watermark, backgrounds, labeled,"
              + " labeled-bursts (default: all).")
  private @Nullable List<String> situations;

  @Option(
      names = "--per-class",
      split = ",",
      paramLabel = "LIST",
      description =
          "Images per class, with --honesty, for situations that have several numbers (default:"
              + " the runs take these numbers in turn).")
  private @Nullable List<Integer> perClass;

  @Option(
      names = "--seeds",
      split = ",",
      defaultValue = "1,2",
      paramLabel = "LIST",
      description = "Sampling seeds, with --honesty (default: ${DEFAULT-VALUE}).")
  private List<Long> seeds;

  @Option(
      names = "--classes",
      defaultValue = "20",
      description =
          "Number of classes that each run of --honesty draws, 0 for all (default:"
              + " ${DEFAULT-VALUE}).")
  private int classes;

  @Option(
      names = "--methods",
      defaultValue = "quick",
      paramLabel = "KIND",
      description =
          "Methods, with --honesty: closed for those in closed form, quick for those without"
              + " training steps, or all (default: ${DEFAULT-VALUE}).")
  private Honesty.Methods methods;

  @Option(
      names = "--regret",
      description =
          "With --honesty, measure every candidate on the fresh images, to compare the chosen one"
              + " with the best.")
  private boolean regret;

  @Option(
      names = "--shots",
      defaultValue = "0",
      description = "Maximum number of images per class, 0 for all (default: ${DEFAULT-VALUE}).")
  private int shots;

  @SuppressWarnings("NullAway.Init") // picocli sets required options
  AdaptBench() {}

  @Override
  public Integer call() throws IOException {
    if (honesty) {
      List<HonestyRun> unused = Honesty.run(out, honestySettings());
      return 0;
    }
    List<String> names = new ArrayList<>();
    if (sets != null) {
      names.addAll(sets);
    } else {
      EmbeddedDataSets.all().stream()
          .filter(set -> set.role().equals("table"))
          .forEach(set -> names.add(set.name()));
    }
    int near = 0;
    int inside = 0;
    try (Clip clip = Clip.load(EmbeddedClip.folder())) {
      ExperimentContext context = BenchModel.context(clip, BenchModel.featuresInMemory(clip));
      for (String name : names) {
        AdaptRequest request =
            new AdaptRequest(
                EmbeddedDataSets.open(name, DataSetOptions.defaults(line -> {})),
                List.of(),
                shots == 0 ? FewShot.ALL : shots,
                minutes,
                1);
        long start = System.nanoTime();
        AdaptRecord record = AdaptationRun.run(context, request, out.resolve(name));
        double seconds = (System.nanoTime() - start) / 1e9;
        Map<String, AdaptRecord.Accuracy> testAccuracies =
            CandidateAccuracy.of(context, request, record, out.resolve(name + "-candidates"));
        AdaptRecord.Accuracy own =
            Objects.requireNonNull(
                testAccuracies.get(Objects.requireNonNull(record.choice()).method()));
        AdaptRecord.Accuracy best =
            testAccuracies.values().stream()
                .max(Comparator.comparingDouble(AdaptRecord.Accuracy::accuracy))
                .orElseThrow();
        double error =
            100 * Math.sqrt(best.accuracy() * (100 - best.accuracy()) / 1e4 / best.images());
        AdaptRecord.Accuracy expected = Objects.requireNonNull(record.result().expected());
        boolean isNear = best.accuracy() - own.accuracy() <= error;
        boolean isInside = expected.holds(own.accuracy());
        near += isNear ? 1 : 0;
        inside += isInside ? 1 : 0;
        Honesty.print("%s (%.0f s)", name, seconds);
        for (AdaptRecord.Candidate each : record.candidates()) {
          AdaptRecord.Accuracy test = testAccuracies.get(each.method());
          Honesty.print(
              "  %-16s cross-validation %6.2f  test %6.2f %s",
              each.method(),
              each.value(),
              test == null ? Double.NaN : test.accuracy(),
              each.reason());
        }
        Honesty.print(
            "  chosen %s: test %.2f, best %.2f, standard error %.2f: %s; expected %.1f (%.1f to"
                + " %.1f): %s",
            Objects.requireNonNull(record.choice()).method(),
            own.accuracy(),
            best.accuracy(),
            error,
            isNear ? "within" : "NOT within",
            expected.accuracy(),
            expected.low(),
            expected.high(),
            isInside ? "inside" : "NOT inside");
      }
    }
    Honesty.print(
        "within one standard error of the best: %d of %d; expected accuracy inside its interval: %d"
            + " of %d",
        near, names.size(), inside, names.size());
    return 0;
  }

  private Honesty.Settings honestySettings() {
    return new Honesty.Settings(
        situations == null
            ? List.of(Situation.values())
            : situations.stream().map(Situation::of).toList(),
        sets == null
            ? List.of("objects", "places", "symbols", "rare-objects", "compositional")
            : sets,
        perClass == null ? List.of() : perClass,
        seeds,
        classes,
        methods,
        regret);
  }
}
