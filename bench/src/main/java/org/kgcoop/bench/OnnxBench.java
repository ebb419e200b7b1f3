package org.kgcoop.bench;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.export.ExportedClassifier;
import org.kgcoop.export.OnnxClassifier;
import org.kgcoop.model.FixedHead;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Engine;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Compares exported classifiers with kgcoop, on random images. */
@Command(
    name = "onnx",
    header =
        "Compare the logits of exported classifiers in ONNX Runtime with those of kgcoop. The exit"
            + " code is 1 if they differ.")
final class OnnxBench implements Callable<Integer> {
  /** Classes and images are sampled in the same way and must not be equal. */
  private static final long CLASS_SEED = 1L << 40;

  @Option(names = "--images", description = "Number of images (default: ${DEFAULT-VALUE}).")
  private int images = 1000;

  @Option(names = "--classes", description = "Number of classes (default: ${DEFAULT-VALUE}).")
  private int classes = 100;

  @Option(names = "--batch", description = "Images per batch (default: ${DEFAULT-VALUE}).")
  private int batch = 20;

  @Option(
      names = "--speed",
      description =
          "Measure only times: kgcoop in float32, bf16 and int8, and ONNX Runtime in float32,"
              + " alternating, images one by one and in batches of --batch. The exit code is 0.")
  private boolean speed;

  @Option(
      names = "--threads",
      description =
          "Threads of --speed (default: the cores). The ratio is that of CPU times with one thread,"
              + " and that of elapsed times with several.")
  private @Nullable Integer threads;

  @Option(
      names = "--rounds",
      description = "Rounds of --speed; the result is the median (default: ${DEFAULT-VALUE}).")
  private int rounds = 5;

  @Option(
      names = "--model",
      description = "Model: vit (ViT-B/16), rn (RN50) or both (default: ${DEFAULT-VALUE}).")
  private String model = "both";

  @Override
  public Integer call() throws IOException, OrtException {
    if (speed) {
      int wanted = threads == null ? Engine.threads() : threads;
      for (int option : new int[] {batch, rounds, wanted}) {
        if (option < 1) {
          throw KgCoopException.configuration(
              "--batch, --rounds and --threads: expected at least 1, got " + option);
        }
      }
      OnnxSpeed.print(batch, rounds, wanted);
      return 0;
    }
    boolean holds = true;
    if (!model.equals("rn")) {
      holds &= compare("ViT-B/16", BenchModel.VIT_B_16);
    }
    if (!model.equals("vit")) {
      holds &= compare("RN50", BenchModel.RN50);
    }
    return holds ? 0 : 1;
  }

  @SuppressWarnings("SystemOut") // the output of the command
  private boolean compare(String name, ClipConfig config) throws IOException, OrtException {
    Path file = Files.createTempFile("kgcoop-bench", ".onnx");
    Agreement agreement = new Agreement();
    double[] ms = new double[3]; // writing, kgcoop, ONNX Runtime
    try (Clip clip = BenchModel.lively(config, 1);
        Scope scope = Scope.open("classifier")) {
      ExportedClassifier classifier = classifier(clip);
      ms[0] = Measurement.time(() -> OnnxClassifier.write(file, clip, classifier));
      int size = config.imageResolution();
      try (OnnxModel exported = new OnnxModel(file, config.channels(), size, size)) {
        for (int from = 0; from < images; from += batch) {
          float[] pixels = images(config, from, Math.min(batch, images - from));
          long start = System.nanoTime();
          float[] ours = logits(clip, classifier, pixels);
          long between = System.nanoTime();
          float[] theirs = exported.run("logits", pixels);
          ms[1] += (between - start) / 1e6;
          ms[2] += (System.nanoTime() - between) / 1e6;
          agreement.add(ours, theirs, classes);
        }
      }
      System.out.printf(
          Locale.ROOT,
          "%s, %d images, %d classes: largest error %.2e of the image's largest logit (limit:"
              + " %.0e)%n  top-1 equal on %d of %d; %d images skipped because their margin is below"
              + " twice the limit; %d classes found%n  kgcoop %.1f ms per image, ONNX Runtime %.1f;"
              + " file %.1f MB, written in %.1f s; peak memory %.2f GiB%n",
          name,
          agreement.images(),
          classes,
          agreement.largestError(),
          Agreement.TOLERANCE,
          agreement.equal(),
          agreement.compared(),
          agreement.images() - agreement.compared(),
          agreement.classesFound(),
          ms[1] / images,
          ms[2] / images,
          Files.size(file) / 1e6,
          ms[0] / 1e3,
          Measurement.peakResident() / 1073741824.0);
      return agreement.holds();
    } finally {
      Files.delete(file);
    }
  }

  /**
   * Creates classes in the directions in which images differ. With random weights, all features are
   * similar, so classes in random directions would not distinguish images.
   */
  private ExportedClassifier classifier(Clip clip) {
    List<String> names = IntStream.range(0, classes).mapToObj(i -> "class " + i).toList();
    try (Scope scope = Scope.open("classes");
        Autograd.Switch off = Autograd.off()) {
      List<Tensor> parts = new ArrayList<>();
      for (int from = 0; from < classes; from += batch) {
        int count = Math.min(batch, classes - from);
        try (Scope part = Scope.open("part")) {
          float[] pixels = images(clip.config(), CLASS_SEED + from, count);
          parts.add(part.promote(features(clip, pixels)));
        }
      }
      Tensor features = Tensor.concat(parts, 0);
      Tensor centred = scope.promote(features.minus(features.mean(0, true)).unitRows());
      return new ExportedClassifier(
          names,
          new FixedHead.Linear(centred, null, clip.logitScale()),
          Optional.empty(),
          Map.of());
    }
  }

  /** Returns the logits of kgcoop's encoder and classifier: (B, C). */
  static float[] logits(Clip clip, ExportedClassifier classifier, float[] pixels) {
    try (Scope scope = Scope.open("logits");
        Autograd.Switch off = Autograd.off()) {
      return classifier.head().logits(features(clip, pixels)).toFloats();
    }
  }

  /** Encodes images and discards their features. */
  static void encode(Clip clip, float[] pixels) {
    try (Scope scope = Scope.open("features");
        Autograd.Switch off = Autograd.off()) {
      Tensor unused = features(clip, pixels);
    }
  }

  private static Tensor features(Clip clip, float[] pixels) {
    int channels = clip.config().channels();
    int size = clip.config().imageResolution();
    Tensor images =
        Tensor.of(pixels, pixels.length / (channels * size * size), channels, size, size);
    return clip.imageEncoder().features(images).unitRows();
  }

  /**
   * Creates images of random blocks around a random color. They differ in contrast and in block
   * size.
   *
   * @param first the number of the first image; a number always gives the same image
   * @return normalized pixels, (count, channels, R, R)
   */
  static float[] images(ClipConfig config, long first, int count) {
    int size = config.imageResolution();
    float[] pixels = new float[count * config.channels() * size * size];
    for (int i = 0; i < count; i++) {
      SplittableRandom random = new SplittableRandom(first + i);
      int block = 1 << random.nextInt(6);
      double contrast = 0.1 + 1.4 * random.nextDouble();
      int across = (size + block - 1) / block;
      for (int channel = 0; channel < config.channels(); channel++) {
        double color = 3 * random.nextDouble() - 1.5;
        double[] blocks =
            random.doubles((long) across * across, -1, 1).map(v -> color + contrast * v).toArray();
        int offset = (i * config.channels() + channel) * size * size;
        for (int p = 0; p < size * size; p++) {
          pixels[offset + p] = (float) blocks[p / size / block * across + p % size / block];
        }
      }
    }
    return pixels;
  }
}
