package org.kgcoop.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.DataSet;
import org.kgcoop.experiment.BaseToNew;
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
final class BaseToNewCommand implements Callable<Integer> {
  @ParentCommand private Main main;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "PATH",
      description = "A data set as for train; several times for several.")
  private List<String> data = new ArrayList<>();

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "The run folder.")
  private Path out;

  @Option(
      names = "--methods",
      paramLabel = "LIST",
      defaultValue = "clip,coop,prograd,cocoop,kgcoop",
      description = "Default: ${DEFAULT-VALUE}.")
  private String methods;

  @Option(
      names = "--seeds",
      paramLabel = "LIST",
      defaultValue = "1,2,3",
      description = "Default: ${DEFAULT-VALUE}.")
  private String seeds;

  @Option(
      names = "--jobs",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Runs side by side, each with one thread, for small models (default: ${DEFAULT-VALUE}).")
  private int jobs;

  @Option(names = "--per-set", description = "Rows for each data set too.")
  private boolean perSet;

  @Mixin private ClipOptions clipOptions = new ClipOptions();
  @Mixin private DataOptions dataOptions = new DataOptions();
  @Mixin private MethodOptions methodOptions = new MethodOptions();
  @Mixin private TrainingOptions training = new TrainingOptions();
  @Mixin private BankOptions bank = new BankOptions();
  @Mixin private Output output = new Output();

  @SuppressWarnings("NullAway.Init") // picocli sets the required options
  BaseToNewCommand() {}

  @Override
  public Integer call() {
    if (jobs < 1) {
      throw KgCoopException.configuration("--jobs: expected at least 1, got " + jobs);
    }
    if (jobs > 1) {
      clipOptions.useOneThread("--jobs " + jobs);
    }
    BaseToNew.Plan plan =
        new BaseToNew.Plan(
            methodOptions.methods(Parse.list("--methods", methods)),
            training.shots(),
            Parse.numbers("--seeds", seeds),
            training::settings,
            jobs);
    List<DataSet> sets = data.stream().map(d -> dataOptions.open(d, output::warn)).toList();
    try (Clip clip = clipOptions.load()) {
      TableView.run(Parse.workbench(clip, bank.open(clip, output), output, main), plan, sets, out)
          .print(output, perSet);
    }
    return 0;
  }
}
