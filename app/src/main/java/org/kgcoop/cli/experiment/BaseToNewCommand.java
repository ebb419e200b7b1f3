package org.kgcoop.cli.experiment;

import java.util.List;
import java.util.function.Function;
import org.kgcoop.cli.options.DataOptions;
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
    mixinStandardHelpOptions = true,
    header = "Compare methods on base and new classes.",
    description = {
      "",
      "Train on the first half of the classes (base), test on both halves, and print a table. The"
          + " second half (new) has no training images. Run the command again to resume. Complete"
          + " runs are not repeated.",
      "",
      "base and new are the accuracies in percent on the test images of each half, with only the"
          + " names of this half as answers. H is their harmonic mean. joint H is the same with the"
          + " names of both halves as answers. ECE is the expected calibration error, from 0 to 1.",
      ""
    },
    footer = {
      "",
      "Example:",
      "  ./kgcoop base2new --clip ViT-B/16 --data pets,food --shots 16 \\",
      "      --seeds 1,2,3 --out runs/table",
      "",
      "DIR/results.json contains the settings and the counts of each run. DIR/report.html shows them in a"
          + " browser."
    })
public final class BaseToNewCommand extends ProtocolCommand {
  @Mixin private DataSetList data = new DataSetList();
  @Mixin private Shots shots = new Shots();

  @Option(
      names = "--per-set",
      description = "Print rows for each data set in addition to the averages.")
  private boolean perSet;

  @Override
  Protocol protocol(Function<String, DataSet> open) {
    return new BaseToNew(data.paths().stream().map(open).toList());
  }

  @Override
  DataOptions data() {
    return data.options();
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
