package org.kgcoop.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A process of its own, which can be killed; it says all into one file, or where it is told to. */
public final class ChildProcess {
  /** Beyond what a busy machine needs, and less than the limit of a test. */
  private static final long PATIENCE_MINUTES = 4;

  /** No child outlives the tests, whatever they ended by. */
  private static final Set<Process> ALIVE = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> ALIVE.forEach(Process::destroyForcibly), "children"));
  }

  /**
   * Signals that the tests themselves ignore, as what a shell starts in the background does, would
   * be ignored by children too: GNU's {@code env} gives them back. Nothing where there is none.
   */
  private static final List<String> SIGNALS_AS_USUAL = signalsAsUsual();

  private final Process process;
  private final Path log;

  private ChildProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
    ALIVE.add(process);
    CompletableFuture<Void> unused = process.onExit().thenAccept(ALIVE::remove);
  }

  /** Starts a command of kgcoop; its words are written as texts. */
  public static ChildProcess start(Path log, Object... words) throws IOException {
    return start(List.of(), log, words);
  }

  /**
   * Starts a command of kgcoop behind another.
   *
   * @param before such as {@code sh -c 'ulimit ...; exec "$@"' sh}
   */
  public static ChildProcess start(List<String> before, Path log, Object... words)
      throws IOException {
    List<String> command = new ArrayList<>(SIGNALS_AS_USUAL);
    command.addAll(before);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("@../jvm.options", "-Xmx1g", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    Arrays.stream(words).map(Object::toString).forEach(command::add);
    return start(new ProcessBuilder(command), log);
  }

  /** Starts another program. */
  public static ChildProcess start(ProcessBuilder program, Path log) throws IOException {
    return new ChildProcess(
        program.redirectErrorStream(true).redirectOutput(log.toFile()).start(), log);
  }

  /**
   * Runs another program to its end.
   *
   * @param program with its output redirected to where it never waits for a reader
   */
  public static int run(ProcessBuilder program) throws IOException, InterruptedException {
    return new ChildProcess(program.start(), Path.of("")).exitCode();
  }

  private static List<String> signalsAsUsual() {
    List<String> usual = List.of("env", "--default-signal=HUP,INT,QUIT");
    List<String> nothing = new ArrayList<>(usual);
    nothing.add("true");
    try {
      ProcessBuilder program = new ProcessBuilder(nothing).redirectErrorStream(true);
      return run(program.redirectOutput(ProcessBuilder.Redirect.DISCARD)) == 0 ? usual : List.of();
    } catch (IOException e) { // no such program
      return List.of();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of();
    }
  }

  /** How it ended. */
  public int exitCode() throws InterruptedException {
    if (!process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
      kill();
      throw new IllegalStateException("a child process did not end: " + log);
    }
    return process.exitValue();
  }

  public boolean endsWithin(long milliseconds) throws InterruptedException {
    return process.waitFor(milliseconds, TimeUnit.MILLISECONDS);
  }

  /** Waits until there is a file below a folder that a glob matches, or all is done. */
  public void makes(Path folder, String name) throws IOException, InterruptedException {
    PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + folder + "/" + name);
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(PATIENCE_MINUTES);
    while (!holds(folder, matcher)) {
      if (endsWithin(10) && process.exitValue() == 0) {
        return; // faster than who looks on: what it made may be gone again
      }
      if (!process.isAlive() || System.nanoTime() > end) {
        kill();
        throw new IllegalStateException("a child process made no " + name + ": " + log());
      }
    }
  }

  private static boolean holds(Path folder, PathMatcher matcher) throws IOException {
    if (!Files.exists(folder)) {
      return false;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      return files.anyMatch(matcher::matches);
    } catch (UncheckedIOException e) {
      return false; // a file was deleted meanwhile
    }
  }

  /** Waits until it has said a line, which it begins with. */
  public String firstLine() throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(PATIENCE_MINUTES);
    while (!log().contains("\n")) {
      if (endsWithin(10) || System.nanoTime() > end) {
        kill();
        throw new IllegalStateException("a child process has said no line: " + log());
      }
    }
    return log().lines().findFirst().orElseThrow();
  }

  /** Pulls the plug. */
  public void kill() throws InterruptedException {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly().waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES);
  }

  /** Asks it to end with SIGTERM and waits for what comes of it: the exit code. */
  public int terminate() throws InterruptedException {
    process.destroy();
    return exitCode();
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
    run(new ProcessBuilder("kill", "-" + name, "" + process.pid()).inheritIO());
  }

  /** All that it has said so far. */
  public String log() throws IOException {
    return Files.readString(log);
  }
}
