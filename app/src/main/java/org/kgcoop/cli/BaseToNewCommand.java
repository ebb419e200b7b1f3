package org.kgcoop.cli;

import java.util.List;
import org.kgcoop.experiment.BaseToNew;
import org.kgcoop.prompt.Preset;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** The table: base, new, H. */
@Command(
    name = "base2new",
    mixinStandardHelpOptions = true,
    header = "Compare methods on base and new classes: the table.",
    description = {
      "",
      "Train on the first half of the classes, test on both halves, print the table. Run again, it"
          + " goes on where it was stopped and repeats nothing.",
      ""
    },
    footer = {
      "",
      "Example:",
      "  ./kgcoop base2new --clip ViT-B-16.pt --data pets --data food --shots 16 \\",
      "      --seeds 1,2,3 --out runs/table",
      "",
      "DIR/results.json holds the rows, the settings and the counts behind them; DIR/report.html",
      "shows them in a browser."
    })
final class BaseToNewCommand implements ProtocolCommand {
  @ParentCommand private Invocation invocation;

  @Mixin private DataSetList data = new DataSetList();
  @Mixin private Shots shots = new Shots();
  @Mixin private Sweep sweep = new Sweep();
  @Mixin private ProtocolOptions protocol = new ProtocolOptions();

  @Option(names = "--per-set", description = "Rows for each data set too.")
  private boolean perSet;

  @Mixin private Output output = new Output();

  @SuppressWarnings("NullAway.Init") // picocli sets the parent
  BaseToNewCommand() {}

  @Override
  public ProtocolCall experiment() {
    return new ProtocolCall(
        protocol,
        sweep,
        () -> new BaseToNew(data.open(output)),
        List.of(shots.value()),
        true,
        Preset.BASE_TO_NEW,
        perSet,
        output,
        invocation);
  }
}
