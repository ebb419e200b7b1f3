package org.kgcoop.cli.experiment;

import static org.kgcoop.cli.console.TextTable.left;
import static org.kgcoop.cli.console.TextTable.right;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import javax.imageio.ImageIO;
import org.kgcoop.Messages;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.console.TextTable;
import org.kgcoop.cli.options.DataOptions;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.data.published.Download;
import org.kgcoop.data.published.PublishedDataSet;
import org.kgcoop.files.Json;
import org.kgcoop.trial.Experiment;
import org.kgcoop.trial.ExperimentContext;
import org.kgcoop.trial.WorkEstimate;

/**
 * A plan of an experiment: its runs, the missing data sets, and estimates of time and disk. A
 * published data set that is not on this machine is replaced by one of its size.
 */
final class DryRun {
  /** The usual size of the images of the published data sets. */
  private static final int WIDTH = 500;

  private static final int HEIGHT = 375;

  private final DataOptions options;
  private final Output output;
  private final Map<String, PublishedDataSet> missing = new LinkedHashMap<>();

  DryRun(DataOptions options, Output output) {
    this.options = options;
    this.output = output;
  }

  /** Opens a data set, or its replacement. */
  DataSet open(String data) {
    Optional<PublishedDataSet> absent = options.missing(data);
    if (absent.isEmpty()) {
      return options.open(data, output);
    }
    missing.put(absent.get().name(), absent.get());
    return absent.get().standIn();
  }

  /**
   * Measures and prints the plan.
   *
   * @param weights a note about the weights; empty if there is none
   * @param scratch an empty folder that the caller deletes
   */
  void print(
      Experiment experiment, ExperimentContext context, Path out, String weights, Path scratch) {
    WorkEstimate.Work work =
        new WorkEstimate(context, experiment.trials(), image(experiment, scratch), scratch)
            .of(out, experiment.plan().jobs());
    output.json(json(experiment, work, weights));
    output.printf(
        "%s: %s, %d done before",
        experiment.protocol().id(), Messages.count(work.runs(), "run", "runs"), work.done());
    output.text(
        TextTable.of(
            work.methods(),
            List.of(
                left("method", WorkEstimate.MethodWork::method),
                right("runs", row -> String.valueOf(row.runs())),
                right("steps", row -> String.format(Locale.ROOT, "%,d", row.steps())),
                right("tests", row -> String.format(Locale.ROOT, "%,d", row.tests())),
                right("time", row -> duration(row.seconds())))));
    output.printf(
        "image features: %,d images and views, %s",
        work.encodings(), duration(work.encodingSeconds()));
    output.printf(
        "time: about %s on this machine%s",
        duration(work.seconds()), work.busy() ? ", measured on a busy computer" : "");
    output.printf("disk: about %s for features and runs", size(work.disk()));
    missing.values().forEach(set -> output.print("missing: " + missing(set)));
    long archives = missing.values().stream().mapToLong(this::bytes).sum();
    if (archives > 0) {
      output.printf(
          "disk: %.1f GB for the archives of the missing data sets, and as much to unpack them",
          archives / 1e9);
    }
    if (!weights.isEmpty()) {
      output.print(weights);
    }
  }

  private String missing(PublishedDataSet set) {
    List<PublishedDataSet.Part> parts = parts(set);
    return parts.stream().allMatch(PublishedDataSet.Part::isDirect)
        ? "%s: ./kgcoop download %s --root %s (%s)"
            .formatted(set.name(), set.name(), options.rootOrDefault(), size(bytes(set)))
        : "%s: %s, needs an account, see ./kgcoop download --list %s"
            .formatted(set.name(), size(bytes(set)), set.name());
  }

  private List<PublishedDataSet.Part> parts(PublishedDataSet set) {
    return set.missing(options.rootOrDefault().resolve(set.directory()));
  }

  /** Returns the size of the missing downloads, also of those that need an account. */
  private long bytes(PublishedDataSet set) {
    return Download.bytes(parts(set).stream().map(PublishedDataSet.Part::download));
  }

  private ObjectNode json(Experiment experiment, WorkEstimate.Work work, String weights) {
    ObjectNode json = Json.tree(work);
    json.put("protocol", experiment.protocol().id()).put("seconds", work.seconds());
    json.set("disk_bytes", json.remove("disk"));
    ArrayNode sets = json.putArray("missing");
    missing
        .values()
        .forEach(set -> sets.addObject().put("name", set.name()).put("download_bytes", bytes(set)));
    return weights.isEmpty() ? json : json.put("weights", weights);
  }

  private static String size(long bytes) {
    boolean small = bytes < 1e9;
    return String.format(Locale.ROOT, small ? "%.0f MB" : "%.1f GB", bytes / (small ? 1e6 : 1e9));
  }

  private static String duration(double seconds) {
    if (seconds < 90) {
      return String.format(Locale.ROOT, "%.0f s", Math.ceil(seconds));
    }
    return seconds < 5400
        ? String.format(Locale.ROOT, "%.0f min", seconds / 60)
        : String.format(Locale.ROOT, "%.1f h", seconds / 3600);
  }

  /** Returns an image of the data sets, or noise of the usual size. */
  private static Path image(Experiment experiment, Path scratch) {
    return experiment.protocol().dataSets().stream()
        .flatMap(data -> data.items().limit(1))
        .map(Item::file)
        .filter(Files::isRegularFile)
        .findFirst()
        .orElseGet(() -> noise(scratch.resolve("noise.jpg")));
  }

  private static Path noise(Path file) {
    BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    int[] pixels = new Random(1).ints(WIDTH * HEIGHT, 0, 1 << 24).toArray();
    image.setRGB(0, 0, WIDTH, HEIGHT, pixels, 0, WIDTH);
    try {
      ImageIO.write(image, "jpg", file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file;
  }
}
