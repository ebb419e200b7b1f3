package org.kgcoop.cli.files;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.options.ClipOptions;
import org.kgcoop.clip.Clip;
import org.kgcoop.verify.Outcome;
import org.kgcoop.verify.Verifier;
import org.kgcoop.verify.WeightsCheck;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Recomputes reference numbers. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    header = "Recompute reference numbers, or check CLIP weights.",
    description = {
      "",
      "Recompute every number in folders of reference cases, through the same code that trains and"
          + " evaluates. With --clip: check CLIP weights instead, released ones or others.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  ./kgcoop verify reference/vit reference/data",
      "  ./kgcoop verify --clip ViT-B-16.pt",
      "",
      "A folder holds cases.json, tensors.safetensors and the files they name."
          + " Exits 1 where a case failed."
    })
public final class VerifyCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DIR", arity = "0..*", description = "Folders of reference cases.")
  private List<Path> folders = new ArrayList<>();

  @Option(
      names = "--image",
      paramLabel = "FILE",
      description = "With --clip: the image of the published example.")
  private @Nullable Path image;

  @Mixin private ClipOptions clipOptions = new ClipOptions();
  @Mixin private Output output = new Output();

  @Override
  public Integer call() {
    if (folders.isEmpty() && !clipOptions.isGiven()) {
      throw KgCoopException.configuration("verify: expected folders, or --clip PATH");
    }
    return clipOptions.isGiven() ? checkWeights() : recompute();
  }

  private int checkWeights() {
    List<WeightsCheck.Check> checks;
    try (Clip clip = clipOptions.load()) {
      checks = WeightsCheck.check(clipOptions.path(), clip, image);
    }
    ArrayNode json = JsonNodeFactory.instance.arrayNode();
    boolean failed = false;
    for (WeightsCheck.Check check : checks) {
      String result = check.passed().map(p -> p ? "ok" : "FAILED").orElse("note");
      failed |= result.equals("FAILED");
      json.addObject()
          .put("check", check.name())
          .put("result", result)
          .put("detail", check.detail());
      if (!output.isJson()) {
        output.line(
            String.format(Locale.ROOT, "%-7s %s: %s", result, check.name(), check.detail()));
      }
    }
    if (output.isJson()) {
      output.json(JsonNodeFactory.instance.objectNode().set("checks", json));
    }
    return failed ? KgCoopException.Category.CHECK.exitCode() : 0;
  }

  private int recompute() {
    List<Outcome> outcomes = new ArrayList<>();
    ArrayNode cases = JsonNodeFactory.instance.arrayNode();
    for (Path folder : folders) {
      outcomes.addAll(Verifier.verify(folder, outcome -> report(folder, outcome, cases)));
    }
    long failed = outcomes.stream().filter(o -> !o.passed()).count();
    long passed = outcomes.size() - failed;
    if (output.isJson()) {
      ObjectNode json = JsonNodeFactory.instance.objectNode();
      json.put("passed", passed).put("failed", failed).set("cases", cases);
      output.json(json);
    } else {
      output.line(passed + " passed, " + failed + " failed");
    }
    return failed == 0 ? 0 : KgCoopException.Category.CHECK.exitCode();
  }

  private void report(Path folder, Outcome outcome, ArrayNode cases) {
    if (output.isJson()) {
      cases
          .addObject()
          .put("folder", folder.toString())
          .put("id", outcome.id())
          .put("passed", outcome.passed())
          .put("error", outcome.worst())
          .put("tolerance", outcome.tolerance())
          .put("problem", outcome.problem());
      return;
    }
    output.line(
        String.format(
            Locale.ROOT,
            "%s  %s/%s  error %.2g (%s)%s",
            outcome.passed() ? "ok    " : "FAILED",
            folder.getFileName(),
            outcome.id(),
            outcome.worst(),
            outcome.tolerance(),
            outcome.passed() ? "" : "  " + outcome.problem()));
    output.out().flush();
  }
}
