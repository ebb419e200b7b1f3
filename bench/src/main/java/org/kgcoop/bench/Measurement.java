package org.kgcoop.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Engine;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** Measures the time of work in one process. */
final class Measurement {
  private Measurement() {}

  /** The medians, in milliseconds. */
  record Medians(double reference, double ours) {}

  /**
   * Measures the reference and kgcoop, alternating, after one warm-up round. The reference uses all
   * cores in each operation, the default of LibTorch. kgcoop divides its work into operations with
   * one thread. A pause between both lets spinning threads stop.
   *
   * @param clock returns the time of work, in milliseconds
   */
  static Medians interleaved(
      int rounds, ToDoubleFunction<Runnable> clock, Runnable reference, Runnable ours) {
    double[] referenceTimes = new double[rounds];
    double[] ourTimes = new double[rounds];
    for (int round = -1; round < rounds; round++) {
      Engine.setThreadsOfAnOperation(Engine.threads());
      double first = clock.applyAsDouble(reference);
      Engine.setThreadsOfAnOperation(1);
      rest();
      double second = clock.applyAsDouble(ours);
      if (round >= 0) {
        referenceTimes[round] = first;
        ourTimes[round] = second;
      }
    }
    return new Medians(median(referenceTimes), median(ourTimes));
  }

  /** Waits until spinning threads have stopped. */
  static void rest() {
    LockSupport.parkNanos(200_000_000);
  }

  /** Runs work and discards the result. */
  static void inScope(Supplier<?> work) {
    try (Scope scope = Scope.open("measured")) {
      Object unused = work.get();
    }
  }

  static double median(double[] values) {
    double[] sorted = DoubleStream.of(values).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /**
   * Returns the CPU time of all threads, in milliseconds. With one thread, no time is spent on
   * waiting.
   */
  static double cpuTime(Runnable work) {
    long start = cpuNanos();
    work.run();
    return (cpuNanos() - start) / 1e6;
  }

  static long cpuNanos() {
    return ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
        .getProcessCpuTime();
  }

  static double time(Runnable work) {
    long start = System.nanoTime();
    work.run();
    return (System.nanoTime() - start) / 1e6;
  }

  /** Returns the GFLOP/s of the machine: the best of several products of two square matrices. */
  static double peak(DType dtype) {
    int size = 2048;
    double best = 0;
    Engine.setThreadsOfAnOperation(Engine.threads());
    try (Scope scope = Scope.open("peak");
        Autograd.Switch off = Autograd.off()) {
      Tensor a = Tensor.full(0.5, size, size).to(dtype);
      for (int i = 0; i < 8; i++) {
        double ms = time(() -> inScope(() -> a.matmul(a).narrow(0, 0, 1).narrow(1, 0, 1).item()));
        best = Math.max(best, 2.0 * size * size * size / ms / 1e6);
      }
    } finally {
      Engine.setThreadsOfAnOperation(1);
    }
    return best;
  }

  /** Returns the largest resident memory of this process, in bytes. */
  static long peakResident() {
    try {
      return Files.readAllLines(Path.of("/proc/self/status")).stream()
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
          .findFirst()
          .orElse(-1);
    } catch (IOException e) {
      return -1; // the system is not Linux
    }
  }
}
