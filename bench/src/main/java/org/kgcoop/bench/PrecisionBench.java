package org.kgcoop.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.kgcoop.clip.CheckedPrecision;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.io.WeightFile;
import org.kgcoop.io.WeightFiles;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Engine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows what bf16 and int8 change: the checks, the speed, and the accuracy. */
@Command(
    name = "precision",
    header =
        "Check int8 and bf16 on models of the size of ViT-B/16 with random weights, without and"
            + " with imitated outliers, and measure their speed.")
final class PrecisionBench implements Callable<Integer> {
  private static final List<DType> PRECISIONS = List.of(DType.FLOAT32, DType.BFLOAT16, DType.INT8);

  /** Images per worker for the speed. */
  private static final int IMAGES = 4;

  @Option(
      names = "--only",
      description = "Check only this imitation: ${COMPLETION-CANDIDATES} (default: all).")
  private @Nullable Outliers only;

  @Option(
      names = "--accuracy",
      description =
          "Instead, compare the accuracy of the embedded CLIP in each precision with float32: zero-shot,"
              + " and with 8 images per class. The columns are the mean of the six data sets, the"
              + " difference, and the worst difference of a set.")
  private boolean accuracy;

  @Option(
      names = "--seeds",
      split = ",",
      defaultValue = "1,2,3,4,5",
      description = "Seeds of the few-shot samples of --accuracy (default: ${DEFAULT-VALUE}).")
  private List<Long> seeds = List.of();

  @Override
  public Integer call() throws IOException {
    if (accuracy) {
      compareAccuracy();
      return 0;
    }
    for (Outliers outliers : only == null ? Outliers.values() : new Outliers[] {only}) {
      check(outliers);
    }
    return 0;
  }

  private void compareAccuracy() throws IOException {
    WeightFile file = WeightFiles.open(EmbeddedClip.folder());
    List<Clip> clips = new ArrayList<>();
    try {
      PRECISIONS.forEach(type -> clips.add(load(file, type, new ArrayList<>())));
      new PrecisionAccuracy(seeds).print(clips);
    } finally {
      clips.forEach(Clip::close);
    }
  }

  @SuppressWarnings("SystemOut") // the output of the command
  private static void check(Outliers outliers) {
    WeightFile file = outliers.model(BenchModel.VIT_B_16);
    for (DType type : PRECISIONS) {
      List<String> lines = new ArrayList<>();
      try (Clip clip = load(file, type, lines)) {
        System.out.printf(
            Locale.ROOT,
            "%s | %s | %s | %s%n",
            outliers.title(),
            clip.precision().optionName(),
            speed(clip),
            lines.isEmpty() ? "" : lines.get(lines.size() - 1));
      }
    }
  }

  private static Clip load(WeightFile file, DType type, List<String> lines) {
    Clip.Options options = new Clip.Options(type, Device.CPU, null, null);
    return type == DType.BFLOAT16
        ? CheckedPrecision.automatic(file, options, lines::add)
        : CheckedPrecision.load(file, options, lines::add, lines::add);
  }

  private static String speed(Clip clip) {
    int images = IMAGES * Engine.threads();
    float[] pixels = OnnxBench.images(clip.config(), 0, images);
    OnnxBench.encode(clip, pixels); // packs the weights
    long start = System.nanoTime();
    double cpu = Measurement.cpuTime(() -> OnnxBench.encode(clip, pixels));
    double seconds = (System.nanoTime() - start) / 1e9;
    return String.format(
        Locale.ROOT,
        "%.1f images a second, %s threads, %.0f ms of CPU per image",
        images / seconds,
        Engine.threads(),
        cpu / images);
  }
}
