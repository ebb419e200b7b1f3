package org.kgcoop.cluster.features;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.util.LongAccumulator;
import org.kgcoop.KgCoopException;
import org.kgcoop.cluster.features.HadoopFiles.Kind;
import org.kgcoop.cluster.session.Failures;
import org.kgcoop.cluster.session.Session;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.features.Shard;
import scala.Tuple2;

/**
 * Encodes images into a feature cache. Images with features are read but not encoded again.
 * Completed tasks are kept, so a job that was killed can resume.
 */
public final class FeatureJob {
  /** The maximum number of images per task: minutes of work, which are lost with an executor. */
  private static final int LARGEST_TASK = 8 * Shard.LENGTH;

  /** The minimum number of tasks per core, so that no core waits long for the last task. */
  private static final int TASKS_A_CORE = 3;

  private final Session session;
  private final JavaSparkContext spark;
  private final JobRequest request;
  private final Consumer<String> lines;
  private final HadoopFiles files;

  /**
   * The summary of a job.
   *
   * @param folder the folder of the features in the feature cache
   * @param read the number of images
   * @param encoded the number of new features
   * @param problems the number of rows in {@code errors.parquet}
   * @param seconds the time without the start of Spark
   * @param encodingSeconds the time from the first encoding task to the end of the last one
   */
  public record Summary(
      String folder,
      long read,
      long encoded,
      long problems,
      String errors,
      double seconds,
      double encodingSeconds) {}

  /** The files to read. */
  private record Found(JavaRDD<String> all, long images, List<String> tars, List<String> parquet) {}

  /**
   * Creates a job.
   *
   * @param lines receives lines with the progress
   */
  public FeatureJob(Session session, JobRequest request, Consumer<String> lines) {
    this.session = session;
    this.spark = new JavaSparkContext(session.context());
    this.request = request;
    this.lines = lines;
    files = new HadoopFiles(spark);
  }

  /** Counts the images, tars and Parquet files without reading them. */
  public String count() {
    try {
      Found found = found(files.qualified(request.images()));
      return "%s image files, %s tar files, %s Parquet files"
          .formatted(found.images(), found.tars().size(), found.parquet().size());
    } catch (Exception e) { // Scala throws checked exceptions that it does not declare
      throw Failures.known(e);
    }
  }

  /** Encodes all images without features. */
  public Summary run() {
    try {
      return encode();
    } catch (Exception e) { // Scala throws checked exceptions that it does not declare
      throw Failures.known(e);
    }
  }

  private Summary encode() {
    long start = System.nanoTime();
    String root = files.qualified(request.images());
    String cache = files.qualified(request.cache());
    if ((cache + "/").startsWith(root + "/")) {
      throw KgCoopException.configuration(
          "--feature-cache %s is inside the images folder %s; use a folder outside of it"
              .formatted(request.cache(), request.images()));
    }
    Found found = found(root);
    // The name needs the weights. Load them first, to report problems with them early.
    ClipSource clip = request.clip();
    String name =
        spark.parallelize(List.of(clip), 1).map(c -> FeatureCache.folderName(c.clip())).first();
    FeatureCacheFolder folder = new FeatureCacheFolder(files, cache, name);
    KnownKeys known = KnownKeys.of(spark, folder);
    if (known.count() > 0) {
      lines.accept("the feature cache already contains %s features".formatted(known.count()));
    }
    LongAccumulator read = session.context().longAccumulator("images");
    LongAccumulator encoded = session.context().longAccumulator("features");
    Encoding encoding =
        new Encoding(request, folder, spark.broadcast(known), attempts(), read, encoded);
    String errors = cache + "/errors.parquet";
    double encodingSeconds;
    long total = found.tars().isEmpty() && found.parquet().isEmpty() ? found.images() : 0;
    try (ProgressLines progress = new ProgressLines(session.context(), read, total, lines)) {
      progress.start();
      session
          .sql()
          .createDataFrame(problems(found, root, encoding), Encoding.ERRORS)
          .write()
          .mode(SaveMode.Overwrite)
          .parquet(errors);
      encodingSeconds = progress.seconds();
    }
    long problems = session.sql().read().schema(Encoding.ERRORS).parquet(errors).count();
    if (problems > 0 && problems >= read.value()) {
      throw KgCoopException.data(
          "%s: all %s images are unreadable; %s contains the reasons"
              .formatted(request.images(), read.value(), errors));
    }
    return new Summary(
        folder.toString(),
        read.value(),
        encoded.value(),
        problems,
        errors,
        (System.nanoTime() - start) / 1e9,
        encodingSeconds);
  }

  private Found found(String root) {
    JavaRDD<String> all = Listing.of(spark, files, root);
    List<Packed> parts = all.mapPartitions(paths -> List.of(Packed.of(paths)).iterator()).collect();
    Found found =
        new Found(
            all,
            parts.stream().mapToLong(Packed::images).sum(),
            parts.stream().flatMap(part -> part.tars().stream()).sorted().toList(),
            parts.stream().flatMap(part -> part.parquet().stream()).sorted().toList());
    if (found.images() == 0 && found.tars().isEmpty() && found.parquet().isEmpty()) {
      throw KgCoopException.data(
          request.images()
              + ": no images; expected JPEG, PNG, GIF, BMP or WebP files, .tar or .parquet");
    }
    return found;
  }

  /**
   * The content of a part of the listing: the number of images, and the few files that contain many
   * images.
   */
  private record Packed(long images, List<String> tars, List<String> parquet)
      implements Serializable {
    static Packed of(Iterator<String> paths) {
      long images = 0;
      List<String> tars = new ArrayList<>();
      List<String> parquet = new ArrayList<>();
      while (paths.hasNext()) {
        String path = paths.next();
        switch (kind(path)) {
          case TAR -> tars.add(path);
          case PARQUET -> parquet.add(path);
          case IMAGE -> images++;
          case OTHER -> {}
        }
      }
      return new Packed(images, tars, parquet);
    }
  }

  private static Kind kind(String path) {
    return Kind.of(path.substring(path.lastIndexOf('/') + 1));
  }

  private JavaRDD<Row> problems(Found found, String root, Encoding encoding) {
    HadoopFiles opened = files;
    boolean alone = found.tars().size() + found.parquet().size() == 1;
    JavaRDD<Row> problems = spark.emptyRDD();
    if (found.images() > 0) {
      problems =
          problems.union(
              shared(found)
                  .mapPartitions(paths -> encoding.encode(Images.of(opened, root, paths))));
    }
    if (!found.tars().isEmpty()) {
      problems =
          problems.union(
              spark
                  .parallelize(found.tars(), found.tars().size())
                  .mapPartitions(paths -> encoding.encode(Images.ofTars(opened, paths, alone))));
    }
    if (!found.parquet().isEmpty()) {
      problems =
          problems.union(
              ParquetImages.rows(session.sql(), found.parquet())
                  .mapPartitions(rows -> encoding.encode(Images.ofRows(rows, alone))));
    }
    return problems;
  }

  /**
   * Returns the paths of images, divided by their hash and sorted. The tasks do not depend on the
   * order of the listing, so a repeated task writes the same files.
   */
  private JavaRDD<String> shared(Found found) {
    long cores = Math.max(1, spark.defaultParallelism());
    long fair = (found.images() + TASKS_A_CORE * cores - 1) / (TASKS_A_CORE * cores);
    long size = Math.min(LARGEST_TASK, Math.max(32, fair));
    int tasks = Math.toIntExact((found.images() + size - 1) / size);
    return found
        .all()
        .filter(path -> kind(path) == Kind.IMAGE)
        .mapToPair(path -> new Tuple2<>(path, 0))
        .repartitionAndSortWithinPartitions(new HashPartitioner(tasks))
        .keys();
  }

  /** Returns the number of attempts of a task: 1 in this process, unless it is set. */
  private int attempts() {
    return spark.isLocal() ? 1 : spark.getConf().getInt("spark.task.maxFailures", 4);
  }
}
