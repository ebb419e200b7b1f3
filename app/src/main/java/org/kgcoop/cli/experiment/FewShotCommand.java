package org.kgcoop.cli.experiment;

import java.util.List;
import java.util.function.Function;
import org.kgcoop.KgCoopException;
import org.kgcoop.classifier.PublishedDefaults;
import org.kgcoop.cli.options.DataSetList;
import org.kgcoop.cli.options.Parse;
import org.kgcoop.data.DataSet;
import org.kgcoop.trial.FewShotCurve;
import org.kgcoop.trial.Protocol;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command {@code fewshot}, which measures accuracy by the number of training images. */
@Command(
    name = "fewshot",
    header = "Compare methods by the number of training images.",
    description = {
      "Train on 1, 2, 4, 8 and 16 images per class (shots), test on all classes, and print the"
          + " accuracies in percent by method and shots. Run the command again to resume.",
      "Some published settings depend on the number of shots. Without other settings, the"
          + " methods coop, prograd and clip-adapter train for 50 epochs with 1 shot, for 100 with"
          + " 2 to 4 shots, and for 200 with more. On ImageNet, they always train for 50 epochs."
          + " The method taskres trains for 100 epochs with up to 4 shots, and for 200 with more."
          + " The method coop starts from 16 random context vectors."
    },
    footer = {
      "  ./kgcoop fewshot --clip ViT-B/16 --data pets --methods clip,probe,kgcoop \\",
      "      --shots 1,2,4,8,16 --seeds 1,2,3 --out runs/few",
      "DIR/results.json has all settings and counts. DIR/report.html shows them."
    })
public final class FewShotCommand extends ProtocolCommand {
  @Mixin private DataSetList data = new DataSetList();

  @Option(
      names = "--shots",
      paramLabel = "LIST",
      description = "Set the images per class, comma separated (default: ${DEFAULT-VALUE}).")
  private String shots = "1,2,4,8,16";

  @Option(names = "--per-set", description = "Print also rows for each data set.")
  private boolean perSet;

  @Override
  Protocol protocol(Function<String, DataSet> open) {
    return new FewShotCurve(data.paths().stream().map(open).toList());
  }

  @Override
  List<Integer> shots() {
    List<Long> numbers = Parse.numbers("--shots", shots);
    if (numbers.stream().anyMatch(n -> n < 1 || n > Integer.MAX_VALUE)) {
      throw KgCoopException.configuration("--shots " + shots + ": expected numbers of at least 1");
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
