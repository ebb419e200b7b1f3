package org.kgcoop.cli.classify;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.console.Invocation;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.options.ClipOptions;
import org.kgcoop.cli.options.DataOptions;
import org.kgcoop.cli.options.HelpLayout;
import org.kgcoop.cli.options.ListenOptions;
import org.kgcoop.cli.options.PhotoWarning;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Templates;
import org.kgcoop.data.open.EmbeddedDataSets;
import org.kgcoop.files.Folders;
import org.kgcoop.files.UserFolders;
import org.kgcoop.image.ImageNames;
import org.kgcoop.label.Labeling;
import org.kgcoop.progress.Progress;
import org.kgcoop.runs.LabelJournal;
import org.kgcoop.serve.label.ResultsWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** The command {@code label}, which labels a folder of images with the help of CLIP. */
@Command(
    name = "label",
    mixinStandardHelpOptions = true,
    header = "Label a folder of images, and measure how many labels are right.",
    description = {
      "",
      "Open a page in the browser on which you label the images of a folder. kgcoop proposes"
          + " classes, learns from each answer, and chooses the images that teach it most. Random"
          + " images, which it does not learn from, measure the accuracy.",
      "",
      "Every answer is stored at once in DIR/labels.jsonl. Run the command again to resume.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  ./kgcoop label --try",
      "  ./kgcoop label photos/ --classes cat,dog --clip ViT-B/32-256",
      "  ./kgcoop label photos/ --write --sort-into sorted --clip ViT-B/32-256",
      "  ./kgcoop label photos/ --simulate labels.csv --clip ViT-B/32-256",
      "",
      "DIR/labels.csv has the class of every image, and whether you or the program gave it."
    })
public final class LabelCommand implements Callable<Integer> {
  private static final int SHOWN_FOLDERS = 3;

  @Parameters(
      arity = "0..1",
      paramLabel = "FOLDER",
      description = "A folder of images, also in subfolders.")
  private @Nullable Path folder;

  @Option(
      names = "--try",
      description =
          "Label 300 embedded drawings, to try the page. They are copied into the folder"
              + " label-try.")
  private boolean trial;

  @Mixin private ClassList classes = new ClassList();

  @Option(
      names = "--labeled",
      paramLabel = "DIR",
      description =
          "Train also with the images of class folders. They are never asked and do not"
              + " measure the accuracy.")
  private @Nullable Path labeled;

  @Option(
      names = "--labels-from",
      order = HelpLayout.RARE,
      paramLabel = "keywords",
      description =
          "Train also with the images that have a class as keyword, as photo programs write it:"
              + " keywords. They are never asked. Without --classes, every keyword is a class.")
  private @Nullable String labelsFrom;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      description = "Set the folder of the session (default: FOLDER.labels).")
  private @Nullable Path out;

  @Option(
      names = "--template",
      paramLabel = "TEXT",
      description =
          "Set the text of a class, with {} for its name (default: \""
              + Templates.DEFAULT
              + "\", or \""
              + EmbeddedClip.TEMPLATE
              + "\" with the embedded CLIP).")
  private @Nullable String template;

  @Option(
      names = "--audit",
      paramLabel = "N",
      description =
          "Set the random images that measure the accuracy (default: 50). At most a quarter"
              + " of the images is used. The value 0 measures nothing.")
  private int audit = 50;

  @Option(
      names = "--target",
      paramLabel = "P",
      description =
          "Set the share to reach, in percent (default: 90). The page says that you can"
              + " stop if \"at least P %%\" of the folder has the label that you gave or would give.")
  private double target = 90;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Set the random seed of the audit (default: 1).")
  private long seed = 1;

  @Option(names = "--write", description = "Write the results of a session, without a page.")
  private boolean write;

  @Option(
      names = "--sort-into",
      paramLabel = "DIR",
      description =
          "Sort the images into class folders at the end. This happens when the results are"
              + " written.")
  private @Nullable Path sortInto;

  @Option(
      names = "--sort-by",
      paramLabel = "WAY",
      description = "Sort by copy, link or move (default: copy).")
  private String sortBy = "copy";

  @Option(
      names = "--keywords",
      description =
          "Write the classes as keywords. This happens at the end, and as predict does it.")
  private boolean keywords;

  @Option(
      names = "--minutes",
      paramLabel = "M",
      description = "Limit the final training, in minutes (default: 2).")
  private double minutes = 2;

  @Mixin private ListenOptions listen = new ListenOptions();

  @Option(names = "--no-browser", description = "Print the address, and do not open a browser.")
  private boolean noBrowser;

  @Option(
      names = "--simulate",
      paramLabel = "FILE",
      description =
          "Answer from a CSV file, without a page. It has the columns image and class. An"
              + " empty class is none of these. Prints each step; --format json prints a JSON"
              + " object per line.")
  private @Nullable Path simulate;

  @Option(
      names = "--mistakes",
      paramLabel = "SHARE",
      description = "Simulate a share of wrong answers (default: 0).")
  private double mistakes;

  @Option(
      names = "--until",
      paramLabel = "P",
      description = "End the simulation if P %% are right (default: 100).")
  private double until = 100;

  @Mixin private ClipOptions clipOptions = new ClipOptions();

  @Mixin private Output output = new Output();

  @ParentCommand private Invocation invocation;

  /** What the page says before the first answer. */
  private String welcome = "";

  @Override
  public Integer call() {
    if (labelsFrom != null) {
      DataOptions.checkKeywords(labelsFrom);
    }
    Path images = images();
    Map<String, String> truth = simulate == null ? Map.of() : LabelSimulation.truth(simulate);
    checkFolder(images);
    ImageSorter.Way way = ImageSorter.Way.of(sortBy);
    if (sortInto != null) {
      ImageSorter.check(sortInto);
    }
    try (Clip clip = clipOptions.load()) {
      LabelWriter writer = new LabelWriter(clip, output, minutes, sortInto, way, keywords);
      if (simulate == null && !write) {
        return page(images, clip, writer);
      }
      try (Labeling labeling = open(images, clip, truth, true, writer, (done, all) -> {})) {
        if (simulate != null) {
          new LabelSimulation(output).run(labeling, truth, mistakes, until, seed);
        }
        if (write) {
          ResultsWriter.Results unused = writer.write(labeling, true, progress -> {});
        }
        return writer.exitCode(exitCode(labeling));
      }
    }
  }

  private int exitCode(Labeling labeling) {
    List<Path> unreadable = labeling.status().unreadable();
    unreadable.forEach(path -> output.error(path + ": cannot be read; left out"));
    return unreadable.isEmpty() ? 0 : KgCoopException.Category.SKIPPED.exitCode();
  }

  /**
   * Opens the session.
   *
   * @param all true to wait until all images are read
   */
  private Labeling open(
      Path images,
      Clip clip,
      Map<String, String> truth,
      boolean all,
      LabelWriter writer,
      LabelPage.Reading reading) {
    List<Path> files = imageFiles(images);
    if (PhotoWarning.isDue(clipOptions, clip, files)) {
      output.warn(PhotoWarning.TEXT);
      welcome = "Warning: " + PhotoWarning.TEXT + ".";
    }
    long count = files.size();
    try (Progress.Task task = output.progress().start("images", count)) {
      Labeling labeling =
          session(
                  images,
                  clip,
                  truth,
                  writer,
                  done -> {
                    task.done(done);
                    reading.done(done, count);
                  })
              .open();
      try {
        if (all) {
          labeling.awaitImages();
        }
        return labeling;
      } catch (RuntimeException | Error e) {
        labeling.close();
        throw e;
      }
    }
  }

  private int page(Path images, Clip clip, LabelWriter writer) {
    return new LabelPage(output, invocation, listen, !noBrowser)
        .run(
            writer,
            Labeling.folderOfSession(images, out),
            () -> welcome,
            reading -> open(images, clip, Map.of(), false, writer, reading),
            labeling -> writer.exitCode(exitCode(labeling)));
  }

  /** Rejects a folder of class folders, whose images are labeled already. */
  private void checkFolder(Path images) {
    Path session = Labeling.folderOfSession(images, out);
    if (classes.isGiven()
        || Files.exists(session.resolve(LabelJournal.FILE))
        || !Files.isDirectory(images)) {
      return;
    }
    Set<String> folders = new TreeSet<>();
    for (Path file : imageFiles(images)) {
      Path below = images.relativize(file);
      if (below.getNameCount() != 2) {
        return;
      }
      folders.add(below.getName(0).toString());
    }
    if (folders.size() >= 2) {
      throw KgCoopException.configuration(
          "%s: all images are in %s class folders (%s%s), so they are labeled. Use `./kgcoop adapt"
                  .formatted(
                      images,
                      folders.size(),
                      String.join(", ", folders.stream().limit(SHOWN_FOLDERS).toList()),
                      folders.size() > SHOWN_FOLDERS ? ", ..." : "")
              + " %s`, or label other images with --labeled %s. If the folders are no classes, name"
                  .formatted(images, images)
              + " the classes with --classes");
    }
  }

  private Path images() {
    if (trial) {
      Path into = TrialDrawings.copy(folder == null ? Path.of("label-try") : folder, output::warn);
      welcome = TrialDrawings.WELCOME;
      output.info(welcome);
      return into;
    }
    if (folder == null) {
      throw KgCoopException.configuration("expected a folder of images, or --try");
    }
    return folder;
  }

  private static List<Path> imageFiles(Path folder) {
    return Files.isDirectory(folder)
        ? Folders.below(folder, ImageNames::isRead, link -> {})
        : List.of();
  }

  private Labeling.Builder session(
      Path images,
      Clip clip,
      Map<String, String> truth,
      LabelWriter writer,
      LongConsumer progress) {
    Set<String> names = new LinkedHashSet<>(classes.names());
    if (names.isEmpty() && trial) {
      EmbeddedDataSets.open(TrialDrawings.SET, DataSetOptions.defaults(output::warn))
          .classNames()
          .stream()
          .map(name -> name.replace('_', ' '))
          .forEach(names::add);
    }
    if (names.size() < 2) { // a simulated person knows all classes
      truth.values().stream().filter(name -> !name.isEmpty()).sorted().forEach(names::add);
    }
    Labeling.Builder session =
        Labeling.of(images, clip)
            .classes(List.copyOf(names))
            .template(template == null ? clipOptions.template() : template)
            .keywords(labelsFrom != null)
            .cache(UserFolders.cache("features"))
            .audit(audit)
            .target(target)
            .seed(seed)
            .warnings(output::warn)
            .progress(progress)
            .cancelled(() -> invocation.interrupted() || writer.isStopped());
    if (out != null) {
      session.session(out);
    }
    if (labeled != null) {
      session.labeled(labeled);
    }
    return session;
  }
}
