package org.kgcoop.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.kgcoop.clip.CheckedPrecision;
import org.kgcoop.clip.Clip;
import org.kgcoop.io.WeightFile;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Device;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows what the checks of int8 and bf16 decide for models with imitated outliers. */
@Command(
    name = "precision",
    mixinStandardHelpOptions = true,
    header =
        "Check int8 and bf16 on models of the size of ViT-B/16 with random weights, without and"
            + " with imitated outliers.")
final class PrecisionBench implements Callable<Integer> {
  @Option(
      names = "--only",
      description = "Check only this imitation: ${COMPLETION-CANDIDATES} (default: all).")
  private @Nullable Outliers only;

  @SuppressWarnings("NullAway.Init") // picocli sets defaults
  PrecisionBench() {}

  @Override
  public Integer call() {
    for (Outliers outliers : only == null ? Outliers.values() : new Outliers[] {only}) {
      check(outliers);
    }
    return 0;
  }

  @SuppressWarnings("SystemOut") // the output of the command
  private static void check(Outliers outliers) {
    WeightFile file = outliers.model(BenchModel.VIT_B_16);
    for (DType type : List.of(DType.INT8, DType.BFLOAT16)) {
      List<String> lines = new ArrayList<>();
      Clip.Options options = new Clip.Options(type, Device.CPU, null, null);
      try (Clip clip =
          type == DType.INT8
              ? CheckedPrecision.load(file, options, lines::add, lines::add)
              : CheckedPrecision.automatic(file, options, lines::add)) {
        System.out.printf(
            Locale.ROOT,
            "%s | %s | %s%n",
            outliers.title(),
            clip.precision().optionName(),
            lines.get(lines.size() - 1));
      }
    }
  }
}
