package org.kgcoop.cli.experiment;

import java.util.List;
import java.util.function.Function;
import org.kgcoop.classifier.PublishedDefaults;
import org.kgcoop.cli.options.DataSetList;
import org.kgcoop.cli.options.Shots;
import org.kgcoop.data.DataSet;
import org.kgcoop.runs.ProtocolKind;
import org.kgcoop.trial.Protocol;
import org.kgcoop.trial.Transfer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command {@code cross}, which evaluates on other data sets than the training data set. */
@Command(
    name = "cross",
    header = "Compare methods on data sets that they were not trained on.",
    description = {
      "Train on all classes of one data set, and test on other data sets with their own class"
          + " names. The table contains the accuracies in percent. Run the command again to resume."
          + " If you add data sets to --data, it tests only the new ones.",
      "The methods ivlp and vpt train for five epochs. kgcoop tests their last weights. Their"
          + " published scripts test the weights after the second epoch."
    },
    footer = {
      "  ./kgcoop cross --clip ViT-B/16 --root data --source imagenet \\",
      "      --data oxford_pets,food101 --seeds 1,2,3 --out runs/cross",
      "Methods that know only their training classes, such as probe, are rejected."
          + " DIR/results.json and DIR/report.html contain the table."
    })
public final class CrossCommand extends ProtocolCommand {
  @Option(
      names = "--source",
      required = true,
      paramLabel = "PATH",
      description = "Choose the training data set. Required. It is not tested.")
  private String source;

  @Mixin private DataSetList data = new DataSetList();
  @Mixin private Shots shots = new Shots();

  @Override
  Protocol protocol(Function<String, DataSet> open) {
    DataSet from = open.apply(source);
    List<String> others = data.paths().stream().filter(path -> !path.equals(source)).toList();
    return new Transfer(ProtocolKind.CROSS.id(), from, others.stream().map(open).toList());
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
