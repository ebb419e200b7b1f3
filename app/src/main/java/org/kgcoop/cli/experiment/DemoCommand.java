package org.kgcoop.cli.experiment;

import com.google.errorprone.annotations.Immutable;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
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
    mixinStandardHelpOptions = true,
    header = "Compare five methods on embedded data, offline.",
    description = {
      "",
      "Train methods on embedded data sets with the embedded CLIP, and print the table of"
          + " base-to-new generalization. Five methods take about two minutes on two cores. A second"
          + " call repeats nothing.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  ./kgcoop demo",
      "  ./kgcoop demo --full --out runs/steps",
      "  ./kgcoop demo --all --out runs/all",
      "",
      "All methods train for the same number of steps: CoOp, ProGrad and KgCoOp for 64 epochs"
          + " (--quick 50, --full 200) of batches of 32, CoCoOp for as many steps of one image."
          + " Contexts start as \"an icon of a\". The learning rate (0.05; with --full 0.02) and"
          + " the number of steps were chosen on embedded:tuning, which is not in the table."
          + " --all and base2new use the published schedules."
    })
public final class DemoCommand implements Callable<Integer> {
  private static final String COLUMNS = "base,new,H,ms_per_image,ms_per_image_with_features";
  private static final int BATCH = 32;

  /** The data sets with headroom, by the rule in the README of the data sets. */
  private static final List<String> SETS = List.of("places", "rare-objects");

  /**
   * The extent of the demo. The learning rates and epochs were chosen on the data set {@code
   * tuning}, by the rule in the README of the data sets.
   */
  enum Extent {
    DEFAULT("", "1", 8, new Length(0.05, 64)),
    QUICK("-quick", "1", 8, new Length(0.05, 50)),
    FULL("-full", "4,5,6,7,8", 8, new Length(0.02, 200)),
    /** Published settings, with few shots because CLIP-LoRA trains 500 steps per shot. */
    ALL("-all", "1", 2, null);

    private final String suffix;
    private final String seeds;
    private final int shots;
    private final @Nullable Length length;

    Extent(String suffix, String seeds, int shots, @Nullable Length length) {
      this.suffix = suffix;
      this.seeds = seeds;
      this.shots = shots;
      this.length = length;
    }

    /** Returns the run folder. The settings differ, so each extent has its own. */
    Path folder(boolean calibrated) {
      return Path.of("runs", "demo" + suffix + (calibrated ? "-calibrated" : ""));
    }

    boolean takes(EmbeddedDataSets.Description set) {
      return switch (this) {
        case DEFAULT, ALL -> SETS.contains(set.name());
        case QUICK -> SETS.get(0).equals(set.name());
        case FULL -> set.role().equals("table");
      };
    }

    private List<String> methods() {
      return switch (this) {
        case DEFAULT, FULL -> Parse.list("methods", MethodNames.TABLE);
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
      SettingValues training = SettingValues.of("augment", "test");
      if (length != null) {
        training = training.with(length.values(id));
      }
      return MethodSpec.of(method, training, PublishedDefaults.BASE_TO_NEW, SettingValues.NONE);
    }
  }

  /** The learning rate and the number of epochs of {@link #BATCH} images. */
  @Immutable
  private record Length(double rate, int epochs) {
    /** Returns training settings with as many steps, also for a method with single images. */
    SettingValues values(String id) {
      SettingValues training = SettingValues.of("lr", rate);
      TrainedMethod method = MethodRegistry.of(id).withDefaults().trained().orElse(null);
      if (method == null) {
        return training;
      }
      boolean single = method.defaults().batchSize() == 1;
      return training
          .with("epochs", single ? Math.round((float) epochs / BATCH) : epochs)
          .with("batch_size", single ? 1 : BATCH);
    }
  }

  @ParentCommand private Invocation invocation;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      description =
          "Set the run folder (default: runs/demo; with --quick, --full or --all runs/demo-quick,"
              + " and so on).")
  private @Nullable Path out;

  @Option(
      names = "--seeds",
      paramLabel = "LIST",
      description = "Set the seeds, comma separated (default: 1; with --full 4,5,6,7,8).")
  private @Nullable String seeds;

  @Option(names = "--quick", description = "Train only CoOp and KgCoOp, on one data set (places).")
  private boolean quick;

  @Option(
      names = "--full",
      description = "Use all six data sets, as in the model card. This takes an hour on two cores.")
  private boolean full;

  @Option(
      names = "--all",
      description =
          "Train every method with its published settings, on two data sets with two images per"
              + " class. Methods with fixed classes are measured only on base classes. This takes"
              + " about half an hour on two cores.")
  private boolean all;

  @Option(
      names = "--calibrate",
      description =
          "Fit a temperature after each training, on the validation images. The results then"
              + " contain the calibration error with it. The default run folder ends in"
              + " -calibrated.")
  private boolean calibrate;

  @Option(names = "--per-set", description = "Add one table row per data set.")
  private boolean perSet;

  @Option(
      names = "--only",
      paramLabel = "RUN",
      description = "Do only one run, given by its folder, such as places/coop/seed1.")
  private @Nullable Path only;

  @Mixin private FeatureCacheOptions cache = new FeatureCacheOptions();
  @Mixin private Output output = new Output();

  @Override
  public Integer call() {
    Extent extent = extent();
    Path folder = out == null ? extent.folder(calibrate) : out;
    int jobs = Engine.threads();
    Engine.setThreads(1);
    ExperimentPlan plan =
        new ExperimentPlan(
            extent.methods().stream()
                .map(extent::spec)
                .map(spec -> calibrate ? spec.calibrated() : spec)
                .toList(),
            List.of(extent.shots),
            Parse.numbers("--seeds", seeds == null ? extent.seeds : seeds),
            jobs);
    BaseToNew protocol = new BaseToNew(sets(extent), all);
    if (only == null) {
      output.print(
          "The images are icon drawings. Some are rotated, flipped or hatched on purpose.");
      if (quick) {
        output.print(
            "One data set shows how the table is made. It does not rank the methods: see --full.");
      }
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
                perSet)) {
      session.print(only);
    }
    if (only == null) {
      TableResults.read(folder)
          .map(results -> DemoSummary.sentences(ProtocolTable.of(results, folder)))
          .orElse(List.of())
          .forEach(output::print);
      output.print("");
      output.printf(
          "base, new: accuracy in percent on the learned classes (%d images each) and on the"
              + " others,",
          extent.shots);
      output.print("averaged over data sets and seeds. H: their harmonic mean. Your own images:");
      output.print("  ./kgcoop adapt photos/ --clip ViT-B/32-256");
      output.print("Runs and results: " + folder);
    }
    return 0;
  }

  private Extent extent() {
    if (Stream.of(quick, full, all).filter(chosen -> chosen).count() > 1) {
      throw KgCoopException.configuration("--quick, --full and --all: give one of them");
    }
    return quick ? Extent.QUICK : full ? Extent.FULL : all ? Extent.ALL : Extent.DEFAULT;
  }

  private List<DataSet> sets(Extent extent) {
    DataSetOptions options = DataSetOptions.defaults(output::warn);
    return EmbeddedDataSets.all().stream()
        .filter(extent::takes)
        .map(set -> EmbeddedDataSets.open(set.name(), options))
        .toList();
  }
}
