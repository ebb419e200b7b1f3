package org.kgcoop.cluster;

import com.google.errorprone.annotations.MustBeClosed;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.jspecify.annotations.Nullable;
import org.kgcoop.cluster.session.Session;
import picocli.CommandLine.Option;

/** The options of Spark for all commands. */
final class SparkOptions {
  @Option(
      names = "--master",
      paramLabel = "URL",
      description =
          "Spark master: local[N], spark://HOST:PORT, yarn or k8s://ADDRESS (default: the master of"
              + " spark-submit, or "
              + Session.LOCAL
              + " in this process).")
  private @Nullable String master;

  @Option(
      names = "--conf",
      paramLabel = "NAME=VALUE",
      description =
          "A setting of Spark, such as spark.executor.memory=4g. Repeat the option for several"
              + " settings.")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Option(
      names = "--debug",
      description = "Print the stack trace of an error, and the warnings of Spark.")
  private boolean debug;

  /** Returns a setting of Spark from {@code --conf} or {@code spark-submit}, or null. */
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
   * @param own the settings of a command, below those of the user
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
