package org.kgcoop.cluster;

import com.google.errorprone.annotations.MustBeClosed;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.jspecify.annotations.Nullable;
import org.kgcoop.cluster.session.Session;
import picocli.CommandLine.Option;

/** The options of Spark, the same for every command. */
final class SparkOptions {
  @Option(
      names = "--master",
      paramLabel = "URL",
      description =
          "local[N], spark://HOST:PORT, yarn or k8s://ADDRESS (default: that of spark-submit,"
              + " else "
              + Session.LOCAL
              + ", in this process).")
  private @Nullable String master;

  @Option(
      names = "--conf",
      paramLabel = "NAME=VALUE",
      description =
          "A setting of Spark, such as spark.executor.memory=4g; may be given several times.")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Option(
      names = "--debug",
      description = "On an error its stack trace too, and what Spark itself has to say.")
  private boolean debug;

  /**
   * The value of a setting of Spark, given here or to {@code spark-submit}; null where it is not
   * given.
   */
  @Nullable String setting(String name) {
    return settings.containsKey(name)
        ? settings.get(name)
        : new SparkConf().getOption(name).getOrElse(() -> null);
  }

  @MustBeClosed
  Session open(String name) {
    return open(name, Map.of());
  }

  /**
   * Opens Spark.
   *
   * @param own settings that a command needs
   */
  @MustBeClosed
  Session open(String name, Map<String, String> own) {
    Map<String, String> all = new LinkedHashMap<>(own);
    all.putAll(settings);
    if (debug) {
      all.putIfAbsent("spark.log.level", "WARN");
    }
    return Session.open(name, master, all);
  }
}
