package org.kgcoop.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.kgcoop.cli.console.Output;
import org.kgcoop.eval.NearDuplicates;
import org.kgcoop.method.GaussianDiscriminant;
import org.kgcoop.method.GaussianLeaveOneOut;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Times near copies and GDA with random features. */
@Command(
    name = "closed",
    mixinStandardHelpOptions = true,
    header = "Time near copies, and GDA with leave-one-out, with random features.")
final class ClosedBench implements Callable<Integer> {
  private static final int ALPHAS = 12;
  private static final double SCALE = 100;

  @Option(
      names = "--images",
      defaultValue = "10000",
      description = "Images among which near copies are found (default: ${DEFAULT-VALUE}).")
  private int images;

  @Option(
      names = "--classes",
      defaultValue = "1000",
      description = "Classes of GDA (default: ${DEFAULT-VALUE}).")
  private int classes;

  @Option(
      names = "--shots",
      defaultValue = "16",
      description = "Images per class of GDA (default: ${DEFAULT-VALUE}).")
  private int shots;

  @Option(
      names = "--views",
      defaultValue = "10",
      description = "Views of each image of GDA (default: ${DEFAULT-VALUE}).")
  private int views;

  @Option(
      names = "--width",
      defaultValue = "512",
      description = "Width of the features (default: ${DEFAULT-VALUE}).")
  private int width;

  @Mixin private Output output = new Output();

  @Override
  public Integer call() {
    nearCopies();
    gda();
    return 0;
  }

  private void nearCopies() {
    List<float[]> features;
    try (Scope scope = Scope.open("features")) {
      float[] flat = BenchModel.random(images * width, 1, images, width).toFloats();
      features =
          IntStream.range(0, images)
              .mapToObj(i -> Arrays.copyOfRange(flat, i * width, (i + 1) * width))
              .toList();
    }
    time(
        "near copies by features among %s images".formatted(images),
        () -> NearDuplicates.of(features, NearDuplicates.FACTOR, NearDuplicates.NEIGHBORS));
  }

  private void gda() {
    try (Scope scope = Scope.open("GDA")) {
      int count = classes * shots;
      int rows = count * views;
      int[] groups = IntStream.range(0, rows).map(row -> row % count).toArray();
      int[] labels = Arrays.stream(groups).map(image -> image % classes).toArray();
      Tensor features = unitRows(rows, 2);
      Tensor texts = unitRows(classes, 3);
      double[] alphas = new double[ALPHAS];
      Arrays.setAll(alphas, a -> Math.pow(0.3, a) * rows / width);
      time(
          "GDA of %s classes, %s images and %s views each".formatted(classes, shots, views),
          () -> {
            GaussianDiscriminant gaussians = new GaussianDiscriminant(features, labels, classes);
            GaussianDiscriminant.Linear unused = gaussians.pooled();
            var unusedSearch =
                new GaussianLeaveOneOut(gaussians, groups).search(texts, SCALE, alphas, () -> {});
          });
    }
  }

  private Tensor unitRows(int rows, int seed) {
    try (Scope scope = Scope.open("random rows")) { // which take as much memory again
      return scope.promote(BenchModel.random(rows * width, seed, rows, width).unitRows());
    }
  }

  private void time(String what, Runnable work) {
    long start = System.nanoTime();
    long cpu = processCpu();
    work.run();
    output.print(
        String.format(
            Locale.ROOT,
            "%s: %.1f s, %.1f s of CPU, %d MB of the process so far",
            what,
            (System.nanoTime() - start) / 1e9,
            (processCpu() - cpu) / 1e9,
            Measurement.peakResident() >> 20));
  }

  private static long processCpu() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }
}
