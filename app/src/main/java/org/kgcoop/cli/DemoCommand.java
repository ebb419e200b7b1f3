package org.kgcoop.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.kgcoop.bank.Augmentation;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.open.EmbeddedDataSets;
import org.kgcoop.experiment.BaseToNew;
import org.kgcoop.experiment.Experiment;
import org.kgcoop.experiment.Plan;
import org.kgcoop.experiment.Workbench;
import org.kgcoop.prompt.CoCoOp;
import org.kgcoop.prompt.CoOp;
import org.kgcoop.prompt.KgCoOp;
import org.kgcoop.prompt.Occasion;
import org.kgcoop.prompt.ProGrad;
import org.kgcoop.prompt.PromptMethod;
import org.kgcoop.prompt.ZeroShot;
import org.kgcoop.tensor.Engine;
import org.kgcoop.train.Schedule;
import org.kgcoop.train.TrainingSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** The table on what is shipped. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    header = "Compare the five methods on what is shipped, offline.",
    description = {
      "",
      "Train the five methods on the embedded data sets with the embedded CLIP, and print the table"
          + " of base-to-new generalisation: a few minutes on two cores. Run again, it repeats"
          + " nothing.",
      ""
    },
    footer = {
      "",
      "Example:",
      "  ./kgcoop demo --quick",
      "",
      "One rule for all methods, chosen on embedded:tuning, which is not in the table: learning rate"
          + " 0.05 instead of the published 0.002, no warm-up, a tenth of the published epochs, at"
          + " most 32 pictures a step, contexts that begin as \"an icon of a\"."
    })
final class DemoCommand implements Callable<Integer> {
  private static final String QUICK_SET = "places";
  private static final List<String> METHODS =
      List.of(ZeroShot.ID, CoOp.ID, ProGrad.ID, CoCoOp.ID, KgCoOp.ID);

  // One rule for all methods, chosen on the embedded set "tuning".
  private static final int SHOTS = 8;
  private static final double RATE = 0.05;
  private static final int PART_OF_EPOCHS = 10;

  /** Few pictures make few steps, so larger published batches are cut. */
  private static final int LARGEST_BATCH = 32;

  @ParentCommand private Main main;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "runs/demo",
      description = "The run folder (default: ${DEFAULT-VALUE}).")
  private Path out;

  @Option(
      names = "--seeds",
      paramLabel = "LIST",
      defaultValue = "1,2,3",
      description = "Default: ${DEFAULT-VALUE}.")
  private String seeds;

  @Option(names = "--quick", description = "One data set and one seed.")
  private boolean quick;

  @Option(names = "--per-set", description = "Rows for each data set too.")
  private boolean perSet;

  @Mixin private BankOptions bank = new BankOptions();
  @Mixin private Output output = new Output();

  @SuppressWarnings("NullAway.Init") // picocli sets options and parent
  DemoCommand() {}

  @Override
  public Integer call() {
    int jobs = Engine.threads();
    Engine.setThreads(1);
    List<Long> drawn = Parse.numbers("--seeds", seeds);
    Plan plan =
        new Plan(
            MethodOptions.forDemo().contenders(METHODS, DemoCommand::settings),
            List.of(SHOTS),
            quick ? drawn.subList(0, 1) : drawn,
            jobs);
    BaseToNew protocol = new BaseToNew(sets());
    try (Clip clip = Clip.load(EmbeddedClip.folder())) {
      Workbench bench = Parse.workbench(clip, bank.open(clip, output), output, main);
      TableView.run(new Experiment(bench, protocol, plan), out).print(output, perSet);
    }
    if (!output.isJson()) {
      output.line("");
      output.line(
          String.format(
              Locale.ROOT,
              "base, new: accuracy in percent on the classes trained on and on the others, by %d"
                  + " pictures a class,",
              SHOTS));
      output.line("averaged over data sets and seeds; H: their harmonic mean. Your own pictures:");
      output.line("  ./kgcoop base2new --data FOLDER --clip ViT-B-16.pt --out runs/mine");
      output.line("Runs and results: " + out);
    }
    return 0;
  }

  private static TrainingSettings settings(PromptMethod method, Occasion occasion) {
    PromptMethod.Defaults published = method.defaults();
    int epochs = Math.max(1, Math.round((float) published.epochs() / PART_OF_EPOCHS));
    return new TrainingSettings(
        new Schedule(RATE, epochs, Schedule.Warmup.NONE, 1, 1e-5, Schedule.Variant.CURRENT),
        Math.min(LARGEST_BATCH, published.batchSize()),
        TrainingSettings.MOMENTUM,
        TrainingSettings.WEIGHT_DECAY,
        occasion.seed(),
        new Augmentation.Test(),
        5,
        false);
  }

  private List<DataSet> sets() {
    DataSetOptions options = DataSetOptions.defaults(output::warn);
    return EmbeddedDataSets.all().stream()
        .filter(set -> quick ? set.name().equals(QUICK_SET) : set.role().equals("table"))
        .map(set -> EmbeddedDataSets.open(set.name(), options))
        .toList();
  }
}
