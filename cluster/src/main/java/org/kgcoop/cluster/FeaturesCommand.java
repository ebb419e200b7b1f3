package org.kgcoop.cluster;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.kgcoop.KgCoopException;
import org.kgcoop.cluster.features.ClipFiles;
import org.kgcoop.cluster.features.ClipSource;
import org.kgcoop.cluster.features.FeatureJob;
import org.kgcoop.cluster.features.JobRequest;
import org.kgcoop.cluster.session.Session;
import org.kgcoop.cluster.session.Submission;
import org.kgcoop.tensor.DType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Encodes images into a feature cache. */
@Command(
    name = "features",
    header = "Encode images into a feature cache, on many machines.",
    description =
        "Encode all images in a folder into a feature cache for ./kgcoop train --feature-cache DIR"
            + " and other commands. Run the same command again to add missing features. Unreadable"
            + " images are listed in errors.parquet in the feature cache.",
    footer = {
      "  ./kgcoop cluster features hdfs:///imagenet --clip ViT-B/16 --feature-cache"
          + " hdfs:///features \\",
      "      --master spark://HOST:7077"
    })
final class FeaturesCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "IMAGES",
      description =
          "A folder with images, .tar and .parquet files, or one such file: a path on this machine,"
              + " or an address for Hadoop (hdfs:, s3a: ...).")
  private String images;

  @Option(
      names = "--feature-cache",
      required = true,
      paramLabel = "DIR",
      description = "Folder of the feature cache. All executors must have access.")
  private String cache;

  @Option(
      names = "--clip",
      paramLabel = "PATH",
      defaultValue = "embedded",
      description = "Weights, or the folder of a model (default: ${DEFAULT-VALUE}).")
  private String clip = "embedded";

  @Option(
      names = "--precision",
      paramLabel = "TYPE",
      defaultValue = "float32",
      description = "Precision of matrix products: float32 or bf16 (default: ${DEFAULT-VALUE}).")
  private String precision = "float32";

  @Option(
      names = "--views",
      paramLabel = "V",
      defaultValue = "0",
      description =
          "Number of augmented views per image, in addition to the test view. They are those of"
              + " --augment cache:V if IMAGES is the folder of --data (default: ${DEFAULT-VALUE}).")
  private int views;

  @Option(
      names = "--readers",
      paramLabel = "N",
      defaultValue = "4",
      description =
          "Number of images that a task prefetches at a time (default: ${DEFAULT-VALUE}).")
  private int readers;

  @Option(names = "--dry-run", description = "Count the images, but do not encode them.")
  private boolean dryRun;

  @Mixin private SparkOptions sparkOptions = new SparkOptions();

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets required options
  FeaturesCommand() {}

  @Override
  public Integer call() {
    if (views < 0 || views > 10_000 || readers < 1 || readers > 1000) {
      throw KgCoopException.configuration(
          "expected --views from 0 to 10000 and --readers from 1 to 1000, got %s and %s"
              .formatted(views, readers));
    }
    DType type = DType.ofName("--precision", precision, DType.FLOAT32, DType.BFLOAT16);
    try (Session session = sparkOptions.open("features")) {
      int threads = session.taskCpus();
      ClipSource source =
          clip.equals("embedded")
              ? ClipSource.embedded(type, threads)
              : ClipFiles.add(session.context(), clip, type, threads);
      FeatureJob job =
          new FeatureJob(
              session, new JobRequest(images, cache, source, views, readers), this::print);
      if (dryRun) {
        spec.commandLine().getOut().println(job.count());
        return 0;
      }
      report(job.run(), threads);
      if (session.isLocal()) {
        List<String> words = spec.commandLine().getParent().getParseResult().originalArgs();
        print("on a cluster: " + Submission.line(words));
      }
      return 0;
    }
  }

  private void report(FeatureJob.Summary outcome, int threads) {
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        Locale.ROOT,
        "%d images read, %d features encoded, %d unreadable images, in %.1f s (encoding: %.1f s,"
            + " %.1f images per second)%n",
        outcome.read(),
        outcome.encoded(),
        outcome.problems(),
        outcome.seconds(),
        outcome.encodingSeconds(),
        outcome.read() / Math.max(outcome.encodingSeconds(), 1e-3));
    out.println("cache: " + outcome.folder());
    if (outcome.problems() > 0) {
      out.println("unreadable images and reasons: " + outcome.errors());
    }
    print("use this cache with --feature-cache %s --threads %s".formatted(cache, threads));
  }

  private synchronized void print(String line) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(line);
    err.flush();
  }
}
