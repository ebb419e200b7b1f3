package org.kgcoop.cli.experiment;

import java.util.List;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.options.DataSetList;
import org.kgcoop.cli.options.Parse;
import org.kgcoop.experiment.FewShotCurve;
import org.kgcoop.experiment.Protocol;
import org.kgcoop.method.catalogue.PublishedDefaults;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Accuracy against the number of training images. */
@Command(
    name = "fewshot",
    mixinStandardHelpOptions = true,
    header = "Compare methods by the number of training images.",
    description = {
      "",
      "Train on 1, 2, 4, 8 and 16 images of every class, test on all classes, print a table of"
          + " methods and shots. Run again, the command resumes where it was stopped and repeats"
          + " nothing. As published for this table, coop begins with 16 random vectors, and coop,"
          + " prograd and clip-adapter have 50 epochs for 1 shot, 100 for up to 4, 200 for more,"
          + " 50 on ImageNet; taskres has 100 for up to 4, 200 for more.",
      ""
    },
    footer = {
      "",
      "Example:",
      "  ./kgcoop fewshot --clip ViT-B-16.pt --data pets --methods clip,probe,kgcoop \\",
      "      --shots 1,2,4,8,16 --seeds 1,2,3 --out runs/few",
      "",
      "DIR/results.json holds the rows, the settings and the counts behind them; DIR/report.html"
          + " shows them in a browser."
    })
public final class FewShotCommand extends ProtocolCommand {
  @Mixin private DataSetList data = new DataSetList();

  @Option(
      names = "--shots",
      paramLabel = "LIST",
      defaultValue = "1,2,4,8,16",
      description = "Training images a class (default: ${DEFAULT-VALUE}).")
  private String shots;

  @Option(names = "--per-set", description = "Rows for each data set too.")
  private boolean perSet;

  @Override
  Protocol protocol(Output output) {
    return new FewShotCurve(data.open(output));
  }

  @Override
  List<Integer> shots() {
    List<Long> numbers = Parse.numbers("--shots", shots);
    if (numbers.stream().anyMatch(n -> n < 1 || n > Integer.MAX_VALUE)) {
      throw KgCoopException.configuration(
          "--shots " + shots + ": expected numbers of images, at least 1");
    }
    return numbers.stream().map(Long::intValue).toList();
  }

  @Override
  PublishedDefaults preset() {
    return PublishedDefaults.FEW_SHOT;
  }

  @Override
  boolean perSet() {
    return perSet;
  }
}
