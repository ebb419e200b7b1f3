package org.kgcoop.cli.experiment;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
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
import org.kgcoop.experiment.BaseToNew;
import org.kgcoop.experiment.ExperimentPlan;
import org.kgcoop.experiment.MethodSpec;
import org.kgcoop.method.CoOp;
import org.kgcoop.method.KgCoOp;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.method.catalogue.MethodCatalogue;
import org.kgcoop.method.catalogue.PublishedDefaults;
import org.kgcoop.runs.TableResults;
import org.kgcoop.tensor.Engine;
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
          + " base-to-new generalization. Five methods take two to three minutes on two cores. A"
          + " second call repeats nothing.",
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
          + " (--quick 50, --full 200) of batches of 32, CoCoOp for as many steps of one image. Contexts"
          + " start as \"an icon of a\". The learning rate (0.05; with --full 0.02) and the number"
          + " of steps were chosen on embedded:tuning, which is not in the table. --all and"
          + " base2new use the published schedules."
    })
public final class DemoCommand implements Callable<Integer> {
  private static final String QUICK_SET = "places";
  private static final List<String> QUICK_METHODS = List.of(ZeroShot.ID, CoOp.ID, KgCoOp.ID);
  private static final String COLUMNS = "base,new,H,ms_per_image,ms_per_image_with_features";

  // All methods take the same number of steps, chosen on the data set "tuning" (maker/DATASETS.md).
  private static final int SHOTS = 8;
  private static final int BATCH = 32;

  /** Learning rate and epochs of the demo, and of the complete table. */
  static final Length SHORT = new Length(0.05, 64);

  static final Length FULL = new Length(0.02, 200);

  /** The same pair as the demo, without the adjustment to whole epochs of CoCoOp. */
  private static final Length QUICK = new Length(0.05, 50);

  /**
   * The data sets with headroom and the fewest training images that fit the time limit, by the same
   * rule.
   */
  private static final List<String> SETS = List.of("places", "rare-objects");

  private static final String SEEDS = "1";
  private static final String ALL_SEEDS = "4,5,6,7,8";

  /** The length of the trainings with batches of {@link #BATCH} images. */
  record Length(double rate, int epochs) {
    /** Returns the number of epochs with about as many steps of a single image. */
    int epochsOfSingleImages() {
      return Math.round((float) epochs / BATCH);
    }
  }

  @ParentCommand private Invocation invocation;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      defaultValue = "runs/demo",
      description = "Set the run folder (default: ${DEFAULT-VALUE}).")
  private Path out;

  @Option(
      names = "--seeds",
      paramLabel = "LIST",
      description = "Set the seeds, comma separated (default: 1; with --full 4,5,6,7,8).")
  private @Nullable String seeds;

  @Option(names = "--quick", description = "Train only CoOp and KgCoOp, on one data set, places.")
  private boolean quick;

  @Option(
      names = "--full",
      description = "Use all six data sets, as in the model card. This takes an hour on two cores.")
  private boolean full;

  @Option(
      names = "--all",
      description =
          "Train every method with its published settings, on two data sets. Methods with fixed"
              + " classes are measured only on base classes. This takes half an hour on two"
              + " cores.")
  private boolean all;

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
    if (Stream.of(quick, full, all).filter(given -> given).count() > 1) {
      throw KgCoopException.configuration("--quick, --full and --all: give one of them");
    }
    int jobs = Engine.threads();
    Engine.setThreads(1);
    String drawn = seeds != null ? seeds : full ? ALL_SEEDS : SEEDS;
    ExperimentPlan plan =
        new ExperimentPlan(specs(), List.of(SHOTS), Parse.numbers("--seeds", drawn), jobs);
    BaseToNew protocol = new BaseToNew(sets(), all);
    if (!output.isJson() && only == null) {
      output.print(
          "The images are icon drawings. Some are rotated, flipped or hatched on purpose.");
      if (quick) {
        output.print(
            "One data set shows how the table is made. It does not rank the methods: see --full.");
      }
    }
    try (Clip clip = Clip.load(EmbeddedClip.folder());
        OpenProtocol grid =
            new OpenProtocol(
                invocation.context(clip, cache.open(clip, output), output.progress(), output),
                protocol,
                plan,
                out,
                output,
                ColumnOptions.of(COLUMNS),
                perSet)) {
      grid.print(only);
    }
    if (!output.isJson() && only == null) {
      TableResults.read(out).map(DemoSummary::sentences).orElse(List.of()).forEach(output::print);
      output.print("");
      output.print(
          String.format(
              Locale.ROOT,
              "base, new: accuracy in percent on the classes trained on and on the others, by %d"
                  + " images per class,",
              SHOTS));
      output.print("averaged over data sets and seeds; H: their harmonic mean. Your own images:");
      output.print("  ./kgcoop base2new --data FOLDER --clip ViT-B-16.pt --out runs/mine");
      output.print("Runs and results: " + out);
    }
    return 0;
  }

  private List<MethodSpec> specs() {
    if (all) {
      return MethodCatalogue.ids().stream().map(DemoCommand::published).toList();
    }
    List<String> ids = quick ? QUICK_METHODS : Parse.list("methods", MethodNames.TABLE);
    return ids.stream().map(id -> spec(id, quick ? QUICK : full ? FULL : SHORT)).toList();
  }

  /** Returns a method with its published settings, the test view and the template's words. */
  private static MethodSpec published(String id) {
    ObjectNode training = JsonNodeFactory.instance.objectNode().put("augment", "test");
    return MethodSpec.of(method(id), training, PublishedDefaults.BASE_TO_NEW, Map.of());
  }

  private static ObjectNode method(String id) {
    ObjectNode method = JsonNodeFactory.instance.objectNode().put("method", id);
    return MethodCatalogue.keys(id).contains("words")
        ? method.put("words", Templates.words(EmbeddedClip.TEMPLATE))
        : method;
  }

  /** Returns a method of the table, with the same number of steps as the others. */
  static MethodSpec spec(String id, Length length) {
    ObjectNode method = method(id);
    ObjectNode training =
        JsonNodeFactory.instance.objectNode().put("lr", length.rate()).put("augment", "test");
    MethodCatalogue.parse(method)
        .trained()
        .map(trained -> trained.defaults().batchSize())
        .ifPresent(
            batch ->
                training
                    .put("epochs", batch == 1 ? length.epochsOfSingleImages() : length.epochs())
                    .put("batch_size", batch == 1 ? 1 : BATCH));
    return MethodSpec.of(method, training, PublishedDefaults.BASE_TO_NEW, Map.of());
  }

  private List<DataSet> sets() {
    DataSetOptions options = DataSetOptions.defaults(output::warn);
    return EmbeddedDataSets.all().stream()
        .filter(set -> full ? set.role().equals("table") : isShown(set.name()))
        .map(set -> EmbeddedDataSets.open(set.name(), options))
        .toList();
  }

  private boolean isShown(String set) {
    return quick ? set.equals(QUICK_SET) : SETS.contains(set);
  }
}
