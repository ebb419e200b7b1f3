package org.kgcoop.bench;

import org.kgcoop.KgCoopException;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Engine;
import picocli.CommandLine.Option;

/** The options that every case takes. */
final class BenchOptions {
  @Option(
      names = "--precision",
      defaultValue = "float32",
      description = "Of ours: float32 or bf16 (default: ${DEFAULT-VALUE}).")
  private String precision = "float32";

  @Option(
      names = "--reference-precision",
      defaultValue = "float32",
      description = "Of the reference: float32 or bf16 (default: ${DEFAULT-VALUE}).")
  private String referencePrecision = "float32";

  @Option(
      names = "--rounds",
      defaultValue = "5",
      description = "How often each is timed (default: ${DEFAULT-VALUE}).")
  private int rounds = 5;

  @Option(
      names = "--ours-only",
      description =
          "Leave the reference out, to try settings quickly; the ratio means nothing then.")
  private boolean oursOnly;

  @Option(
      names = "--processor-time",
      description =
          "Time processors rather than the clock, with one thread: for a machine that others use"
              + " too.")
  private boolean processorTime;

  @Option(names = "--json", description = "One JSON object a case.")
  private boolean json;

  boolean oursOnly() {
    return oursOnly;
  }

  DType precision() {
    return type(precision);
  }

  DType referencePrecision() {
    return type(referencePrecision);
  }

  private static DType type(String name) {
    return switch (name) {
      case "float32" -> DType.FLOAT32;
      case "bf16" -> DType.BFLOAT16;
      default -> throw KgCoopException.configuration(name + ": expected float32 or bf16");
    };
  }

  /** Medians of both, or of ours alone. */
  Measurement.Medians measure(Runnable reference, Runnable ours) {
    if (processorTime) {
      Engine.setThreads(1);
    }
    return Measurement.interleaved(
        rounds,
        processorTime ? Measurement::processorTime : Measurement::time,
        oursOnly ? () -> {} : reference,
        ours);
  }

  @SuppressWarnings("SystemOut") // the result of the command
  void print(Case measured) {
    System.out.println(json ? measured.toJson().toString() : measured.toText());
  }
}
