package org.kgcoop.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Supplier;
import org.kgcoop.KgCoopException;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Engine;
import picocli.CommandLine.Option;

/** The options of all benchmarks. */
final class BenchOptions {
  @Option(
      names = "--precision",
      description = "Precision of kgcoop: float32 or bf16 (default: ${DEFAULT-VALUE}).")
  private String precision = "float32";

  @Option(
      names = "--reference-precision",
      description = "Precision of the reference: float32 or bf16 (default: ${DEFAULT-VALUE}).")
  private String referencePrecision = "float32";

  @Option(
      names = "--rounds",
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

  /**
   * Measures and prints a case. With {@code --ours-only}, the reference does nothing.
   *
   * @param name returns the name, with the settings
   * @param flop the floating-point operations of kgcoop, only those that it computes; NaN if matrix
   *     products do not dominate the work
   */
  @SuppressWarnings("SystemOut") // the output of the command
  void report(
      Function<Measurement.Medians, String> name,
      double flop,
      Supplier<?> reference,
      Supplier<?> ours) {
    double peak = Measurement.peak(precision());
    if (cpuTime) {
      Engine.setThreads(1);
    }
    Measurement.Medians medians =
        Measurement.interleaved(
            rounds,
            cpuTime ? Measurement::cpuTime : Measurement::time,
            oursOnly ? () -> {} : () -> Measurement.inScope(reference),
            () -> Measurement.inScope(ours));
    double ratio = medians.reference() / medians.ours();
    double gflops = flop / medians.ours() / 1e6;
    boolean isKnown = !Double.isNaN(gflops);
    long memory = Measurement.peakResident();
    System.out.println(
        json
            ? JsonNodeFactory.instance
                .objectNode()
                .put("case", name.apply(medians))
                .put("reference_ms", medians.reference())
                .put("ours_ms", medians.ours())
                .put("ratio", ratio)
                .put("gflops", isKnown ? gflops : null)
                .put("peak_share", isKnown ? gflops / peak : null)
                .put("peak_rss_bytes", memory)
                .toString()
            : String.format(
                Locale.ROOT,
                "%s%n  reference %.1f ms, ratio %.1f, ours %.2f ms;%s peak memory %.2f GiB",
                name.apply(medians),
                medians.reference(),
                ratio,
                medians.ours(),
                isKnown
                    ? String.format(
                        Locale.ROOT,
                        " %.0f GFLOP/s, %.0f %% of %.0f;",
                        gflops,
                        100 * gflops / peak,
                        peak)
                    : "",
                memory / 1073741824.0));
  }
}
