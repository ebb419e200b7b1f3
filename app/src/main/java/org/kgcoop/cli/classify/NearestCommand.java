package org.kgcoop.cli.classify;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.options.ClipOptions;
import org.kgcoop.clip.Clip;
import org.kgcoop.method.catalogue.ClassifierFile;
import org.kgcoop.method.catalogue.NearestWords;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints the words nearest to each learned vector. */
@Command(
    name = "nearest",
    mixinStandardHelpOptions = true,
    header = "Print the words nearest to each learned vector.",
    description = {
      "",
      "Print the words nearest to each learned vector of texts, by Euclidean distance between it and"
          + " the token embeddings; those in front of a later block of the text encoder say which.",
      ""
    },
    footer = {"", "Example:", "  ./kgcoop nearest runs/pets --clip ViT-B-16.pt"})
public final class NearestCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "PROMPT",
      description =
          "The folder of a run that trained a prompt, classifier.safetensors in it, or a published"
              + " model.pth.tar-N.")
  private Path prompt;

  @Option(
      names = "--top",
      paramLabel = "K",
      defaultValue = "3",
      description = "Number of words for each vector (default: ${DEFAULT-VALUE}).")
  private int top = 3;

  @Mixin private ClipOptions clipOptions = new ClipOptions();
  @Mixin private Output output = new Output();

  @Override
  public Integer call() {
    if (top < 1) {
      throw KgCoopException.configuration("--top: expected at least 1, got " + top);
    }
    // The published form does not name its classes, and they do not matter here.
    ClassifierFile file = ClassifierFile.readAny(ClassifierFile.at(prompt), List.of("any"));
    try (Clip clip = clipOptions.load()) {
      List<NearestWords.Vector> vectors = NearestWords.of(file, clip, top);
      if (output.isJson()) {
        output.json(json(vectors));
        return 0;
      }
      for (NearestWords.Vector vector : vectors) {
        output.line(vector.name() + "  " + text(vector.words()));
      }
    }
    return 0;
  }

  private static String text(List<NearestWords.Word> words) {
    return words.stream()
        .map(w -> String.format(Locale.ROOT, "%s (%.4f)", w.text(), w.distance()))
        .collect(Collectors.joining(", "));
  }

  private static ObjectNode json(List<NearestWords.Vector> vectors) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode array = json.putArray("vectors");
    for (NearestWords.Vector vector : vectors) {
      ArrayNode words = array.addObject().put("vector", vector.name()).putArray("words");
      for (NearestWords.Word word : vector.words()) {
        words.addObject().put("word", word.text()).put("distance", word.distance());
      }
    }
    return json;
  }
}
