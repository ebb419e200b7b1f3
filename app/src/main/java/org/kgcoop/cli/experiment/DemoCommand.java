package org.kgcoop.cli.experiment;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.kgcoop.cli.console.Invocation;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.options.BankOptions;
import org.kgcoop.cli.options.MethodNames;
import org.kgcoop.cli.options.Parse;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.open.EmbeddedDataSets;
import org.kgcoop.experiment.BaseToNew;
import org.kgcoop.experiment.Contender;
import org.kgcoop.experiment.Plan;
import org.kgcoop.method.TrainedMethod;
import org.kgcoop.method.catalogue.MethodCatalogue;
import org.kgcoop.method.catalogue.Preset;
import org.kgcoop.prompt.Templates;
import org.kgcoop.tensor.Engine;
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
          + " of base-to-new generalisation: a few minutes on two cores. Run again, the command"
          + " repeats nothing.",
      ""
    },
    footer = {
      "",
      "Example:",
      "  ./kgcoop demo --quick",
      "",
      "One rule for all methods, chosen on embedded:tuning, which is not in the table: learning rate"
          + " 0.05 instead of the published 0.002, no warm-up, a tenth of the published epochs, at"
          + " most 32 images a step, contexts that begin as \"an icon of a\"."
    })
public final class DemoCommand implements Callable<Integer> {
  private static final String QUICK_SET = "places";

  // One rule for all methods, chosen on the embedded set "tuning".
  private static final int SHOTS = 8;
  private static final double RATE = 0.05;
  private static final int PART_OF_EPOCHS = 10;

  /** Few images make few steps, so larger published batches are cut. */
  private static final int LARGEST_BATCH = 32;

  @ParentCommand private Invocation invocation;

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
      description = "Seeds to run (default: ${DEFAULT-VALUE}).")
  private String seeds;

  @Option(names = "--quick", description = "One data set and one seed.")
  private boolean quick;

  @Option(names = "--per-set", description = "Rows for each data set too.")
  private boolean perSet;

  @Option(
      names = "--only",
      paramLabel = "RUN",
      description = "Do one run only, named by its folder, such as places/coop/seed1.")
  private @Nullable Path only;

  @Mixin private BankOptions bank = new BankOptions();
  @Mixin private Output output = new Output();

  @Override
  public Integer call() {
    int jobs = Engine.threads();
    Engine.setThreads(1);
    List<Long> drawn = Parse.numbers("--seeds", seeds);
    Plan plan =
        new Plan(
            Parse.list("methods", MethodNames.TABLE).stream().map(DemoCommand::contender).toList(),
            List.of(SHOTS),
            quick ? drawn.subList(0, 1) : drawn,
            jobs);
    BaseToNew protocol = new BaseToNew(sets());
    try (Clip clip = Clip.load(EmbeddedClip.folder());
        Grid grid =
            new Grid(
                invocation.bench(clip, bank.open(clip, output), output.progress(), output),
                protocol,
                plan,
                out,
                output,
                perSet)) {
      grid.print(only);
    }
    if (!output.isJson() && only == null) {
      output.line("");
      output.line(
          String.format(
              Locale.ROOT,
              "base, new: accuracy in percent on the classes trained on and on the others, by %d"
                  + " images a class,",
              SHOTS));
      output.line("averaged over data sets and seeds; H: their harmonic mean. Your own images:");
      output.line("  ./kgcoop base2new --data FOLDER --clip ViT-B-16.pt --out runs/mine");
      output.line("Runs and results: " + out);
    }
    return 0;
  }

  private static Contender contender(String id) {
    ObjectNode method = JsonNodeFactory.instance.objectNode().put("method", id);
    if (MethodCatalogue.keys(id).contains("words")) {
      method.put("words", Templates.words(EmbeddedClip.TEMPLATE));
    }
    ObjectNode training =
        JsonNodeFactory.instance
            .objectNode()
            .put("lr", RATE)
            .put("warmup", "none")
            .put("augment", "test");
    MethodCatalogue.parse(method)
        .trained()
        .map(TrainedMethod::defaults)
        .ifPresent(
            published ->
                training
                    .put(
                        "epochs",
                        Math.max(1, Math.round((float) published.epochs() / PART_OF_EPOCHS)))
                    .put("batch_size", Math.min(LARGEST_BATCH, published.batchSize())));
    return Contender.of(method, training, Preset.BASE_TO_NEW, Map.of());
  }

  private List<DataSet> sets() {
    DataSetOptions options = DataSetOptions.defaults(output::warn);
    return EmbeddedDataSets.all().stream()
        .filter(set -> quick ? set.name().equals(QUICK_SET) : set.role().equals("table"))
        .map(set -> EmbeddedDataSets.open(set.name(), options))
        .toList();
  }
}
