package org.kgcoop.cli.experiment;

import java.util.List;
import java.util.function.Function;
import org.kgcoop.cli.options.DataSetList;
import org.kgcoop.cli.options.Shots;
import org.kgcoop.data.DataSet;
import org.kgcoop.trial.BaseToNew;
import org.kgcoop.trial.Protocol;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command {@code base2new}, which compares methods by base, new and H. */
@Command(
    name = "base2new",
    header = "Compare methods on base and new classes.",
    description = {
      "Train on the first half of the classes (base), test on both halves, and print a table. The"
          + " second half (new) has no training images. Run the command again to resume.",
      "The table contains the accuracies in percent, their harmonic mean H, the same with all names"
          + " as answers (joint H), and the calibration error (ECE)."
    },
    footer = {
      "  ./kgcoop base2new --clip ViT-B/16 --data pets/,food/ --shots 16 \\",
      "      --seeds 1,2,3 --out runs/table",
      "DIR/results.json has all settings and counts. DIR/report.html shows them."
    })
public final class BaseToNewCommand extends ProtocolCommand {
  @Mixin private DataSetList data = new DataSetList();
  @Mixin private Shots shots = new Shots();

  @Option(names = "--per-set", description = "Print also rows for each data set.")
  private boolean perSet;

  @Override
  Protocol protocol(Function<String, DataSet> open) {
    return new BaseToNew(data.paths().stream().map(open).toList());
  }

  @Override
  List<Integer> shots() {
    return List.of(shots.value());
  }

  @Override
  boolean asksNewClasses() {
    return true;
  }

  @Override
  boolean perSet() {
    return perSet;
  }
}
