package org.kgcoop.cluster.session;

import com.google.errorprone.annotations.MustBeClosed;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;

/** A connection to Spark, or Spark in this process. */
public final class Session implements AutoCloseable {
  /** Spark in this process, with two tasks at a time. */
  public static final String LOCAL = "local[2]";

  private static final Pattern MASTERS =
      Pattern.compile("local(\\[.+\\])?|local-cluster\\[.+\\]|spark://.+|yarn|k8s://.+");
  private static final int CONNECT_MILLIS = 5000;

  /**
   * Environment variables that must be set before a JVM starts. The launcher sets the same ones.
   */
  private static final Map<String, String> EXECUTOR_ENVIRONMENT =
      Map.of(
          "MALLOC_MMAP_THRESHOLD_", "4294967296",
          "MALLOC_TRIM_THRESHOLD_", "17179869184",
          "MALLOC_TOP_PAD_", "268435456",
          "OMP_WAIT_POLICY", "passive");

  private final SparkContext context;

  private Session(SparkContext context) {
    this.context = context;
  }

  /**
   * Opens Spark.
   *
   * @param name the name of the application on the pages of the cluster
   * @param master the master of Spark; null for the master of {@code spark-submit}, or {@link
   *     #LOCAL}
   * @param settings the settings of Spark by name; they have priority
   * @throws KgCoopException of the category CONFIGURATION or IO if the master does not exist
   */
  @MustBeClosed
  public static Session open(String name, @Nullable String master, Map<String, String> settings) {
    SparkConf conf = new SparkConf().setAppName("kgcoop " + name);
    settings.forEach(conf::set);
    if (master != null) {
      conf.setMaster(master);
    }
    conf.setIfMissing("spark.master", LOCAL);
    check(conf.get("spark.master"));
    conf.setIfMissing("spark.ui.enabled", "false");
    conf.setIfMissing("spark.ui.showConsoleProgress", "false");
    if (conf.get("spark.master").matches("local.*|spark://(127\\.0\\.0\\.1|localhost):\\d+")) {
      // The name of this machine may not resolve, and no other machine has to connect.
      conf.setIfMissing("spark.driver.host", "127.0.0.1");
      conf.setIfMissing("spark.driver.bindAddress", "127.0.0.1");
    }
    if (!isLocal(conf.get("spark.master")) && !conf.contains("spark.submit.deployMode")) {
      // Without spark-submit, nothing would send the jars to the executors.
      conf.setIfMissing("spark.jars", String.join(",", Submission.jars()));
    }
    EXECUTOR_ENVIRONMENT.forEach(
        (variable, value) -> conf.setIfMissing("spark.executorEnv." + variable, value));
    try {
      return new Session(SparkContext.getOrCreate(conf));
    } catch (Exception e) { // Scala throws checked exceptions that it does not declare
      throw new KgCoopException(
          KgCoopException.Category.IO,
          "--master %s: cannot start Spark: %s"
              .formatted(conf.get("spark.master"), Failures.reason(e)),
          e);
    }
  }

  public SparkContext context() {
    return context;
  }

  /** Returns the entry to Spark SQL. Its first call takes a second. */
  public SparkSession sql() {
    // Without the name of the implementation, Spark would search it by reflection.
    return org.apache.spark.sql.classic.SparkSession.builder().sparkContext(context).getOrCreate();
  }

  /** Returns the number of cores per task, which is the number of its threads. */
  public int taskCpus() {
    return context.getConf().getInt("spark.task.cpus", 1);
  }

  /** Returns true if tasks run in this process. */
  public boolean isLocal() {
    return isLocal(context.master());
  }

  @Override
  public void close() {
    context.stop();
  }

  private static boolean isLocal(String master) {
    return master.startsWith("local") && !master.startsWith("local-cluster");
  }

  private static void check(String master) {
    if (!MASTERS.matcher(master).matches()) {
      throw KgCoopException.configuration(
          ("--master %s: expected local[N], spark://HOST:PORT, yarn or k8s://ADDRESS, such as "
                  + "%s")
              .formatted(master, LOCAL));
    }
    if (master.startsWith("spark://")) {
      checkReachable(master);
    }
  }

  /**
   * Checks that a master answers. Spark would retry for a minute and then name an internal class.
   */
  private static void checkReachable(String master) {
    List<String> addresses = List.of(master.substring("spark://".length()).split(","));
    @Nullable IOException failure = null;
    for (String address : addresses) {
      Matcher parts = Pattern.compile("(.+):(\\d{1,5})").matcher(address);
      if (!parts.matches()) {
        throw KgCoopException.configuration(
            "--master " + master + ": expected spark://HOST:PORT, such as spark://localhost:7077");
      }
      try (Socket socket = new Socket()) {
        socket.connect(
            new InetSocketAddress(parts.group(1), Integer.parseInt(parts.group(2))),
            CONNECT_MILLIS);
        return;
      } catch (IOException | IllegalArgumentException e) {
        failure = e instanceof IOException io ? io : new IOException(e);
      }
    }
    throw KgCoopException.io(
        "--master %s: no master answers at this address (%s); check that it is running"
            .formatted(master, failure == null ? "no address" : failure.getMessage()),
        failure == null ? new IOException("no address") : failure);
  }
}
