package org.kgcoop.cli.files;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.options.ClipOptions;
import org.kgcoop.cli.options.DataOptions;
import org.kgcoop.cli.options.OutputFile;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.ImageSurvey;
import org.kgcoop.data.NoClassNames;
import org.kgcoop.files.Folders;
import org.kgcoop.io.WeightFiles;
import org.kgcoop.progress.Progress;
import org.kgcoop.runs.RunFolders;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The command {@code inspect}, which describes a file or folder, or explains why it cannot be read.
 */
@Command(
    name = "inspect",
    header = "Describe a file or folder, or explain why it is unreadable.",
    description =
        "Describe CLIP weights, a classifier file, a run folder, a checkpoint or a data set, or"
            + " print the reason why it cannot be read. This command opens every image of a data set."
            + " It reports unreadable images, and test images that are identical to a training image.",
    footer = {
      "  ./kgcoop inspect ~/.cache/clip/ViT-B-16.pt",
      "  ./kgcoop inspect pets/ --contact-sheet pets.png"
    })
public final class InspectCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "PATH",
      description = "The file or folder. embedded is the embedded CLIP, embedded:NAME a data set.")
  private String what;

  @Option(names = "--quick", description = "Read only the lists of a data set, not its images.")
  private boolean quick;

  @Option(
      names = "--contact-sheet",
      paramLabel = "FILE.png",
      description = "Write an image file with examples of every class.")
  private @Nullable Path contactSheet;

  @Mixin private OutputFile written = new OutputFile();
  @Mixin private DataOptions dataOptions = new DataOptions();
  @Mixin private Output output = new Output();

  @Override
  public Integer call() {
    if (contactSheet != null) {
      written.check("--contact-sheet", contactSheet, "classes.png");
    }
    ObjectNode found = inspect();
    output.json(found);
    Inspection.lines(found).forEach(output::print);
    return 0;
  }

  private ObjectNode inspect() {
    if (dataOptions.isDataSet(what)) {
      return data();
    }
    Path path = what.equals(ClipOptions.EMBEDDED) ? EmbeddedClip.folder() : Path.of(what);
    if (!Files.exists(path)) {
      throw KgCoopException.data(path + ": there is no such file or folder");
    }
    refuseRuns(path);
    if (looksLikeData(path)) {
      return data();
    }
    if (contactSheet != null) {
      throw KgCoopException.configuration("--contact-sheet: expected a data set, got " + path);
    }
    boolean isRun = Files.isDirectory(path) && ClassifierFile.isIn(path);
    return Inspection.of(WeightFiles.open(isRun ? ClassifierFile.in(path) : path));
  }

  /** Describes a data set by its lists and, without {@code --quick}, by its images. */
  private ObjectNode data() {
    DataSet data = dataOptions.open(what, output);
    NoClassNames.question(data).ifPresent(output::warn);
    ObjectNode json = Inspection.of(data);
    if (!quick) {
      ImageSurvey survey;
      try (Progress.Task task =
          output.progress().start("looking at " + data.name(), data.items().count())) {
        survey = ImageSurvey.of(data, output::warn, task::done);
      }
      Inspection.add(json, survey);
      Inspection.warnings(survey).forEach(output::warn);
    }
    if (contactSheet != null) {
      ContactSheet.write(data, contactSheet).ifPresent(output::warn);
      json.put("contact_sheet", contactSheet.toString());
      int classes = data.classNames().size();
      int most = ContactSheet.MAX_CLASSES;
      if (classes > most) {
        output.warn("%s: the first %s of %s classes".formatted(contactSheet, most, classes));
      }
    }
    return json;
  }

  /** Rejects tables, runs without a classifier, and their JSON files. */
  private static void refuseRuns(Path path) {
    boolean inside = Files.isRegularFile(path) && path.toString().endsWith(".json");
    Path folder = inside ? Folders.parent(path) : path;
    boolean table = RunFolders.isTable(folder);
    if (table || (RunFolders.isRunFolder(folder) && (inside || !ClassifierFile.isIn(folder)))) {
      String what = table ? "table; ./kgcoop runs table" : "run; ./kgcoop runs show";
      throw KgCoopException.configuration(
          "%s: of a %s %s shows what it holds".formatted(path, what, folder));
    }
  }

  /** Returns true for a folder without weights, and for files that only data sets have. */
  private static boolean looksLikeData(Path path) {
    String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
    return Files.isDirectory(path)
        ? !WeightFiles.isModelFolder(path)
        : name.matches(".*\\.(json|jsonl|csv|zip|tar|tar\\.gz|tgz|parquet)");
  }
}
