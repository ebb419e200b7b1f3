package org.kgcoop.cli.experiment;

import java.util.ArrayList;
import java.util.List;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.options.DataOptions;
import org.kgcoop.cli.options.Shots;
import org.kgcoop.data.open.Shifts;
import org.kgcoop.experiment.Protocol;
import org.kgcoop.experiment.Transfer;
import org.kgcoop.method.catalogue.PublishedDefaults;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** From one data set to shifted versions of it. */
@Command(
    name = "domain",
    mixinStandardHelpOptions = true,
    header = "Compare methods on shifted versions of what they were trained on.",
    description = {
      "",
      "Train on all classes of one data set, test on images that show the same things"
          + " differently: sketches, renditions, other cameras. A shifted version may have some"
          + " of the classes only. Run again, the command resumes where it was stopped and"
          + " repeats nothing. IVLP and VPT are tested after their last"
          + " epoch, the fifth; their published scripts load the second.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  ./kgcoop domain --source embedded:objects --shots 8 --out runs/domain",
      "  ./kgcoop domain --clip ViT-B-16.pt --source imagenet \\",
      "      --shifts imagenet-sketch --shifts imagenetv2 --out runs/domain",
      "",
      "DIR/results.json and DIR/report.html hold the table."
    })
public final class DomainCommand extends ProtocolCommand {
  @Option(
      names = "--source",
      required = true,
      paramLabel = "PATH",
      description = "The data set to train on.")
  private String source;

  @Option(
      names = "--shifts",
      paramLabel = "PATH",
      description =
          "A shifted version; repeat the option for several (default: all known ones of the"
              + " source).")
  private List<String> shifts = new ArrayList<>();

  @Mixin private DataOptions dataOptions = new DataOptions();
  @Mixin private Shots shots = new Shots();

  @Override
  Protocol protocol(Output output) {
    return new Transfer(
        "domain",
        dataOptions.open(source, output),
        targets().stream().map(path -> dataOptions.open(path, output)).toList());
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
    List<String> known = Shifts.of(source);
    if (shifts.isEmpty() && known.isEmpty()) {
      throw KgCoopException.configuration(
          "no shifted versions of " + source + " are known: name them with --shifts PATH");
    }
    return shifts.isEmpty() ? known : shifts;
  }
}
