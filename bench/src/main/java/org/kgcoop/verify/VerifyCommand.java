package org.kgcoop.verify;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.console.Output;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Recomputes reference numbers. */
@Command(
    name = "verify",
    header = "Recompute reference numbers.",
    description =
        "Recompute every number in folders of reference cases, with the code that trains and"
            + " evaluates.",
    footer = {
      "  ./kgcoop bench verify reference/vit reference/data",
      "A folder contains cases.json, tensors.safetensors and the files they name."
          + " The exit code is 1 if a case failed."
    })
public final class VerifyCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DIR", arity = "1..*", description = "Folders of reference cases.")
  private List<Path> folders = new ArrayList<>();

  @Mixin private Output output = new Output();

  @Override
  public Integer call() {
    List<Outcome> outcomes = new ArrayList<>();
    ArrayNode cases = JsonNodeFactory.instance.arrayNode();
    for (Path folder : folders) {
      outcomes.addAll(Verifier.verify(folder, outcome -> report(folder, outcome, cases)));
    }
    long failed = outcomes.stream().filter(o -> !o.passed()).count();
    long passed = outcomes.size() - failed;
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    output.json(json.put("passed", passed).put("failed", failed).set("cases", cases));
    output.print(passed + " passed, " + failed + " failed");
    return failed == 0 ? 0 : KgCoopException.Category.CHECK.exitCode();
  }

  private void report(Path folder, Outcome outcome, ArrayNode cases) {
    cases
        .addObject()
        .put("folder", folder.toString())
        .put("id", outcome.id())
        .put("passed", outcome.passed())
        .put("error", outcome.worst())
        .put("tolerance", outcome.tolerance())
        .put("problem", outcome.problem());
    output.printf(
        "%s  %s/%s  error %.2g (%s)%s",
        outcome.passed() ? "ok    " : "FAILED",
        folder.getFileName(),
        outcome.id(),
        outcome.worst(),
        outcome.tolerance(),
        outcome.passed() ? "" : "  " + outcome.problem());
    output.out().flush();
  }
}
