package org.kgcoop.cli.experiment;

import java.util.List;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.options.DataSetList;
import org.kgcoop.cli.options.Shots;
import org.kgcoop.data.DataSet;
import org.kgcoop.experiment.Protocol;
import org.kgcoop.experiment.Transfer;
import org.kgcoop.method.catalogue.PublishedDefaults;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** From one data set to others. */
@Command(
    name = "cross",
    mixinStandardHelpOptions = true,
    header = "Compare methods on data sets that they were not trained on.",
    description = {
      "",
      "Train on all classes of one data set, test on others among their own class names. Run again,"
          + " the command resumes where it was stopped and repeats nothing; with another --data"
          + " only what is missing is tested. IVLP and VPT are tested after their last"
          + " epoch, the fifth; their published scripts load the second.",
      ""
    },
    footer = {
      "",
      "Example:",
      "  ./kgcoop cross --clip ViT-B-16.pt --source imagenet --data pets --data food \\",
      "      --seeds 1,2,3 --out runs/cross",
      "",
      "Methods that know only the classes they learned, such as probe or a class-specific context,"
          + " are refused. DIR/results.json and DIR/report.html hold the table."
    })
public final class CrossCommand extends ProtocolCommand {
  @Option(
      names = "--source",
      required = true,
      paramLabel = "PATH",
      description = "The data set to train on. It may be among --data, and is left out there.")
  private String source;

  @Mixin private DataSetList data = new DataSetList();
  @Mixin private Shots shots = new Shots();

  @Override
  Protocol protocol(Output output) {
    DataSet from = data.open(source, output);
    return new Transfer("cross", from, data.openWithout(source, output));
  }

  @Override
  PublishedDefaults preset() {
    return PublishedDefaults.TRANSFER;
  }

  @Override
  List<Integer> shots() {
    return List.of(shots.value());
  }
}
