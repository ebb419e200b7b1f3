package org.kgcoop.bench;

import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.kgcoop.cli.Main;
import org.kgcoop.clip.untrained.RandomClip;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Measures how the CPU time and the memory of commands grow with the number of images. The images
 * are random and small, and so is the CLIP, because the time of the image encoder is known to be
 * linear. Each command runs in a process of its own, in the order of the table: the first one fills
 * the feature cache.
 */
@Command(
    name = "growth",
    header = "Measure how the CPU time and memory of commands grow with the number of images.")
final class GrowthBench implements Callable<Integer> {
  private static final int CLASSES = 20;
  private static final int SIDE = 24; // pixels, after which rows of a BMP need no padding
  private static final int BMP_HEADER = 54;
  private static final String CACHED = " --clip %1$s/clip --feature-cache %1$s/cache";

  /** The words after each command, with a place for the folder. */
  private static final Map<String, String> WORDS =
      Map.of(
          "embed",
          "%1$s/images --out %1$s/features.npy --overwrite" + CACHED,
          "predict",
          "%1$s/images --classes cat,dog,fox --format csv --out %1$s/p.csv --overwrite" + CACHED,
          "search",
          "%1$s/images fox" + CACHED,
          "label", // has features of its own; without classes, it takes the folders for labels
          "%1$s/images --simulate %1$s/truth.csv --until 1 --out %1$s/labels --clip %1$s/clip"
              + IntStream.range(0, CLASSES)
                  .mapToObj("class%02d"::formatted)
                  .collect(joining(",", " --classes ", "")),
          "adapt",
          "%1$s/images --out %1$s/adapted --minutes 2" + CACHED,
          "report",
          "%1$s/adapted --out %1$s/report.html");

  private static final Instant OLD = Instant.parse("2020-01-01T00:00:00Z");

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Folder for the generated images and the results. Existing images are kept.")
  private Path out;

  @Option(
      names = "--sizes",
      split = ",",
      defaultValue = "1000,10000,100000",
      paramLabel = "N,...",
      description = "Numbers of images (default: ${DEFAULT-VALUE}).")
  private List<Integer> sizes;

  @Option(
      names = "--commands",
      split = ",",
      defaultValue = "embed,predict,search,label,adapt,report",
      paramLabel = "NAME,...",
      description = "Commands (default: ${DEFAULT-VALUE}).")
  private List<String> commands;

  /** Runs a command, and writes its CPU time and memory to a file at the end of the process. */
  static final class Measured {
    private Measured() {}

    /**
     * Runs a command.
     *
     * @param arguments the file, then the words of the command
     */
    public static void main(String[] arguments) {
      Path file = Path.of(arguments[0]);
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    try {
                      Files.writeString(
                          file, Measurement.cpuNanos() + " " + Measurement.peakResident());
                    } catch (IOException e) {
                      throw new UncheckedIOException(e);
                    }
                  }));
      Main.main(List.of(arguments).subList(1, arguments.length).toArray(String[]::new));
    }
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    System.out.println("| command | images | CPU s | CPU ms per image | memory, MB |");
    System.out.println("|---|---|---|---|---|");
    for (int size : sizes) {
      Path folder = Files.createDirectories(out.resolve(String.valueOf(size)));
      prepare(folder, size);
      for (String command : commands) {
        long[] measured = run(folder, command);
        double seconds = measured[0] / 1e9;
        System.out.printf(
            Locale.ROOT,
            "| `%s` | %,d | %.1f | %.2f | %.0f |%n",
            command,
            size,
            seconds,
            1000 * seconds / size,
            measured[1] / 1e6);
      }
    }
    return 0;
  }

  private static long[] run(Path folder, String command) throws IOException, InterruptedException {
    Path figures = folder.resolve("figures.txt");
    Files.deleteIfExists(figures);
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    line.addAll(List.of("-cp", System.getProperty("java.class.path"), Measured.class.getName()));
    line.addAll(List.of(figures.toString(), command));
    for (String word : Objects.requireNonNull(WORDS.get(command), command).split(" ", -1)) {
      line.add(word.formatted(folder));
    }
    Path log = folder.resolve(command + ".log");
    int exit =
        new ProcessBuilder(line)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start()
            .waitFor();
    if (exit != 0) {
      throw new IllegalStateException(command + " ended with exit code " + exit + ": " + log);
    }
    String[] parts = Files.readString(figures).split(" ", -1);
    return new long[] {Long.parseLong(parts[0]), Long.parseLong(parts[1])};
  }

  private static void prepare(Path folder, int size) throws IOException {
    if (Files.exists(folder.resolve("truth.csv"))) {
      return;
    }
    RandomClip.write(folder.resolve("clip"), RandomClip.TINY, 1);
    Random random = new Random(size);
    StringBuilder truth = new StringBuilder("image,class\n");
    for (int i = 0; i < size; i++) {
      String name = String.format(Locale.ROOT, "class%02d/%06d.bmp", i % CLASSES, i);
      Path file = folder.resolve("images").resolve(name);
      Files.createDirectories(file.resolveSibling(""));
      Files.write(file, bmp(random));
      Files.setLastModifiedTime(file, FileTime.from(OLD)); // young files are read again
      truth.append(name).append(',').append(name, 0, name.indexOf('/')).append('\n');
    }
    Files.writeString(folder.resolve("truth.csv"), truth);
  }

  /** Returns a BMP file of a random image of 24 bits per pixel. */
  private static byte[] bmp(Random random) {
    byte[] pixels = new byte[3 * SIDE * SIDE];
    random.nextBytes(pixels);
    return ByteBuffer.allocate(BMP_HEADER + pixels.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(new byte[] {'B', 'M'})
        .putInt(BMP_HEADER + pixels.length)
        .putInt(0)
        .putInt(BMP_HEADER)
        .putInt(40) // the size of the rest of the header
        .putInt(SIDE)
        .putInt(SIDE)
        .putShort((short) 1)
        .putShort((short) 24)
        .put(new byte[24])
        .put(pixels)
        .array();
  }
}
