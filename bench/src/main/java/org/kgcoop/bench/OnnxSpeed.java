package org.kgcoop.bench;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.kgcoop.clip.CheckedPrecision;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.export.ExportedClassifier;
import org.kgcoop.export.OnnxClassifier;
import org.kgcoop.io.WeightFiles;
import org.kgcoop.model.FixedHead;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Engine;
import org.kgcoop.tensor.Scope;

/**
 * Compares the speed of the image encoder of ViT-B/16 with that of ONNX Runtime.
 *
 * @param threads the threads of each contender. Those of ONNX Runtime divide an operation. Those of
 *     kgcoop compute the images of a batch in parallel, so a single image has one.
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record OnnxSpeed(float[] pixels, int images, int threads) {
  private static final String REFERENCE = "ONNX Runtime, float32";

  /** A contender, which encodes pixels of several images. */
  private interface Encoder {
    void encode(float[] pixels) throws OrtException;
  }

  /**
   * Prints times per image. All contenders alternate, so that other programs slow all of them.
   *
   * @param batch the number of images of a batch
   */
  static void print(int batch, int rounds, int threads) throws IOException, OrtException {
    Engine.setThreads(threads);
    Path folder = BenchModel.folder();
    Path file = Files.createTempFile("kgcoop-bench", ".onnx");
    List<Clip> clips = new ArrayList<>();
    ClipConfig config = BenchModel.VIT_B_16;
    int size = config.imageResolution();
    try {
      Map<String, Encoder> encoders = new LinkedHashMap<>();
      for (DType type : List.of(DType.FLOAT32, DType.BFLOAT16, DType.INT8)) {
        Clip clip =
            CheckedPrecision.load(
                WeightFiles.open(folder),
                new Clip.Options(type, Device.CPU, null, null),
                System.err::println,
                System.err::println);
        clips.add(clip);
        encoders.put(
            "kgcoop, %s".formatted(clip.precision().optionName()),
            pixels -> OnnxBench.encode(clip, pixels));
      }
      try (Scope scope = Scope.open("classifier")) {
        FixedHead head =
            new FixedHead.Linear(BenchModel.features(10, config.embedDim()), null, 100);
        List<String> names = BenchModel.classNames(10);
        OnnxClassifier.write(
            file, clips.get(0), new ExportedClassifier(names, head, Optional.empty(), Map.of()));
      }
      try (OnnxModel exported =
          OnnxModel.withThreads(threads, file, config.channels(), size, size)) {
        encoders.put(REFERENCE, pixels -> exported.run("features", pixels));
        OnnxSpeed speed = new OnnxSpeed(OnnxBench.images(config, 0, batch), batch, threads);
        for (int together : new int[] {1, batch}) {
          speed.print(encoders, together, rounds);
        }
      }
    } finally {
      clips.forEach(Clip::close);
      Files.delete(file);
    }
  }

  @SuppressWarnings("SystemOut") // the output of the command
  private void print(Map<String, Encoder> encoders, int together, int rounds) throws OrtException {
    Map<String, double[]> elapsed = new LinkedHashMap<>();
    Map<String, double[]> cpu = new LinkedHashMap<>();
    for (int round = -1; round < rounds; round++) {
      for (Map.Entry<String, Encoder> encoder : encoders.entrySet()) {
        Measurement.rest();
        long start = System.nanoTime();
        long cpuStart = Measurement.cpuNanos();
        encode(encoder.getValue(), together);
        double cpuTime = (Measurement.cpuNanos() - cpuStart) / 1e6 / images;
        double time = (System.nanoTime() - start) / 1e6 / images;
        if (round >= 0) {
          elapsed.computeIfAbsent(encoder.getKey(), name -> new double[rounds])[round] = time;
          cpu.computeIfAbsent(encoder.getKey(), name -> new double[rounds])[round] = cpuTime;
        }
      }
    }
    Map<String, double[]> compared = threads == 1 ? cpu : elapsed;
    double reference = median(compared, REFERENCE);
    for (String name : encoders.keySet()) {
      System.out.printf(
          Locale.ROOT,
          "%d together: %s: %.0f ms per image, %.0f ms of CPU, ratio %.2f%n",
          together,
          name,
          median(elapsed, name),
          median(cpu, name),
          reference / median(compared, name));
    }
  }

  private static double median(Map<String, double[]> times, String name) {
    return Measurement.median(Objects.requireNonNull(times.get(name)));
  }

  private void encode(Encoder encoder, int together) throws OrtException {
    int perImage = pixels.length / images;
    for (int from = 0; from < images; from += together) {
      int to = Math.min(images, from + together);
      encoder.encode(Arrays.copyOfRange(pixels, from * perImage, to * perImage));
    }
  }
}
