package org.kgcoop.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** A {@code kgcoop serve} in a separate process, with the class path and the JVM of this one. */
final class ServedProcess implements AutoCloseable {
  static final String TOKEN = "a-token-for-the-benchmark";

  private final Process process;
  private final int port;

  /** The memory of a server after a garbage collection, in bytes. */
  record Memory(long heap, long resident) {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT, "heap %.1f MB, resident %.1f MB", heap / 1e6, resident / 1e6);
    }
  }

  /** Starts the server with these options on any free port, and waits until it answers. */
  ServedProcess(List<String> options) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of("org.kgcoop.cli.Main", "serve", "--port", "0", "--json", "--quiet"));
    command.addAll(options);
    process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    // Standard output contains one JSON object.
    StringBuilder text = new StringBuilder();
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      text.append(line);
      if (line.equals("}")) {
        break;
      }
    }
    JsonNode announced = new ObjectMapper().readTree(text.toString());
    if (!announced.has("address")) {
      close();
      throw new IllegalStateException(
          "the server did not start; is bench on the app's class path?");
    }
    port = URI.create(announced.path("address").asText()).getPort();
  }

  int port() {
    return port;
  }

  /** Sends SIGTERM. */
  void terminate() {
    process.destroy();
  }

  /** Waits for the end and returns the exit code. */
  int await() {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  Memory memory() throws IOException {
    try {
      Process collection =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                  Long.toString(process.pid()),
                  "GC.run")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      collection.waitFor();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return new Memory((long) metric("jvm_memory_used_bytes{area=\"heap\""), resident());
  }

  /** Returns the sum of the metrics whose names start with a prefix. */
  double metric(String prefix) throws IOException {
    try (PlainConnection connection = new PlainConnection(port)) {
      String more = "Authorization: Bearer " + TOKEN + "\r\nConnection: close\r\n";
      return connection
          .ask(PlainConnection.get("/metrics", more))
          .body()
          .lines()
          .filter(line -> line.startsWith(prefix))
          .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
          .sum();
    }
  }

  /** Returns the CPU time of the process, in seconds. */
  double cpuSeconds() {
    return process.info().totalCpuDuration().map(each -> each.toNanos() / 1e9).orElse(Double.NaN);
  }

  private long resident() {
    try {
      return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
          .sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
    }
  }
}
