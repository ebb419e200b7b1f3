package org.kgcoop.cli.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.kgcoop.KgCoopException;
import org.kgcoop.classifier.PublishedDefaults;
import org.kgcoop.cli.options.ShiftList;
import org.kgcoop.cli.options.Shots;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.open.EmbeddedDataSets;
import org.kgcoop.data.published.PublishedDataSets;
import org.kgcoop.runs.ProtocolKind;
import org.kgcoop.trial.Protocol;
import org.kgcoop.trial.Transfer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command {@code domain}, which evaluates on shifted versions of the training data set. */
@Command(
    name = "domain",
    header = "Compare methods on shifted versions of their training data.",
    description = {
      "Train on all classes of one data set, and test on images of the same classes in another"
          + " style, such as sketches or photos of other cameras. Run the command again to resume.",
      "The table contains the accuracies in percent. A shifted version may contain only"
          + " some of the classes.",
      "The methods ivlp and vpt train for five epochs. kgcoop tests their last weights. Their"
          + " published scripts test the weights after the second epoch."
    },
    footer = {
      "  ./kgcoop domain --source embedded:objects --shots 8 --out runs/domain",
      "  ./kgcoop domain --clip ViT-B/16 --root data --source imagenet \\",
      "      --shifts imagenet-sketch --shifts imagenetv2 --out runs/domain",
      "DIR/results.json and DIR/report.html contain the table."
    })
public final class DomainCommand extends ProtocolCommand {
  @Option(
      names = "--source",
      required = true,
      paramLabel = "PATH",
      description = "Choose the training data set. Required. It is named as for train.")
  private String source;

  @Mixin private ShiftList shifts = new ShiftList();
  @Mixin private Shots shots = new Shots();

  @Override
  Protocol protocol(Function<String, DataSet> open) {
    return new Transfer(
        ProtocolKind.DOMAIN.id(), open.apply(source), targets().stream().map(open).toList());
  }

  @Override
  PublishedDefaults preset() {
    return PublishedDefaults.TRANSFER;
  }

  @Override
  List<Integer> shots() {
    return List.of(shots.value());
  }

  private List<String> targets() {
    List<String> known = new ArrayList<>(PublishedDataSets.shiftsOf(source));
    known.addAll(EmbeddedDataSets.shiftsOf(source));
    if (shifts.paths().isEmpty() && known.isEmpty()) {
      throw KgCoopException.configuration(
          "no shifted versions of " + source + " are known: name them with --shifts PATH");
    }
    return shifts.paths().isEmpty() ? known : shifts.paths();
  }
}
