package org.kgcoop.bench;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import javax.imageio.ImageIO;
import org.kgcoop.classifier.PublishedDefaults;
import org.kgcoop.clip.Activation;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.RandomClip;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.files.FolderTree;
import org.kgcoop.image.Images;
import org.kgcoop.progress.Progress;
import org.kgcoop.runs.TableResults;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.tensor.Device;
import org.kgcoop.trial.Experiment;
import org.kgcoop.trial.ExperimentContext;
import org.kgcoop.trial.ExperimentPlan;
import org.kgcoop.trial.FewShotCurve;
import org.kgcoop.trial.MethodSpec;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures an entire run of a method on features from the feature cache. */
@Command(
    name = "features",
    mixinStandardHelpOptions = true,
    header =
        "Measure an entire published run on cached features, from the few-shot sample to the"
            + " results. There is no reference.")
final class FeaturesBench implements Callable<Integer> {
  /**
   * A model whose texts and features have the shapes of ViT-B/16. Its images cost almost nothing.
   */
  private static final ClipConfig MODEL =
      new ClipConfig(
          512, 8, 3, 77, 49408, 512, 8, 12, Activation.QUICK_GELU, new ClipConfig.Vit(16, 1, 4, 1));

  /** Validation images per class: the maximum of a few-shot sample. */
  private static final int VALIDATION = 4;

  @Option(
      names = "--method",
      split = ",",
      defaultValue = "taskres,clip-adapter,clap,zs-lp,tip-adapter,tip-adapter-f,lp++",
      description = "One or more methods, separated by commas (default: ${DEFAULT-VALUE}).")
  private List<String> methods = List.of();

  @Option(
      names = "--classes",
      defaultValue = "100",
      description = "Number of classes (default: ${DEFAULT-VALUE}).")
  private int classes;

  @Option(
      names = "--shots",
      defaultValue = "16",
      description = "Training images per class (default: ${DEFAULT-VALUE}).")
  private int shots;

  @Mixin private BenchOptions options = new BenchOptions();

  @SuppressWarnings("NullAway.Init") // picocli sets defaults
  FeaturesBench() {}

  @Override
  public Integer call() throws IOException {
    Path folder = Files.createTempDirectory("kgcoop-bench-features");
    try {
      RandomClip.write(folder.resolve("model"), MODEL, 1);
      DataSet data = data(folder.resolve("images"));
      Clip.Options precision = new Clip.Options(options.precision(), Device.CPU, null, null);
      try (Clip clip = Clip.load(folder.resolve("model"), precision)) {
        ExperimentContext context =
            new ExperimentContext(
                clip,
                FeatureCache.inMemory(new ViewEncoder(clip, new Images(warning -> {}))),
                Progress.SILENT,
                warning -> {},
                () -> false);
        SettingValues brief = SettingValues.of("epochs", 1);
        SettingValues published = SettingValues.NONE;
        for (String method : methods) {
          TableResults unused =
              run(context, data, method, brief, folder.resolve("first-" + method));
          Path out = folder.resolve(method);
          double before = cpuSeconds();
          double ms =
              Measurement.time(
                  () -> {
                    TableResults unusedToo = run(context, data, method, published, out);
                  });
          options.print(
              new Case(
                  String.format(
                      Locale.ROOT,
                      "features %s, %d classes, %d shots, %s: an entire run, %.1f s of CPU time",
                      method,
                      classes,
                      shots,
                      options.precision(),
                      cpuSeconds() - before),
                  Double.NaN,
                  ms,
                  Double.NaN,
                  Double.NaN,
                  Measurement.peakResident()));
        }
      }
    } finally {
      FolderTree.delete(folder);
    }
    return 0;
  }

  /**
   * Returns the CPU time of this process so far. Other programs on the machine do not change it.
   */
  private static double cpuSeconds() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toMillis() / 1e3;
  }

  private TableResults run(
      ExperimentContext context, DataSet data, String method, SettingValues training, Path out) {
    MethodSpec spec =
        MethodSpec.of(
            SettingValues.of("method", method),
            training,
            PublishedDefaults.FEW_SHOT,
            SettingValues.NONE);
    ExperimentPlan plan = new ExperimentPlan(List.of(spec), List.of(shots), List.of(1L), 1);
    return new Experiment(context, new FewShotCurve(List.of(data)), plan).run(out);
  }

  /** Creates different noise images. */
  private DataSet data(Path folder) {
    List<String> names = BenchModel.classNames(classes);
    return new DataSet(
        "noise",
        names,
        items(folder, "train", shots, names, 1),
        items(folder, "val", VALIDATION, names, 2),
        items(folder, "test", 1, names, 3),
        null);
  }

  private static List<Item> items(
      Path folder, String part, int each, List<String> names, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Item> items = new ArrayList<>();
    try {
      Files.createDirectories(folder);
      for (int label = 0; label < names.size(); label++) {
        for (int i = 0; i < each; i++) {
          String key = "%s-%s-%s.png".formatted(part, label, i);
          Path file = folder.resolve(key);
          BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
          for (int pixel = 0; pixel < 256; pixel++) {
            image.setRGB(pixel % 16, pixel / 16, random.nextInt(1 << 24));
          }
          if (!ImageIO.write(image, "png", file.toFile())) {
            throw new IllegalStateException("no PNG writer");
          }
          items.add(new Item(key, file, label, names.get(label)));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return items;
  }
}
