package org.kgcoop.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.kgcoop.cli.ProtocolArguments;
import org.kgcoop.cli.experiment.ExperimentSession;
import org.kgcoop.clip.untrained.RandomClip;
import picocli.CommandLine;

/** Tiny weights, two tiny data sets, and a file with a grid of experiments on them. */
public final class Lab {
  private static final List<String> CLASSES = List.of("cat", "dog", "fox", "owl");
  private static final int IMAGES = 8;
  private static final int SIDE = 32;
  private static final Set<String> TIMES =
      Set.of("ms_per_image", "ms_per_image_with_features", "seconds", "prepare_seconds");

  private final Path folder;

  /** Creates all files below a folder. */
  public Lab(Path folder) {
    this.folder = folder;
    RandomClip.write(folder.resolve("clip"), RandomClip.TINY, 1);
    draw("here", 1);
    draw("there", 2);
  }

  /** The exit code and the output of a command. */
  public record Result(int exitCode, String out, String err) {}

  public Path data(String name) {
    return folder.resolve(name);
  }

  /** Writes a grid of 2 methods, 2 data sets and 2 seeds. */
  public Path grid(String... more) {
    String text =
        """
        clip: %s
        data: [%s, %s]
        methods: [coop, kgcoop]
        seeds: [1, 2]
        shots: 2
        batch-size: 2
        augment: cache:2
        feature-cache: %s
        set: {context_tokens: 2}
        """
            .formatted(
                folder.resolve("clip"), data("here"), data("there"), folder.resolve("cache"));
    try {
      return Files.writeString(
          folder.resolve(String.format(Locale.ROOT, "grid%08x.yaml", List.of(more).hashCode())),
          text + String.join("\n", more) + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Computes the table without Spark on this machine.
   *
   * @param more more arguments of the command line
   */
  public Path local(Path grid, Object... more) {
    Path out = folder.resolve("local-" + grid.getFileName());
    StringWriter said = new StringWriter();
    PrintWriter writer = new PrintWriter(said, true);
    List<String> words = new ArrayList<>(List.of("base2new", "--config", grid.toString()));
    words.addAll(List.of("--threads=1", "--out", out.toString()));
    words.addAll(texts(more));
    try (ExperimentSession opened = ProtocolArguments.parse(words, writer, writer).open()) {
      opened.printTable();
    }
    return out;
  }

  /** Runs a command of the module in this process. */
  public static Result run(Object... words) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine commandLine = Main.commandLine();
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    int exitCode = commandLine.execute(texts(words).toArray(String[]::new));
    return new Result(exitCode, out.toString(), err.toString());
  }

  /** Starts a command in a new process, which logs to {@code log.txt}. */
  public Process start(Object... words) {
    List<String> line = new ArrayList<>(List.of(Main.class.getName()));
    line.addAll(texts(words));
    try {
      return ChildJvm.start("1g", System.getProperty("java.class.path"), line, log());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Path log() {
    return folder.resolve("log.txt");
  }

  private static List<String> texts(Object... words) {
    return Stream.of(words).map(Object::toString).toList();
  }

  /** Returns everything in a table except measured times: rows, results and prompts of all runs. */
  public static Map<String, String> content(Path table) {
    Map<String, String> content = new TreeMap<>();
    try (Stream<Path> files = Files.walk(table)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = table.relativize(file).toString();
        if (name.endsWith("results.json")) {
          JsonNode json = new ObjectMapper().readTree(file.toFile());
          dropTimes(json);
          content.put(name, json.toString());
        } else if (name.endsWith("classifier.safetensors")
            || name.endsWith("predictions.json")
            || name.endsWith("events.jsonl")) {
          content.put(name, new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return content;
  }

  private static void dropTimes(JsonNode node) {
    if (node instanceof ObjectNode object) {
      object.remove(TIMES);
      object.forEach(Lab::dropTimes);
    } else if (node instanceof ArrayNode array) {
      array.forEach(Lab::dropTimes);
    }
  }

  /** Returns the folders of complete runs. */
  public static List<Path> done(Path table) {
    if (!Files.isDirectory(table)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(table)) {
      return files
          .filter(file -> file.endsWith("results.json"))
          .filter(file -> !table.relativize(file).toString().startsWith("."))
          .map(file -> file.resolveSibling(""))
          .filter(run -> !run.equals(table))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (UncheckedIOException e) {
      if (e.getCause() instanceof NoSuchFileException) {
        return done(table); // a run in progress has deleted a file
      }
      throw e;
    }
  }

  private void draw(String name, long seed) {
    Random random = new Random(seed);
    try {
      for (String className : CLASSES) {
        Path to = Files.createDirectories(data(name).resolve(className));
        for (int i = 0; i < IMAGES; i++) {
          BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
          for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
              image.setRGB(x, y, random.nextInt(1 << 24));
            }
          }
          if (!ImageIO.write(image, "png", to.resolve(i + ".png").toFile())) {
            throw new IllegalStateException("no writer of PNG");
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
