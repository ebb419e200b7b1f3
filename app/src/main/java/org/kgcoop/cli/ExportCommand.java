package org.kgcoop.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.kgcoop.KgCoopException;
import org.kgcoop.prompt.PromptFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes a trained prompt in other forms. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    header = "Write a trained prompt in the form of the published code.",
    description = {
      "",
      "Write a trained prompt as the published trainers do: DIR/prompt_learner/model.pth.tar-N, which"
          + " PyTorch loads with weights_only=True.",
      ""
    },
    footer = {
      "",
      "Example:",
      "  ./kgcoop export runs/pets/prompt.safetensors --to published --out published/pets"
    })
final class ExportCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "PROMPT", description = "prompt.safetensors.")
  private Path prompt;

  @Option(names = "--to", required = true, paramLabel = "FORM", description = "published.")
  private String form;

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where to write.")
  private Path out;

  @Option(
      names = "--epoch",
      paramLabel = "N",
      description = "The number in the name of the file (default: the method's epochs).")
  private int epoch;

  @Mixin private Output output = new Output();

  @SuppressWarnings("NullAway.Init") // picocli sets the required options
  ExportCommand() {}

  @Override
  public Integer call() {
    if (!form.equals("published")) {
      throw KgCoopException.configuration("--to " + form + ": expected published");
    }
    if (epoch < 0) {
      throw KgCoopException.configuration("--epoch: expected at least 1, got " + epoch);
    }
    PromptFile file = PromptFile.read(prompt);
    int number = epoch > 0 ? epoch : file.method().defaults().epochs();
    Path written = file.writePublished(out, number);
    if (output.isJson()) {
      output.json(JsonNodeFactory.instance.objectNode().put("file", written.toString()));
    } else {
      output.line("written: " + written);
    }
    return 0;
  }
}
