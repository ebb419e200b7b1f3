package org.kgcoop.cluster;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Starts other JVMs for a test and captures their output. */
final class ChildJvm {
  /** The folder of the module. */
  static final Path MODULE = Path.of("").toAbsolutePath();

  /** Longer than a busy machine needs. */
  static final long PATIENCE_MINUTES = 20;

  /** Disables the second compiler, because these processes are too short to benefit from it. */
  static final String QUICK = "-XX:TieredStopAtLevel=1";

  private ChildJvm() {}

  /** The exit code and the output of a process. */
  record Result(int exitCode, String output) {}

  /** Returns the class path of the packaged program: our jar, its dependencies and Spark. */
  static String packaged() throws IOException {
    Path target = MODULE.resolve("target");
    return String.join(
        File.pathSeparator,
        jar(target, "kgcoop-cluster\\.jar").toString(),
        target.resolve("lib") + "/*",
        target.resolve("spark/jars") + "/*");
  }

  /** Returns the only file in a folder whose name matches a regular expression. */
  static Path jar(Path folder, String name) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> found = files.filter(file -> file.getFileName().toString().matches(name)).toList();
      if (found.size() != 1) {
        throw new IOException(name + " in " + folder + ": " + found);
      }
      return found.get(0);
    }
  }

  static Process start(String heap, String classPath, List<String> words, Path log)
      throws IOException {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(List.of("@../jvm.options", "@spark.jvm", QUICK, "-XX:+UseSerialGC"));
    line.addAll(List.of("-Xmx" + heap, "-cp", classPath));
    line.addAll(words);
    return start(line, Map.of(), log);
  }

  /**
   * Runs a command with Spark's submit class on this machine, with the bundle and the native
   * libraries.
   */
  static Result submit(List<String> command, Path log) throws IOException, InterruptedException {
    Path target = MODULE.resolve("target");
    String natives;
    try (Stream<Path> jars = Files.list(target.resolve("lib"))) {
      natives =
          jars.map(Path::toString)
              .filter(
                  name -> name.matches(".*/(javacpp|leptonica|openblas|pytorch)-.*-x86_64\\.jar"))
              .collect(Collectors.joining(","));
    }
    List<String> words = new ArrayList<>(List.of("org.apache.spark.deploy.SparkSubmit"));
    words.addAll(List.of("--master", "local[2]", "--class", "org.kgcoop.cluster.Main"));
    words.addAll(List.of("--conf", "spark.driver.bindAddress=127.0.0.1", "--jars", natives));
    words.add(jar(target, "kgcoop-cluster-bundle\\.jar").toString());
    words.addAll(command);
    // The class path contains only Spark's jars. The bundle must provide everything our code needs.
    return await(start("1g", target.resolve("spark/jars") + "/*", words, log), log);
  }

  static Process start(List<String> line, Map<String, String> environment, Path log)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().putAll(environment);
    return builder.start();
  }

  /** Waits until a condition is true. Fails if the process ends first, or after the timeout. */
  static void await(Process process, Path log, Callable<Boolean> reached) throws Exception {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(PATIENCE_MINUTES);
    while (!reached.call()) {
      if (!process.isAlive() || System.nanoTime() > end) {
        throw new AssertionError("it did not come to that:\n" + Files.readString(log));
      }
      TimeUnit.MILLISECONDS.sleep(25);
    }
  }

  static Result await(Process process, Path log) throws IOException, InterruptedException {
    if (!process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new AssertionError("does not end:\n" + Files.readString(log));
    }
    return new Result(process.exitValue(), Files.readString(log));
  }
}
