package org.kgcoop.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A command line in a process of its own, which can be killed; it says all into one file. */
public final class ChildProcess {
  /** Beyond what a busy machine needs. */
  private static final long PATIENCE_MINUTES = 20;

  private final Process process;
  private final Path log;

  private ChildProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /** Starts a command; its words are written as texts. */
  public static ChildProcess start(Path log, Object... words) throws IOException {
    return start(List.of(), log, words);
  }

  /**
   * Starts a command behind another.
   *
   * @param before such as {@code sh -c 'ulimit ...; exec "$@"' sh}
   */
  public static ChildProcess start(List<String> before, Path log, Object... words)
      throws IOException {
    List<String> command = new ArrayList<>(before);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("@../jvm.options", "-Xmx1g", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    Arrays.stream(words).map(Object::toString).forEach(command::add);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    return new ChildProcess(
        builder.redirectOutput(ProcessBuilder.Redirect.to(log.toFile())).start(), log);
  }

  /** How it ended. */
  public int exitCode() throws InterruptedException {
    if (!process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new IllegalStateException("a child process did not end: " + log);
    }
    return process.exitValue();
  }

  public boolean endsWithin(long milliseconds) throws InterruptedException {
    return process.waitFor(milliseconds, TimeUnit.MILLISECONDS);
  }

  /** Pulls the plug. */
  public void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  /** Presses Ctrl-C and waits for what comes of it: the exit code. */
  public int interrupt() throws IOException, InterruptedException {
    signal("INT");
    return exitCode();
  }

  /** Holds it where it is, with what it has locked. */
  void hold() throws IOException, InterruptedException {
    signal("STOP");
  }

  /** Lets it go on. */
  void release() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, "" + process.pid()).start().waitFor();
  }

  /** All that it has said so far. */
  public String log() throws IOException {
    return Files.readString(log);
  }
}
