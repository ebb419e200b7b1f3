package org.kgcoop.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.kgcoop.clip.CheckedPrecision;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.data.Item;
import org.kgcoop.features.Feature;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.features.FeatureRequest;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.image.ImageNames;
import org.kgcoop.image.Images;
import org.kgcoop.image.Reduction;
import org.kgcoop.image.RgbImage;
import org.kgcoop.image.view.JpegFile;
import org.kgcoop.io.WeightFiles;
import org.kgcoop.label.Labeling;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Vectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Measures photos of 12 to 48 megapixels, by turns with the published preprocessing. Features are
 * compared with the published ones on pictures of 6 megapixels, because these are decoded to four
 * times the input of the model, the least that {@code Transform.reduction} allows.
 */
@Command(
    name = "photos",
    header =
        "Make photos of 12, 24 and 48 megapixels, and measure their features, thumbnails and the"
            + " first question of label, by turns with the published preprocessing.")
final class PhotosBench implements Callable<Integer> {
  private static final int HEADS = 1000;
  private static final int CLASSES = 10;

  @Option(
      names = "--photos",
      description = "Photos of 12 megapixels; of 24 and 48, a third each (default: 24).")
  private int photos = 24;

  @Option(
      names = "--pictures",
      description =
          "Pictures of 6 megapixels, to compare features with the published ones (default:"
              + " ${DEFAULT-VALUE}).")
  private int pictures = 200;

  @Option(names = "--rounds", description = "Rounds (default: ${DEFAULT-VALUE}).")
  private int rounds = 2;

  @Override
  public Integer call() throws IOException {
    MadePhotos made = new MadePhotos();
    Path folder =
        Files.createDirectories(
            Path.of(System.getProperty("java.io.tmpdir"), "kgcoop-bench-photos"));
    List<List<Path>> files = new ArrayList<>();
    for (int megapixels : new int[] {12, 24, 48}) {
      int count = megapixels == 12 ? photos : Math.max(1, photos / 3);
      files.add(made.write(folder, count, megapixels));
    }
    List<Path> compared = made.write(folder.resolveSibling("kgcoop-bench-pictures"), pictures, 6);
    print(
        "photos of %s; every third is progressive; CPU time, medians; peak of the memory",
        made.source());
    measure("embedded", EmbeddedClip.folder(), DType.FLOAT32, files, compared);
    measure("random B/32-256", BenchModel.folderOfB32(), DType.FLOAT32, files, compared);
    measure("random B/32-256 int8", BenchModel.folderOfB32(), DType.INT8, files, compared);
    thumbnails(files.get(0));
    firstQuestion(folder);
    return 0;
  }

  private void measure(
      String name, Path weights, DType precision, List<List<Path>> files, List<Path> compared)
      throws IOException {
    Clip.Options options = new Clip.Options(precision, Device.CPU, null, null);
    try (Clip clip =
        CheckedPrecision.load(WeightFiles.open(weights), options, line -> {}, line -> {})) {
      FeatureCache cache = FeatureCache.none(new ViewEncoder(clip, new Images(line -> {})));
      for (List<Path> size : files) {
        double[] published = new double[rounds];
        double[] ours = new double[rounds];
        double most = 0;
        long before = Images.decoded();
        for (int round = 0; round < rounds; round++) {
          published[round] = seconds(() -> features(cache, size, true));
          PeakMemory peak = PeakMemory.start();
          ours[round] = seconds(() -> features(cache, size, false));
          most = Math.max(most, peak.gigabytes());
        }
        print(
            "%-21s %s: published %.0f s per 1,000, kgcoop %.0f s, %.1f x, %.1f GB, %.1f decodes"
                + " per photo",
            name,
            size.get(0).getFileName().toString().substring(0, 2) + " MP",
            1000 * median(published) / size.size(),
            1000 * median(ours) / size.size(),
            median(published) / median(ours),
            most,
            (double) (Images.decoded() - before) / 2 / rounds / size.size());
      }
      List<float[]> full = features(cache, compared, true);
      List<float[]> reduced = features(cache, compared, false);
      double[] cosines =
          IntStream.range(0, compared.size())
              .mapToDouble(i -> Vectors.dot(full.get(i), reduced.get(i)))
              .toArray();
      print(
          "%-21s %s pictures at 4 times: cosine with the published features: mean %.6f, worst"
              + " %.6f; changed answers of random classifiers %.2f %%",
          name,
          compared.size(),
          DoubleStream.of(cosines).average().orElse(0),
          DoubleStream.of(cosines).min().orElse(0),
          100 * changed(full, reduced));
    }
  }

  private static List<float[]> features(FeatureCache cache, List<Path> files, boolean asStored) {
    List<Item> items = files.stream().map(file -> new Item("", file, 0, "", "", asStored)).toList();
    return Feature.vectors(cache.get(FeatureRequest.of(items)));
  }

  /** Returns the share of other answers of classifiers with random directions as classes. */
  private static double changed(List<float[]> full, List<float[]> reduced) {
    int width = full.get(0).length;
    double[] mean = new double[width];
    full.forEach(feature -> Arrays.setAll(mean, d -> mean[d] + feature[d] / full.size()));
    Random random = new Random(5);
    int changed = 0;
    for (int head = 0; head < HEADS; head++) {
      double[][] classes = new double[CLASSES][];
      Arrays.setAll(
          classes,
          c -> IntStream.range(0, width).mapToDouble(d -> random.nextGaussian()).toArray());
      for (int i = 0; i < full.size(); i++) {
        if (answer(classes, full.get(i), mean) != answer(classes, reduced.get(i), mean)) {
          changed++;
        }
      }
    }
    return (double) changed / HEADS / full.size();
  }

  private static int answer(double[][] classes, float[] feature, double[] mean) {
    int best = 0;
    double most = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < classes.length; c++) {
      double sum = 0;
      for (int d = 0; d < mean.length; d++) {
        sum += classes[c][d] * (feature[d] - mean[d]);
      }
      if (sum > most) {
        most = sum;
        best = c;
      }
    }
    return best;
  }

  private void thumbnails(List<Path> files) {
    Images images = new Images(line -> {});
    for (int side : new int[] {256, 1024}) {
      double[] full = new double[rounds];
      double[] reduced = new double[rounds];
      for (int round = 0; round < rounds; round++) {
        full[round] = seconds(() -> thumbnails(images, files, side, Reduction.NONE));
        reduced[round] =
            seconds(() -> thumbnails(images, files, side, Reduction.toLongerSide(side)));
      }
      print(
          "thumbnail of %s pixels from 12 MP: full %.0f ms, kgcoop %.0f ms",
          side, 1000 * median(full) / files.size(), 1000 * median(reduced) / files.size());
    }
  }

  private static void thumbnails(Images images, List<Path> files, int side, Reduction reduction) {
    for (Path file : files) {
      byte[] unused =
          images.decodeUpright(
              Images.bytes(file),
              file.toString(),
              reduction,
              (RgbImage image) -> JpegFile.of(JpegFile.shrunk(side, image)));
    }
  }

  private void firstQuestion(Path folder) throws IOException {
    Path session = Files.createTempDirectory("kgcoop-bench-session");
    PeakMemory peak = PeakMemory.start();
    long before = Images.decoded();
    try (Clip clip = Clip.load(EmbeddedClip.folder())) {
      double seconds =
          seconds(
              () -> {
                try (Labeling labeling =
                    Labeling.of(folder, clip).classes("a", "b").session(session).open()) {
                  labeling.next("a person");
                }
              });
      print(
          "label with the embedded CLIP, %s photos: first question after %.1f s, %.1f"
              + " GB, %.1f decodes per photo",
          ImageNames.in(folder).size(),
          seconds,
          peak.gigabytes(),
          (double) (Images.decoded() - before) / ImageNames.in(folder).size());
    }
  }

  private static double seconds(Runnable work) {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long start = system.getProcessCpuTime();
    work.run();
    return (system.getProcessCpuTime() - start) / 1e9;
  }

  private static double median(double[] values) {
    return Arrays.stream(values).sorted().skip(values.length / 2).findFirst().orElse(0);
  }

  @SuppressWarnings("SystemOut") // the output of the command
  private static void print(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }
}
