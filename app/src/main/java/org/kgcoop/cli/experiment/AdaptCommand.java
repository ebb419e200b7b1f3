package org.kgcoop.cli.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.adapt.AdaptRequest;
import org.kgcoop.adapt.AdaptationRun;
import org.kgcoop.adapt.LabelSource;
import org.kgcoop.adapt.TagAdaptation;
import org.kgcoop.cli.console.Invocation;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.options.ClipOptions;
import org.kgcoop.cli.options.DataOptions;
import org.kgcoop.cli.options.FeatureCacheOptions;
import org.kgcoop.cli.options.Parse;
import org.kgcoop.cli.options.PhotoWarning;
import org.kgcoop.cli.options.Shots;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.ExclusionFile;
import org.kgcoop.data.ImageFiles;
import org.kgcoop.data.ImageGroupFile;
import org.kgcoop.data.NoClassNames;
import org.kgcoop.data.layout.TagSet;
import org.kgcoop.files.Json;
import org.kgcoop.report.ReportPage;
import org.kgcoop.runs.AdaptRecord;
import org.kgcoop.runs.TagRecord;
import org.kgcoop.tensorboard.EventFiles;
import org.kgcoop.trial.ExperimentContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** The command {@code adapt}, which finds and trains the best method for some images. */
@Command(
    name = "adapt",
    header = "Make the best classifier that your images allow.",
    description = {
      "Check a folder of labeled images, compare methods by cross-validation, and train the best"
          + " method on all images. The output contains the expected accuracy on new images, with a"
          + " confidence interval. Test images are used only for the final measurement.",
      "Run the command again to resume."
    },
    footer = {
      "  ./kgcoop adapt embedded:places",
      "  ./kgcoop adapt photos/ --clip ViT-B/32-256 --out runs/photos",
      "  ./kgcoop adapt photos/ --clip ViT-B/32-256 --exclude judged.txt",
      "  ./kgcoop serve runs/photos",
      "DIR/classifier.safetensors is the classifier: give DIR to predict, eval, export or"
          + " serve. DIR/report.html explains the choice, DIR/adapt.json has the figures."
    })
public final class AdaptCommand implements Callable<Integer> {
  @ParentCommand private Invocation invocation;

  @Parameters(
      index = "0",
      paramLabel = "DATA",
      description =
          "A folder with one folder per class, or any data set as for train --data. Without"
              + " train and test parts, adapt trains on all images.")
  private String data;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      description = "Set the run folder (default: runs/adapt-NAME).")
  private @Nullable Path out;

  @Option(
      names = "--minutes",
      paramLabel = "M",
      description =
          "Limit the time, in minutes (default: no limit). Everything counts except a download of"
              + " the weights. All methods are compared. Methods and images that do not fit are"
              + " left out and listed, so the classifier depends on the computer.")
  private @Nullable Double minutes;

  @Option(
      names = "--methods",
      paramLabel = "LIST",
      description =
          "Compare these methods, comma separated, and zero-shot CLIP (default: those that suit"
              + " the number of images and classes). A wrong name prints the names.")
  private @Nullable String methods;

  @Option(
      names = "--plan",
      paramLabel = "DIR",
      description =
          "Repeat the adaptation in a folder. This compares the same methods on the same"
              + " number of images, without a time limit. With the same images, seed and weights,"
              + " the classifier is byte-identical on every machine with the same instruction set.")
  private @Nullable Path plan;

  @Option(
      names = "--labels",
      paramLabel = "ORIGIN",
      description =
          "State how images were selected: random or chosen. The value random means that"
              + " all of them, or a random part, were labeled. The value chosen means that you or"
              + " a program chose them, for example the clear ones. Cross-validation then only"
              + " ranks methods (default: from labels.jsonl, if there is one).")
  private @Nullable String labels;

  @Option(
      names = "--unseen",
      paramLabel = "NAMES",
      description =
          "Add class names without images, comma separated. Methods are then also measured on"
              + " unseen classes.")
  private @Nullable String unseen;

  @Option(
      names = "--shots",
      paramLabel = "K",
      description = "Limit the images per class (default: ${DEFAULT-VALUE}).")
  private String shots = "all";

  @Option(
      names = "--seed",
      paramLabel = "N",
      description =
          "Set the random seed (default: ${DEFAULT-VALUE}). It is for sampling and training.")
  private long seed = 1;

  @Option(
      names = "--group-by",
      paramLabel = "folder|FILE",
      description =
          "Keep related images, such as video frames, together. All images of a folder (folder), or"
              + " of a group in a CSV file with the columns path and group, are then in one fold.")
  private @Nullable String groupBy;

  @Option(
      names = "--skip-bad",
      description = "Skip unreadable images, and end with exit code 6. Their names are printed.")
  private boolean skipsBad;

  @Option(
      names = "--exclude",
      paramLabel = "FILE",
      description = "Leave out the images that a text file lists, one path per line.")
  private @Nullable Path exclude;

  @Option(
      names = "--unknown",
      paramLabel = "DIR",
      description =
          "Name a folder of images that belong to no class. This measures how many the"
              + " classifier accepts. They change neither the choice nor the threshold. The folder"
              + " 'none of these' of predict --sort-into is used without this option.")
  private @Nullable Path unknown;

  @Mixin private TagOptions tags = new TagOptions();
  @Mixin private ClipOptions clipOptions = new ClipOptions();
  @Mixin private DataOptions dataOptions = new DataOptions();
  @Mixin private FeatureCacheOptions cache = new FeatureCacheOptions();
  @Mixin private Output output = new Output();

  @Override
  public Integer call() {
    if (tags.areGiven(dataOptions)) {
      return adaptToTags();
    }
    long start = System.nanoTime();
    DataSet set = grouped(chosen(dataOptions.openUndivided(data, output)));
    AdaptRecord.Labels.Origin origin =
        labels == null ? null : AdaptRecord.Labels.Origin.stated("--labels", labels);
    LabelSource source = LabelSource.of(Path.of(data), set, origin);
    List<String> names = unseen == null ? List.of() : Parse.list("--unseen", unseen);
    AdaptRequest request =
        new AdaptRequest(set, names, Shots.parse("--shots", shots), limit(), seed)
            .comparing(compared())
            .with(skipsBad, unknownImages())
            .with(dataOptions.areKeywords() ? source.ofKeywords(set) : source);
    AdaptRecord repeated = plan == null ? null : repeated(plan);
    if (repeated != null) {
      request = request.with(repeated.plan());
    }
    NoClassNames.question(set).ifPresent(output::warn);
    Path folder = out != null ? out : Path.of("runs", "adapt-" + set.name());
    long download = System.nanoTime();
    clipOptions.path(); // downloads the weights, which does not count as time
    start += System.nanoTime() - download;
    try (Clip clip = clipOptions.load();
        EventFiles events = EventFiles.growing(List.of(folder), output::warn)) {
      PhotoWarning.check(clipOptions, clip, data, set, output);
      ExperimentContext context =
          invocation.context(clip, cache.open(clip, output), output.progress(), output);
      AdaptRecord record = AdaptationRun.run(context, request, folder, start);
      if (repeated != null) {
        warnIfDifferent(repeated, record);
      }
      ReportPage.write(folder, set, folder.resolve("report.html"));
      output.json(record);
      if (!output.isJson()) {
        new AdaptPrinter(output).print(record, clip.source());
        printNote();
      }
      List<String> unreadable = record.images().unreadable();
      unreadable.forEach(output::error);
      output.print("classifier: " + folder.resolve("classifier.safetensors"));
      output.print("report: " + folder.resolve("report.html"));
      output.print("next: ./kgcoop serve " + folder);
      return unreadable.isEmpty() ? 0 : KgCoopException.Category.SKIPPED.exitCode();
    }
  }

  /** Returns the images without the excluded ones. */
  private DataSet chosen(DataSet all) {
    return exclude == null ? all : ExclusionFile.exclude(all, exclude);
  }

  /** Returns the images in the groups of the user. */
  private DataSet grouped(DataSet set) {
    if (groupBy == null) {
      return set;
    }
    return groupBy.equals("folder")
        ? ImageGroupFile.byFolder(set)
        : ImageGroupFile.of(set, Path.of(groupBy));
  }

  private int adaptToTags() {
    TagSet found = dataOptions.openTags(data, tags.file(), tags.isComplete(), output);
    TagSet kept = found.withAll(chosen(found.all()));
    TagSet set = kept.withLabeled(grouped(kept.labeled()));
    Path folder = out != null ? out : Path.of("runs", "adapt-" + set.labeled().name());
    TagAdaptation adaptation = new TagAdaptation(set, tags.wish(), seed, skipsBad, tags.check());
    try (Clip clip = clipOptions.load()) {
      PhotoWarning.check(clipOptions, clip, data, set.labeled(), output);
      TagRecord record =
          adaptation.run(
              invocation.context(clip, cache.open(clip, output), output.progress(), output),
              folder);
      ReportPage.write(record, folder.resolve("report.html"));
      new TagPrinter(output).print(record, folder, this::printNote);
      return record.images().unreadable().isEmpty()
          ? 0
          : KgCoopException.Category.SKIPPED.exitCode();
    }
  }

  private void printNote() {
    if (clipOptions.isEmbedded() && !DataOptions.isEmbedded(data)) {
      output.print(EmbeddedClip.NOTE);
    }
  }

  private double limit() {
    if (minutes != null && Double.isInfinite(minutes)) {
      throw KgCoopException.configuration(
          "--minutes: expected a number; leave it out for no limit");
    }
    return minutes == null ? AdaptRequest.NO_LIMIT : minutes;
  }

  /** Returns the methods to compare. With a limit, the clock decides and not the size. */
  private List<String> compared() {
    if (methods != null) {
      return Parse.list("--methods", methods);
    }
    return minutes == null ? List.of() : AdaptRequest.comparable();
  }

  /** Returns images of no class: those of the option, and those that predict sorted as such. */
  private List<Path> unknownImages() {
    Stream<Path> sorted = dataOptions.noClass(data).filter(ImageFiles::hasImages).stream();
    Stream<Path> folders = Stream.concat(sorted, Stream.ofNullable(unknown));
    return ImageFiles.expand(folders.toList(), output::warn);
  }

  /** Warns if the plan was made for other images, another seed or other weights. */
  private void warnIfDifferent(AdaptRecord repeated, AdaptRecord record) {
    JsonNode before = Json.tree(repeated.settings());
    JsonNode now = Json.tree(record.settings());
    List<String> different =
        Stream.of("fingerprint", "seed", "shots", "clip_fingerprint", "max_patches", "unseen")
            .filter(key -> !before.path(key).equals(now.path(key)))
            .map(key -> key.equals("fingerprint") ? "images" : key)
            .toList();
    if (!different.isEmpty()) {
      output.warn(
          "--plan %s: made with other settings (%s), so this is another classifier"
              .formatted(plan, String.join(", ", different)));
    }
  }

  /** Returns the record of a complete adaptation in a folder. */
  private AdaptRecord repeated(Path from) {
    if (minutes != null || methods != null) {
      throw KgCoopException.configuration(
          "--plan repeats an adaptation: leave out --minutes and --methods");
    }
    return AdaptRecord.complete("--plan", from);
  }
}
