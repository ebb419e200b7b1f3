package org.kgcoop.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A child process that tests can kill. Its output goes to one log file, unless the caller redirects
 * it.
 */
public final class ChildProcess {
  /**
   * A process that computes nothing for so long hangs. It is shorter than the timeout of a test.
   */
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  /** The longest CPU time of a process while a test waits once. */
  private static final Duration MOST_WORK = Duration.ofMinutes(30);

  /** An idle JVM uses less of a core than this, and a busy one more, whatever else runs. */
  private static final double IDLE = 0.01;

  private static final long POLL = 10; // milliseconds

  /** The running children, which a shutdown hook kills when the tests end. */
  private static final Set<Process> ALIVE = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> ALIVE.forEach(Process::destroyForcibly), "children"));
  }

  /**
   * A prefix of a command that restores the default signals. A shell starts background jobs with
   * ignored signals, and children inherit them. The list is empty if {@code env} does not support
   * this.
   */
  private static final List<String> SIGNALS_AS_USUAL = signalsAsUsual();

  private final Process process;
  private final Path log;

  private Duration patience = PATIENCE;

  private ChildProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
    ALIVE.add(process);
    CompletableFuture<Void> unused = process.onExit().thenAccept(ALIVE::remove);
  }

  /** Starts a command of kgcoop. Each argument is converted to a text. */
  public static ChildProcess start(Path log, Object... words) throws IOException {
    return start(List.of(), log, words);
  }

  /**
   * Starts a command of kgcoop behind a prefix.
   *
   * @param before the prefix, such as {@code sh -c 'ulimit ...; exec "$@"' sh}
   */
  public static ChildProcess start(List<String> before, Path log, Object... words)
      throws IOException {
    return start(System.getProperty("java.class.path"), before, log, words);
  }

  /** Starts a command of kgcoop with another class path. */
  static ChildProcess start(String classPath, List<String> before, Path log, Object... words)
      throws IOException {
    List<String> command = new ArrayList<>(SIGNALS_AS_USUAL);
    command.addAll(before);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("@../jvm.options", "-Xmx1g", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"));
    command.addAll(List.of("-cp", classPath, Main.class.getName()));
    Arrays.stream(words).map(Object::toString).forEach(command::add);
    return start(new ProcessBuilder(command), log);
  }

  /** Starts another program. */
  public static ChildProcess start(ProcessBuilder program, Path log) throws IOException {
    return new ChildProcess(
        program.redirectErrorStream(true).redirectOutput(log.toFile()).start(), log);
  }

  /**
   * Runs another program until it ends.
   *
   * @param program the program, with output redirected so that it never waits for a reader
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

  /** Sets the time without work after which this process is said to hang. */
  ChildProcess withPatience(Duration limit) {
    patience = limit;
    return this;
  }

  /**
   * The limit of one wait. It depends on the work of the process, so a slow or busy machine only
   * takes longer.
   */
  private final class Limit {
    private final Duration start = work();
    private Duration last = start;
    private long since = System.nanoTime();

    /** Kills the process if it hangs or works for too long. */
    void check(String wanted) throws InterruptedException {
      if (!process.isAlive()) {
        return; // the work of an ended process is not known
      }
      Duration now = work();
      long window = System.nanoTime() - since;
      if (now.minus(start).compareTo(MOST_WORK) > 0) {
        fail(wanted + " in " + MOST_WORK.toMinutes() + " minutes of CPU time");
      } else if (now.minus(last).toNanos() > IDLE * patience.toNanos()) {
        last = now;
        since = System.nanoTime();
      } else if (window > patience.toNanos()) {
        fail(wanted + ", and has not worked for " + patience.toSeconds() + " seconds");
      }
    }

    private Duration work() {
      return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }
  }

  private void fail(String wanted) throws InterruptedException {
    kill();
    String output = "";
    try {
      output = log();
    } catch (IOException e) {
      // its output went elsewhere
    }
    throw new IllegalStateException("a child process " + wanted + ": " + output);
  }

  /** Waits for the end and returns the exit code. */
  public int exitCode() throws InterruptedException {
    Limit limit = new Limit();
    while (!endsWithin(POLL)) {
      limit.check("did not end");
    }
    return process.exitValue();
  }

  public boolean endsWithin(long milliseconds) throws InterruptedException {
    return process.waitFor(milliseconds, TimeUnit.MILLISECONDS);
  }

  /**
   * Waits until a file below a folder matches a glob, or until the process ends with exit code 0.
   */
  public void makes(Path folder, String name) throws IOException, InterruptedException {
    PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + folder + "/" + name);
    Limit limit = new Limit();
    String wanted = "made no " + name;
    while (!holds(folder, matcher)) {
      if (endsWithin(POLL)) {
        if (process.exitValue() == 0 || holds(folder, matcher)) {
          return; // it has ended, and may have deleted the file
        }
        fail(wanted);
      }
      limit.check(wanted);
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

  /** Waits for the first line of output and returns it. */
  public String firstLine() throws IOException, InterruptedException {
    return lineWith("");
  }

  /** Waits for a line of output with a text and returns it. */
  public String lineWith(String text) throws IOException, InterruptedException {
    Limit limit = new Limit();
    String missing = "has said no line with \"" + text + "\"";
    while (true) {
      String said = log();
      String whole = said.substring(0, said.lastIndexOf('\n') + 1);
      Optional<String> line = whole.lines().filter(each -> each.contains(text)).findFirst();
      if (line.isPresent()) {
        return line.get();
      }
      if (endsWithin(POLL)) {
        fail(missing);
      }
      limit.check(missing);
    }
  }

  /** Kills the process and its descendants with SIGKILL. */
  public void kill() throws InterruptedException {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly().waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  /** Sends SIGTERM, waits for the end and returns the exit code. */
  public int terminate() throws InterruptedException {
    process.destroy();
    return exitCode();
  }

  /** Sends SIGINT, as Ctrl-C does, waits for the end and returns the exit code. */
  public int interrupt() throws IOException, InterruptedException {
    signal("INT");
    return exitCode();
  }

  /** Pauses the process, which keeps its locks. */
  void hold() throws IOException, InterruptedException {
    signal("STOP");
  }

  /** Resumes the process. */
  void release() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String name) throws IOException, InterruptedException {
    run(new ProcessBuilder("kill", "-" + name, "" + process.pid()).inheritIO());
  }

  /** Returns all output so far. */
  public String log() throws IOException {
    return Files.readString(log);
  }
}
