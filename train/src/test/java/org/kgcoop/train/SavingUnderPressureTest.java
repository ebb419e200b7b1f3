package org.kgcoop.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kgcoop.fixtures.ChildProcess;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.runs.Checkpoint;
import org.kgcoop.runs.RunFolder;
import org.kgcoop.runs.TrainingTime;
import org.kgcoop.tensor.Optimizer;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;
import org.kgcoop.tensor.UpdateRule;

/**
 * Checkpoints that eight threads save in a JVM whose heap another thread keeps full. An attempt may
 * fail for lack of memory. No attempt may end the process or give a wrong checkpoint.
 */
class SavingUnderPressureTest {
  private static final int THREADS = 8;
  private static final int SIZE = 1_000;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = "G1")
  @Tag("system")
  void survivesALackOfMemory(String collector) throws IOException, InterruptedException {
    survives(collector, 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Serial", "Parallel", "G1", "Z"})
  @Tag("nightly")
  void survivesALongLackOfMemory(String collector) throws IOException, InterruptedException {
    survives(collector, 30);
  }

  private void survives(String collector, int seconds) throws IOException, InterruptedException {
    ChildProcess.Outcome outcome =
        ChildProcess.run(
            folder.resolve("log.txt"),
            List.of("-Xmx64m", "-XX:+Use" + collector + "GC"),
            SavingUnderPressureTest.class,
            folder.toString(),
            "" + seconds);
    assertThat(outcome.exitCode()).as(outcome.output()).isZero();
    assertThat(outcome.output()).contains("saved ");
  }

  private static final AtomicLong SAVED = new AtomicLong();
  private static final AtomicLong OUT_OF_MEMORY = new AtomicLong();

  /** Saves checkpoints below a folder for a number of seconds. */
  public static void main(String[] arguments) throws InterruptedException {
    List<RunFolder> runs = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      var nothing = JsonNodeFactory.instance.objectNode();
      Path path = Path.of(arguments[0], "run" + i);
      runs.add(RunFolder.open(path, nothing, nothing, warning -> {}));
      save(runs.get(i), i); // loads all classes
    }
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.parseLong(arguments[1]));
    Thread filler = new Thread(() -> fill(end));
    List<Thread> savers = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      int own = i;
      savers.add(new Thread(() -> saveUntil(end, runs.get(own), own)));
    }
    savers.forEach(Thread::start);
    filler.start();
    filler.join();
    for (Thread saver : savers) {
      saver.join();
    }
    System.out.println("saved " + SAVED + ", without memory " + OUT_OF_MEMORY);
    Runtime.getRuntime().halt(SAVED.get() > 0 ? 0 : 1);
  }

  /** Fills the heap, and frees an eighth of it when it is full. It allocates nothing else. */
  private static void fill(long end) {
    byte[][] held = new byte[16 << 10][];
    int count = 0;
    while (System.nanoTime() < end) {
      try {
        held[count] = new byte[8 << 10];
        count++;
      } catch (OutOfMemoryError e) {
        int kept = count * 7 / 8;
        while (count > kept) {
          held[--count] = null;
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
      }
    }
  }

  private static void saveUntil(long end, RunFolder run, int thread) {
    while (System.nanoTime() < end) {
      try {
        save(run, thread);
        SAVED.incrementAndGet();
      } catch (RuntimeException | Error e) {
        if (!isOutOfMemory(e)) {
          e.printStackTrace(System.out);
          Runtime.getRuntime().halt(3);
        }
        OUT_OF_MEMORY.incrementAndGet();
      }
    }
  }

  /**
   * Returns true for a lack of memory. The JDK hides it if a channel cannot note the thread that
   * uses it: it then removes a thread that it never added.
   */
  private static boolean isOutOfMemory(@Nullable Throwable e) {
    return e != null
        && (e instanceof OutOfMemoryError
            || Arrays.stream(e.getStackTrace())
                .limit(1)
                .anyMatch(top -> top.getClassName().equals("sun.nio.ch.NativeThreadSet"))
            || isOutOfMemory(e.getCause()));
  }

  /** Makes a step, saves the state, and compares the file with it. */
  private static void save(RunFolder run, int thread) {
    Map<String, StoredTensor> state = new LinkedHashMap<>();
    try (Scope scope = Scope.open("save")) {
      Tensor parameter = Tensor.full(thread, SIZE).parameter();
      try (Optimizer optimizer =
          new Optimizer(List.of(parameter), new UpdateRule.Adam(0.9, 0.999, 1e-8, 5e-4, false))) {
        optimizer.step(List.of(Tensor.full(thread + 1, SIZE)), 0.1);
        optimizer.state().forEach((name, each) -> state.put(name, StoredTensor.of(name, each)));
      }
      run.save(new Checkpoint(0, 1, 1, -1, state, Map.of(), state), TrainingTime.NONE);
      Checkpoint read = run.newest().orElseThrow();
      state.forEach(
          (name, each) -> {
            StoredTensor stored = read.optimizer().get(name);
            if (stored == null || !each.data().equals(stored.data())) {
              throw new IllegalStateException("another state: " + name);
            }
          });
    }
  }
}
