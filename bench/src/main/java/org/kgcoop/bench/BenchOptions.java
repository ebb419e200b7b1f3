package org.kgcoop.bench;

import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Engine;
import picocli.CommandLine.Option;

/** The options of all benchmarks. */
final class BenchOptions {
  @Option(
      names = "--precision",
      defaultValue = "float32",
      description = "Precision of kgcoop: float32 or bf16 (default: ${DEFAULT-VALUE}).")
  private String precision = "float32";

  @Option(
      names = "--reference-precision",
      defaultValue = "float32",
      description = "Precision of the reference: float32 or bf16 (default: ${DEFAULT-VALUE}).")
  private String referencePrecision = "float32";

  @Option(
      names = "--rounds",
      defaultValue = "5",
      description = "Number of measurements. The result is the median (default: ${DEFAULT-VALUE}).")
  private int rounds = 5;

  @Option(
      names = "--ours-only",
      description = "Do not measure the reference. The ratio then has no meaning.")
  private boolean oursOnly;

  @Option(
      names = "--cpu-time",
      description =
          "Measure CPU time with one thread instead of elapsed time. Use this if other programs run"
              + " on the machine.")
  private boolean cpuTime;

  @Option(names = "--json", description = "Print one JSON object per case.")
  private boolean json;

  boolean oursOnly() {
    return oursOnly;
  }

  DType precision() {
    return DType.ofName("--precision", precision, DType.FLOAT32, DType.BFLOAT16);
  }

  DType referencePrecision() {
    return DType.ofName("--reference-precision", referencePrecision, DType.FLOAT32, DType.BFLOAT16);
  }

  /**
   * Returns the medians of the reference and of kgcoop. With {@code --ours-only}, the reference
   * does nothing.
   */
  Measurement.Medians measure(Runnable reference, Runnable ours) {
    if (cpuTime) {
      Engine.setThreads(1);
    }
    return Measurement.interleaved(
        rounds,
        cpuTime ? Measurement::cpuTime : Measurement::time,
        oursOnly ? () -> {} : reference,
        ours);
  }

  /**
   * Prints a case.
   *
   * @param flop the floating-point operations of kgcoop
   * @param peak the GFLOP/s of a matrix product; NaN if products do not dominate the work
   */
  @SuppressWarnings("SystemOut") // the output of the command
  void print(String name, Measurement.Medians medians, double flop, double peak) {
    Case measured =
        new Case(name, medians, flop / medians.ours() / 1e6, peak, Measurement.peakResident());
    System.out.println(json ? measured.toJson().toString() : measured.toText());
  }
}
