package org.kgcoop.cli.experiment;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.classifier.PublishedDefaults;
import org.kgcoop.cli.console.Invocation;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.console.TextTable;
import org.kgcoop.cli.options.ClassSplitOption;
import org.kgcoop.cli.options.ClipOptions;
import org.kgcoop.cli.options.Completions;
import org.kgcoop.cli.options.DataOptions;
import org.kgcoop.cli.options.FeatureCacheOptions;
import org.kgcoop.cli.options.MethodNames;
import org.kgcoop.cli.options.PhotoWarning;
import org.kgcoop.cli.options.Rare;
import org.kgcoop.cli.options.SettingOptions;
import org.kgcoop.cli.options.Shots;
import org.kgcoop.cli.options.Sweep;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.method.KgCoOp;
import org.kgcoop.runs.CalibrationResult;
import org.kgcoop.runs.RunResults;
import org.kgcoop.runs.TargetResult;
import org.kgcoop.tensorboard.EventFiles;
import org.kgcoop.trial.ExperimentContext;
import org.kgcoop.trial.MethodSpec;
import org.kgcoop.trial.Trial;
import org.kgcoop.trial.TrialRun;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** The command {@code train}, which trains one classifier. */
@Command(
    name = "train",
    header = "Train a classifier on a few images of each class.",
    description = {
      "Train one method, by default KgCoOp, on a few images of each class. Methods without training"
          + " steps, such as proker, are fitted. Run the command again to resume.",
      "Your own images are rotated by their EXIF orientation. Images of the published data sets"
          + " are read as stored, as in the published results."
    },
    footer = {
      "  ./kgcoop train --clip ViT-B/16 --data pets --shots 16 --out runs/pets",
      "DIR/classifier.safetensors is the classifier: give DIR to predict, eval, serve or export."
    })
public final class TrainCommand implements Callable<Integer> {
  @ParentCommand private Invocation invocation;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "PATH",
      completionCandidates = Completions.Data.class,
      description =
          "Choose the data set: a folder, file or name. It is a folder of class folders, a"
              + " folder with train and test, a .csv or .jsonl manifest, a split_zhou_*.json, a"
              + " .zip, .tar or .parquet file, embedded:NAME, or a name with --root. Required.")
  private String data;

  @Option(
      names = {"-o", "--out"},
      required = true,
      paramLabel = "DIR",
      description = "Set the run folder. Required.")
  private Path out;

  @Option(
      names = "--method",
      paramLabel = "NAME",
      completionCandidates = MethodNames.class,
      description =
          "Choose the method (default: ${DEFAULT-VALUE}). It is one of"
              + " ${COMPLETION-CANDIDATES}. The command help methods describes them.")
  private String method = KgCoOp.ID;

  @Rare
  @Option(
      names = "--test-data",
      paramLabel = "DIR",
      description = "Read test images from these class folders. --data has the training images.")
  private @Nullable Path testData;

  @Rare
  @Option(
      names = "--val-data",
      paramLabel = "DIR",
      description = "Read validation images from these class folders. Requires --test-data.")
  private @Nullable Path valData;

  @Mixin private ClassSplitOption classes = new ClassSplitOption();

  @Option(
      names = "--seed",
      paramLabel = "N",
      description =
          "Set the random seed (default: ${DEFAULT-VALUE}). It is for sampling and training.")
  private long seed = 1;

  @Mixin private ClipOptions clipOptions = new ClipOptions();
  @Mixin private DataOptions dataOptions = new DataOptions();
  @Mixin private Shots shots = new Shots();
  @Mixin private SettingOptions settings = new SettingOptions();
  @Mixin private FeatureCacheOptions cache = new FeatureCacheOptions();
  @Mixin private Output output = new Output();

  @Override
  public Integer call() {
    ClassSplit split = classes.value();
    DataSet whole = dataOptions.open(data, valData, testData, output);
    settings.check(output);
    MethodSpec spec =
        new Sweep().specs(List.of(method), settings, PublishedDefaults.BASE_TO_NEW).get(0);
    spec.recipe().checkTrained(settings.training(method));
    Trial trial = Trial.alone(spec, whole, split, shots.value(), seed);
    try (Clip clip = clipOptions.load()) {
      trial.recipe().method().check(clip);
      PhotoWarning.check(clipOptions, clip, data, whole, output);
      ExperimentContext context =
          invocation.context(clip, cache.open(clip, output), output.progress(), output);
      RunResults results;
      try (EventFiles events = EventFiles.growing(List.of(out), output::warn)) {
        results = new TrialRun(context, trial).run(out);
      }
      OptionalDouble zeroShot =
          trial.targets().stream()
              .limit(1)
              .flatMapToDouble(test -> test.zeroShot(context).stream())
              .findFirst();
      report(results, zeroShot);
    }
    return 0;
  }

  /**
   * Prints the results.
   *
   * @param zeroShot the accuracy of zero-shot CLIP if it is known without encoding images
   */
  private void report(RunResults results, OptionalDouble zeroShot) {
    output.json(results);
    for (TargetResult test : results.targets()) {
      output.printf("accuracy %.2f %% on %d test images", test.accuracy(), test.total());
    }
    zeroShot.ifPresent(accuracy -> output.printf("zero-shot CLIP %.2f %% on the same", accuracy));
    CalibrationResult calibration = results.calibration();
    if (calibration != null) {
      CalibrationResult.Reliability before = calibration.before();
      CalibrationResult.Reliability after = calibration.after();
      String effect =
          before == null || after == null
              ? ""
              : TextTable.number("; calibration error %.3f without", before.ece())
                  + TextTable.number(", %.3f with it", after.ece());
      output.printf(
          "temperature %.3f by %d %s images%s",
          calibration.temperature(), calibration.images(), calibration.by(), effect);
    }
    if (!Double.isNaN(results.msPerImage())) { // a method without steps
      output.printf("training %.2f ms per image", results.msPerImage());
    }
    output.print("classifier: " + ClassifierFile.in(out));
  }
}
