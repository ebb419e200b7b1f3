package org.kgcoop.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.io.WeightFile;
import org.kgcoop.io.WeightFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What a file or folder holds. */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    header = "Tell what a file or folder holds, or why it is unreadable.",
    description = {
      "",
      "Tell what a weight file, a prompt file, a checkpoint or a data set holds, or why it cannot be"
          + " read.",
      ""
    },
    footer = {"", "Examples:", "  ./kgcoop inspect ViT-B-16.pt", "  ./kgcoop inspect pets/"})
final class InspectCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "PATH",
      description = "The file or folder; embedded for the CLIP, embedded:NAME for a data set.")
  private String what;

  @Option(names = "--tensors", description = "List every tensor of a weight file.")
  private boolean tensors;

  @Mixin private DataOptions dataOptions = new DataOptions();
  @Mixin private Output output = new Output();

  @SuppressWarnings("NullAway.Init") // picocli sets the required parameters
  InspectCommand() {}

  @Override
  public Integer call() {
    ObjectNode found = inspect();
    if (output.isJson()) {
      output.json(found);
    } else {
      Inspection.lines(found).forEach(output::line);
    }
    return 0;
  }

  private ObjectNode inspect() {
    if (dataOptions.isDataSet(what)) {
      return Inspection.of(dataOptions.open(what, output::warn));
    }
    Path path = what.equals(ClipOptions.EMBEDDED) ? EmbeddedClip.folder() : Path.of(what);
    if (!Files.exists(path)) {
      throw KgCoopException.configuration(path + ": there is no such file or folder");
    }
    if (looksLikeData(path)) {
      return Inspection.of(dataOptions.open(what, output::warn));
    }
    WeightFile file = WeightFiles.open(path);
    return Inspection.of(file, tensors);
  }

  /** A folder without weights, or a file that only data sets have. */
  private static boolean looksLikeData(Path path) {
    String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
    return Files.isDirectory(path)
        ? !WeightFiles.isModelFolder(path)
        : name.matches(".*\\.(json|jsonl|csv|zip)");
  }
}
