package org.kgcoop.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.RandomClip;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.DataSets;
import org.kgcoop.experiment.BaseToNew;
import org.kgcoop.prompt.MethodCatalogue;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** The whole path on what is shipped. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    header = "Show the whole path on a few sample drawings, offline.",
    description = {
      "",
      "Show the whole path without any download: five methods on a few sample drawings, with a tiny"
          + " CLIP of random weights. Its accuracies mean nothing.",
      ""
    },
    footer = {"", "Example:", "  ./kgcoop demo"})
final class DemoCommand implements Callable<Integer> {
  private static final long CLIP_SEED = 1;

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

  @Mixin private BankOptions bank = new BankOptions();
  @Mixin private Output output = new Output();

  @SuppressWarnings("NullAway.Init") // picocli sets options and parent
  DemoCommand() {}

  @Override
  public Integer call() {
    Path model = out.resolve("random-clip");
    Path pictures = out.resolve("data").resolve("drawings");
    DemoFiles.copyDrawings(pictures);
    RandomClip.write(model, RandomClip.TINY, CLIP_SEED);
    DataSet data =
        DataSets.open(
            pictures, DataSetOptions.defaults(output::warn).withTemplate("an icon of a {}."));
    TrainingOptions training = TrainingOptions.forDemo();
    BaseToNew.Plan plan =
        new BaseToNew.Plan(
            new MethodOptions().methods(MethodCatalogue.ids()),
            training.shots(),
            Parse.numbers("--seeds", seeds),
            training::settings);
    try (Clip clip = Clip.load(model)) {
      TableView.run(
              Parse.workbench(clip, bank.open(clip, output), output, main),
              plan,
              List.of(data),
              out)
          .print(output, false);
    }
    if (!output.isJson()) {
      output.line("");
      output.line("These accuracies mean nothing: the CLIP has random weights. With real ones:");
      output.line("  ./kgcoop base2new --clip ViT-B-16.pt --data FOLDER --out runs/mine");
      output.line("Runs and results: " + out);
    }
    return 0;
  }
}
