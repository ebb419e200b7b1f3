package org.kgcoop.cli.experiment;

import java.util.List;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.options.DataSetList;
import org.kgcoop.cli.options.Shots;
import org.kgcoop.experiment.BaseToNew;
import org.kgcoop.experiment.Protocol;
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
      "Train on the first half of the classes, test on both halves, and print a table. Run the"
          + " command again to resume; it repeats nothing.",
      "",
      "base, new: accuracy among the names of each half. H: their harmonic mean. joint H: the same"
          + " if the names of both halves compete. ECE: expected calibration error, a fraction.",
      ""
    },
    footer = {
      "",
      "Example:",
      "  ./kgcoop base2new --clip ViT-B-16.pt --data pets,food --shots 16 \\",
      "      --seeds 1,2,3 --out runs/table",
      "",
      "DIR/results.json contains the rows, settings and counts. DIR/report.html shows them in a"
          + " browser."
    })
public final class BaseToNewCommand extends ProtocolCommand {
  @Mixin private DataSetList data = new DataSetList();
  @Mixin private Shots shots = new Shots();

  @Option(names = "--per-set", description = "Add one table row per data set.")
  private boolean perSet;

  @Override
  Protocol protocol(Output output) {
    return new BaseToNew(data.open(output));
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
