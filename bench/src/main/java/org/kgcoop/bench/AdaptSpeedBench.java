package org.kgcoop.bench;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import javax.imageio.ImageIO;
import org.kgcoop.adapt.AdaptRequest;
import org.kgcoop.adapt.AdaptationRun;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.FewShot;
import org.kgcoop.data.Item;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.files.FolderTree;
import org.kgcoop.image.Images;
import org.kgcoop.progress.Progress;
import org.kgcoop.runs.AdaptRecord;
import org.kgcoop.tensor.DType;
import org.kgcoop.trial.ExperimentContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Measures the time of {@code adapt} for the photos of a user, with weights of the shapes of
 * ViT-B/16.
 */
@Command(
    name = "adapt-speed",
    mixinStandardHelpOptions = true,
    header =
        "Measure the time of each part of adapt, with generated photos and random weights of the"
            + " shapes of ViT-B/16.")
final class AdaptSpeedBench implements Callable<Integer> {
  private static final int WIDTH = 640;
  private static final int HEIGHT = 480;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Folder for the generated photos. adapt's results are in it until the end.")
  private Path out;

  @Option(
      names = "--classes",
      defaultValue = "6",
      description = "Number of classes (default: ${DEFAULT-VALUE}).")
  private int classes;

  @Option(
      names = "--images",
      defaultValue = "17",
      description = "Photos per class (default: ${DEFAULT-VALUE}).")
  private int images;

  @Option(
      names = "--minutes",
      defaultValue = "5",
      description = "Time limit of adapt, in minutes (default: ${DEFAULT-VALUE}).")
  private double minutes;

  private final long start = System.nanoTime();

  @SuppressWarnings("NullAway.Init") // picocli sets required options
  AdaptSpeedBench() {}

  @Override
  public Integer call() throws IOException {
    DataSet data = photos(out.resolve("photos"));
    Path result = out.resolve("adapted");
    if (Files.exists(result)) {
      FolderTree.delete(result);
    }
    print("photos are written");
    try (Clip clip = BenchModel.load(DType.FLOAT32)) {
      print("weights are loaded");
      ExperimentContext context =
          new ExperimentContext(
              clip,
              FeatureCache.inMemory(new ViewEncoder(clip, new Images(line -> {}))),
              new Timed(),
              this::print,
              () -> false);
      AdaptRecord record =
          AdaptationRun.run(
              context, new AdaptRequest(data, List.of(), FewShot.ALL, minutes, 1), result);
      print("done: " + record.choice());
      record.candidates().forEach(each -> print(each.toString()));
      print(record.plan().toString());
    }
    FolderTree.delete(result);
    return 0;
  }

  /** Generates photos. The classes differ in color and in the size of the discs. */
  private DataSet photos(Path folder) throws IOException {
    List<String> names = BenchModel.classNames(classes);
    List<Item> items = new ArrayList<>();
    for (int label = 0; label < classes; label++) {
      for (int i = 0; i < images; i++) {
        String key = names.get(label) + "/" + i + ".jpg";
        Path file = folder.resolve(key);
        if (!Files.exists(file)) {
          Files.createDirectories(file.getParent());
          ImageIO.write(photo(label, new Random(1000L * label + i)), "jpg", file.toFile());
        }
        items.add(new Item(key, file, label, names.get(label)));
      }
    }
    return new DataSet("photos", names, items, List.of(), List.of(), "a photo of a {}.");
  }

  private BufferedImage photo(int label, Random random) {
    BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    Graphics2D on = image.createGraphics();
    for (int i = 0; i < 400; i++) {
      float hue = (float) label / classes + 0.2f * random.nextFloat();
      on.setColor(Color.getHSBColor(hue, random.nextFloat(), random.nextFloat()));
      int size = 10 + random.nextInt(40 + 20 * label);
      on.fillOval(random.nextInt(WIDTH) - size / 2, random.nextInt(HEIGHT) - size / 2, size, size);
    }
    on.dispose();
    return image;
  }

  private void print(String what) {
    double cpu =
        ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
                .getProcessCpuTime()
            / 1e9;
    System.out.println(
        String.format(
            Locale.ROOT, "%7.1f s, %7.1f CPU s: %s", (System.nanoTime() - start) / 1e9, cpu, what));
  }

  /** Prints the start and the end of each task. */
  private final class Timed implements Progress {
    @Override
    public Task start(String name, long total) {
      print("begins: " + name);
      return new Task() {
        @Override
        public void done(long units) {}

        @Override
        public void detail(String text) {
          print("  " + text);
        }

        @Override
        public void close() {
          print("ends: " + name);
        }
      };
    }

    @Override
    public void message(String line) {
      print(line);
    }
  }
}
