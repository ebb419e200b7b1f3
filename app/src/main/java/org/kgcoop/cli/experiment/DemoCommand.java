package org.kgcoop.cli.experiment;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.classifier.PublishedDefaults;
import org.kgcoop.cli.console.Invocation;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.options.ColumnOptions;
import org.kgcoop.cli.options.FeatureCacheOptions;
import org.kgcoop.cli.options.MethodNames;
import org.kgcoop.cli.options.Parse;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Templates;
import org.kgcoop.data.open.EmbeddedDataSets;
import org.kgcoop.method.CoOp;
import org.kgcoop.method.KgCoOp;
import org.kgcoop.method.TrainedMethod;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.runs.TableResults;
import org.kgcoop.settings.Declaration;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.tables.ProtocolTable;
import org.kgcoop.tensor.Engine;
import org.kgcoop.trial.BaseToNew;
import org.kgcoop.trial.ExperimentPlan;
import org.kgcoop.trial.MethodSpec;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** The command {@code demo}, which compares methods on embedded data sets. */
@Command(
    name = "demo",
    header = "Compare five methods on embedded data, offline.",
    description =
        "Train methods on embedded data sets with the embedded CLIP, and print the table of"
            + " base-to-new generalization. This takes about two minutes on two cores. A second"
            + " call repeats nothing.",
    footer = {
      "  ./kgcoop demo",
      "  ./kgcoop demo --all --out runs/all",
      "All methods train for the same number of steps: CoOp, ProGrad and KgCoOp for 64 epochs"
          + " (--quick 50) of batches of 32, CoCoOp for as many steps of one image. Contexts start"
          + " as \"an icon of a\". The learning rate 0.05 and the steps were chosen on"
          + " embedded:tuning, which is not in the table. --all and base2new use the published"
          + " schedules."
    })
public final class DemoCommand implements Callable<Integer> {
  private static final String COLUMNS = "base,new,H,ms_per_image,ms_per_image_with_features";
  private static final int BATCH = 32;
  private static final double RATE = 0.05;

  /** The data sets with headroom, by the rule in the README of the data sets. */
  private static final List<String> SETS = List.of("places", "rare-objects");

  /**
   * The extent of the demo. The learning rate and epochs were chosen on the data set {@code
   * tuning}, by the rule in the README of the data sets.
   */
  enum Extent {
    DEFAULT("demo", 8, 64),
    QUICK("demo-quick", 8, 50),
    /** Published settings, with few shots because CLIP-LoRA trains 500 steps per shot. */
    ALL("demo-all", 2, 0);

    private final String folder;
    private final int shots;
    private final int epochs;

    /**
     * Describes an extent.
     *
     * @param folder the name of the run folder. The settings differ, so each extent has its own
     * @param epochs the epochs of {@link #BATCH} images; 0 for the published settings
     */
    Extent(String folder, int shots, int epochs) {
      this.folder = folder;
      this.shots = shots;
      this.epochs = epochs;
    }

    private boolean takes(EmbeddedDataSets.Description set) {
      return (this == QUICK ? SETS.subList(0, 1) : SETS).contains(set.name());
    }

    private List<String> methods() {
      return switch (this) {
        case DEFAULT -> Parse.list("methods", MethodNames.TABLE);
        case QUICK -> List.of(ZeroShot.ID, CoOp.ID, KgCoOp.ID);
        case ALL -> List.copyOf(MethodRegistry.ids());
      };
    }

    /**
     * Returns a method with the settings of this extent, the test view and the template's words.
     */
    MethodSpec spec(String id) {
      SettingValues method = SettingValues.of(Declaration.METHOD, id);
      if (MethodRegistry.keys(id).contains("words")) {
        method = method.with("words", Templates.words(EmbeddedClip.TEMPLATE));
      }
      return MethodSpec.of(method, training(id), PublishedDefaults.BASE_TO_NEW);
    }

    /** Returns settings with as many steps, also for a method that trains on single images. */
    private SettingValues training(String id) {
      SettingValues training = SettingValues.of("augment", "test");
      if (epochs == 0) {
        return training;
      }
      TrainedMethod method = MethodRegistry.of(id).withDefaults().trained().orElse(null);
      boolean single = method != null && method.defaults().batchSize() == 1;
      return training
          .with("lr", RATE)
          .with("epochs", single ? Math.round((float) epochs / BATCH) : epochs)
          .with("batch_size", single ? 1 : BATCH);
    }
  }

  @ParentCommand private Invocation invocation;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      description = "Set the run folder (default: runs/demo, runs/demo-quick or runs/demo-all).")
  private @Nullable Path out;

  @Option(names = "--quick", description = "Train only CoOp and KgCoOp, on one data set (places).")
  private boolean quick;

  @Option(
      names = "--all",
      description =
          "Train every method with its published settings, on two data sets with two images per"
              + " class. Methods with fixed classes are measured only on base classes. This takes"
              + " about half an hour on two cores.")
  private boolean all;

  @Mixin private FeatureCacheOptions cache = new FeatureCacheOptions();
  @Mixin private Output output = new Output();

  @Override
  public Integer call() {
    Extent extent = extent();
    Path folder = out == null ? Path.of("runs", extent.folder) : out;
    int jobs = Engine.threads();
    Engine.setThreads(1);
    List<MethodSpec> specs = extent.methods().stream().map(extent::spec).toList();
    ExperimentPlan plan = new ExperimentPlan(specs, List.of(extent.shots), List.of(1L), jobs);
    BaseToNew protocol = new BaseToNew(sets(extent), all);
    output.print("The images are icon drawings. Some are rotated, flipped or hatched on purpose.");
    if (quick) {
      output.print("One data set shows how the table is made. It does not rank the methods.");
    }
    try (Clip clip = Clip.load(EmbeddedClip.folder());
        ExperimentSession session =
            new ExperimentSession(
                invocation.context(clip, cache.open(clip, output), output.progress(), output),
                protocol,
                plan,
                folder,
                output,
                ColumnOptions.of(COLUMNS),
                false)) {
      session.printTable();
    }
    TableResults.read(folder)
        .map(results -> DemoSummary.sentences(ProtocolTable.of(results, folder)))
        .orElse(List.of())
        .forEach(output::print);
    output.print("");
    output.printf(
        "base, new: accuracy in percent on the learned classes (%d images each) and on the others,",
        extent.shots);
    output.print("averaged over data sets and seeds. H: their harmonic mean. Your own images:");
    output.print("  ./kgcoop adapt photos/ --clip ViT-B/32-256");
    output.print("Open the report in your browser:");
    output.print("  " + folder.resolve("report.html").toAbsolutePath().toUri());
    return 0;
  }

  private Extent extent() {
    if (quick && all) {
      throw KgCoopException.configuration("--quick and --all: give one of them");
    }
    return quick ? Extent.QUICK : all ? Extent.ALL : Extent.DEFAULT;
  }

  private List<DataSet> sets(Extent extent) {
    DataSetOptions options = DataSetOptions.defaults(output::warn);
    return EmbeddedDataSets.all().stream()
        .filter(extent::takes)
        .map(set -> EmbeddedDataSets.open(set.name(), options))
        .toList();
  }
}
