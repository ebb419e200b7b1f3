package org.kgcoop.bench;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.kgcoop.adapt.AdaptRequest;
import org.kgcoop.adapt.Adaptation;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.FewShot;
import org.kgcoop.data.open.EmbeddedDataSets;
import org.kgcoop.experiment.ExperimentContext;
import org.kgcoop.experiment.Progress;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.image.Images;
import org.kgcoop.runs.AdaptRecord;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The choices of adapt, judged by test images. */
@Command(
    name = "adapt",
    mixinStandardHelpOptions = true,
    header =
        "The choices of adapt on the embedded data sets beside what each candidate would have done"
            + " on their test images.")
final class AdaptBench implements Callable<Integer> {
  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Where the adaptations are kept; the command goes on where it was stopped.")
  private Path out;

  @Option(
      names = "--sets",
      split = ",",
      paramLabel = "LIST",
      description = "Embedded data sets (default: the six of the tables).")
  private @Nullable List<String> sets;

  @Option(
      names = "--minutes",
      description = "Time of an adaptation (default: 5, with --honesty 0.1).")
  private @Nullable Double minutes;

  @Option(
      names = "--honesty",
      description =
          "Compare the expected accuracies with those of fresh images, for few images per class,"
              + " copies, EXIF-rotated images and unseen names.")
  private boolean honesty;

  @Option(
      names = "--per-class",
      split = ",",
      defaultValue = "2,4,8",
      paramLabel = "LIST",
      description = "With --honesty: images per class (default: ${DEFAULT-VALUE}).")
  private List<Integer> perClass;

  @Option(
      names = "--seeds",
      split = ",",
      defaultValue = "1,2",
      paramLabel = "LIST",
      description = "With --honesty: seeds of the draws (default: ${DEFAULT-VALUE}).")
  private List<Long> seeds;

  @Option(
      names = "--situations",
      split = ",",
      defaultValue = "plain,copies,exif,unseen,random",
      paramLabel = "LIST",
      description = "With --honesty: some of ${DEFAULT-VALUE} (default: all).")
  private List<String> situations;

  @Option(
      names = "--shots",
      defaultValue = "0",
      description = "Images of a class at most, 0 for all (default: ${DEFAULT-VALUE}).")
  private int shots;

  @SuppressWarnings("NullAway.Init") // picocli fills what is required
  AdaptBench() {}

  @Override
  public Integer call() throws IOException {
    if (honesty) {
      List<String> four = List.of("objects", "places", "symbols", "rare-objects");
      new AdaptHonesty(
              out, sets == null ? four : sets, perClass, seeds, minutes == null ? 0.1 : minutes)
          .run(situations);
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
      ExperimentContext bench =
          new ExperimentContext(
              clip,
              FeatureCache.inMemory(new ViewEncoder(clip, new Images(line -> {}))),
              Progress.SILENT,
              line -> {},
              () -> false);
      for (String name : names) {
        AdaptRequest request =
            new AdaptRequest(
                EmbeddedDataSets.open(name, DataSetOptions.defaults(line -> {})),
                List.of(),
                shots == 0 ? FewShot.ALL : shots,
                minutes == null ? 5 : minutes,
                1);
        long start = System.nanoTime();
        AdaptRecord record = Adaptation.run(bench, request, out.resolve(name));
        double seconds = (System.nanoTime() - start) / 1e9;
        Map<String, AdaptRecord.Interval> hindsight =
            Hindsight.of(bench, request, record, out.resolve(name + "-hindsight"));
        AdaptRecord.Interval own =
            Objects.requireNonNull(hindsight.get(Objects.requireNonNull(record.choice()).method()));
        AdaptRecord.Interval best =
            hindsight.values().stream()
                .max(Comparator.comparingDouble(AdaptRecord.Interval::accuracy))
                .orElseThrow();
        double error =
            100 * Math.sqrt(best.accuracy() * (100 - best.accuracy()) / 1e4 / best.images());
        AdaptRecord.Interval expected = Objects.requireNonNull(record.result().expected());
        boolean isNear = best.accuracy() - own.accuracy() <= error;
        boolean isInside = expected.holds(own.accuracy());
        near += isNear ? 1 : 0;
        inside += isInside ? 1 : 0;
        print("%s (%.0f s)", name, seconds);
        for (AdaptRecord.Candidate each : record.candidates()) {
          AdaptRecord.Interval test = hindsight.get(each.method());
          print(
              "  %-16s held out %6.2f  test %6.2f %s",
              each.method(),
              each.value(),
              test == null ? Double.NaN : test.accuracy(),
              each.reason());
        }
        print(
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
    print(
        "within one standard error of the best: %d of %d; expected accuracy inside its interval: %d"
            + " of %d",
        near, names.size(), inside, names.size());
    return 0;
  }

  @FormatMethod
  private static void print(@FormatString String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }
}
