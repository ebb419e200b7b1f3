package org.kgcoop.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.DataSet;
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
  @Parameters(paramLabel = "PATH", description = "The file or folder.")
  private Path path;

  @Option(names = "--tensors", description = "List every tensor of a weight file.")
  private boolean tensors;

  @Mixin private DataOptions dataOptions = new DataOptions();
  @Mixin private Output output = new Output();

  @SuppressWarnings("NullAway.Init") // picocli sets the required parameters
  InspectCommand() {}

  @Override
  public Integer call() {
    if (!Files.exists(path)) {
      throw KgCoopException.configuration(path + ": there is no such file or folder");
    }
    ObjectNode found;
    if (looksLikeData()) {
      DataSet data = dataOptions.open(path, output::warn);
      found = Inspection.of(data);
    } else {
      WeightFile file = WeightFiles.open(path);
      found = Inspection.of(file, tensors);
    }
    if (output.isJson()) {
      output.json(found);
    } else {
      Inspection.lines(found).forEach(output::line);
    }
    return 0;
  }

  /** A folder without weights, or a file that only data sets have. */
  private boolean looksLikeData() {
    String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
    return Files.isDirectory(path)
        ? !WeightFiles.isModelFolder(path)
        : name.matches(".*\\.(json|jsonl|csv)");
  }
}
