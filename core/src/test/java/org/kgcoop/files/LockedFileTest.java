package org.kgcoop.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.fixtures.ChildProcess;

@Tag("system")
class LockedFileTest {
  @TempDir Path folder;

  /** A process that reports if it can lock a file. */
  public static void main(String[] arguments) throws IOException {
    System.out.print(LockedFile.tryOpen(Path.of(arguments[0])).isPresent() ? "free" : "locked");
  }

  private String seenByAnotherProcess(Path file) throws IOException, InterruptedException {
    return ChildProcess.run(
            folder.resolve("log.txt"), List.of("-Xmx64m"), LockedFileTest.class, file.toString())
        .output();
  }

  @Test
  void refusingAnotherThreadKeepsTheLockAgainstOtherProcesses()
      throws IOException, InterruptedException, ExecutionException {
    Path file = folder.resolve("lock");
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try (LockedFile lock = LockedFile.tryOpen(file).orElseThrow()) {
      assertThat(lock.channel().isOpen()).isTrue();
      assertThat(thread.submit(() -> LockedFile.tryOpen(file)).get()).isEmpty();
      assertThat(thread.submit(() -> LockedFile.isLocked(file)).get()).isTrue();
      assertThat(seenByAnotherProcess(file)).isEqualTo("locked");
    } finally {
      thread.shutdown();
    }
    assertThat(LockedFile.isLocked(file)).isFalse();
    assertThat(seenByAnotherProcess(file)).isEqualTo("free");
  }

  /** Checks repeatedly if a file is locked, until another file exists. */
  static final class Asking {
    public static void main(String[] arguments) throws IOException, InterruptedException {
      System.out.println("asking");
      while (!Files.exists(Path.of(arguments[1]))) {
        boolean unused = LockedFile.isLocked(Path.of(arguments[0]));
        Thread.sleep(1);
      }
    }
  }

  @Test
  void doesNotBlockLocksOfOtherProcesses() throws Exception {
    Path file = Files.createFile(folder.resolve("lock"));
    Path log = folder.resolve("log.txt");
    Path end = folder.resolve("end");
    try (ChildProcess other =
        ChildProcess.start(
            log, List.of("-Xmx64m"), Asking.class, file.toString(), end.toString())) {
      assertThat(other.firstLine()).isEqualTo("asking");
      // If the lock made a single attempt, some of the 5000 would fail.
      for (int i = 0; i < 5000; i++) {
        LockedFile.tryOpen(file).orElseThrow().close();
      }
      Files.createFile(end);
      assertThat(other.outcome()).isEqualTo(new ChildProcess.Outcome(0, "asking\n"));
    }
  }

  /**
   * Locks a file and deletes it, as a finished run deletes its folder. Prints how often the locked
   * file was not the one at its path.
   */
  static final class Deleting {
    public static void main(String[] arguments) throws IOException {
      Path file = Path.of(arguments[0]);
      int wrong = 0;
      for (int i = 0; i < 1000; i++) {
        Optional<LockedFile> lock = LockedFile.tryOpen(file);
        if (lock.isPresent()) {
          LockSupport.parkNanos(1); // lets another process run
          wrong += Files.exists(file) ? 0 : 1;
          Files.deleteIfExists(file);
          lock.get().close();
        }
      }
      System.out.println(wrong);
    }
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void theLockOfADeletedFileIsNotTaken() throws Exception {
    Path file = folder.resolve("lock");
    List<String> options = List.of("-Xmx64m");
    try (ChildProcess one =
            ChildProcess.start(folder.resolve("1"), options, Deleting.class, file.toString());
        ChildProcess two =
            ChildProcess.start(folder.resolve("2"), options, Deleting.class, file.toString())) {
      assertThat(one.outcome()).isEqualTo(new ChildProcess.Outcome(0, "0\n"));
      assertThat(two.outcome()).isEqualTo(new ChildProcess.Outcome(0, "0\n"));
    }
  }

  @Test
  void aFileIsRecognizedByAnyPath() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder);
    try (LockedFile lock = LockedFile.tryOpen(folder.resolve("lock")).orElseThrow()) {
      assertThat(LockedFile.tryOpen(link.resolve("lock"))).isEmpty();
      assertThat(LockedFile.tryOpen(folder.resolve("../" + folder.getFileName() + "/lock")))
          .isEmpty();
      lock.close();
      lock.close(); // a second close has no effect
    }
    assertThat(LockedFile.isLocked(link.resolve("lock"))).isFalse();
    assertThat(LockedFile.isLocked(folder.resolve("none"))).isFalse();
    assertThat(folder.resolve("none")).doesNotExist();
  }

  /** A process that holds a lock until another file exists. */
  static final class Holding {
    public static void main(String[] arguments) throws IOException, InterruptedException {
      try (LockedFile lock = LockedFile.tryOpen(Path.of(arguments[0])).orElseThrow()) {
        System.out.println(lock.channel().isOpen());
        while (!Files.exists(Path.of(arguments[1]))) {
          Thread.sleep(1);
        }
      }
    }
  }

  @Test
  void aThreadThatWaitsForAFileHoldsNoMonitor() throws Exception {
    Path file = folder.resolve("lock");
    Path end = folder.resolve("end");
    AtomicBoolean isSeen = new AtomicBoolean();
    Thread waiting =
        new Thread(
            () -> {
              while (!isSeen.get()) {
                try {
                  boolean unused = LockedFile.tryOpen(file).isPresent();
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              }
            });
    try (ChildProcess other =
        ChildProcess.start(
            folder.resolve("log.txt"),
            List.of("-Xmx64m"),
            Holding.class,
            file.toString(),
            end.toString())) {
      assertThat(other.firstLine()).isEqualTo("true");
      waiting.start();
      ThreadInfo info = null;
      while (info == null || info.getThreadState() != Thread.State.TIMED_WAITING) {
        info =
            ManagementFactory.getThreadMXBean()
                .getThreadInfo(new long[] {waiting.getId()}, true, false)[0];
      }
      isSeen.set(true);
      assertThat(info.getLockedMonitors()).isEmpty();
      Files.createFile(end);
      waiting.join();
    }
  }
}
