package org.kgcoop.cli.classify;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.console.Output;
import org.kgcoop.files.CsvFile;
import org.kgcoop.files.FileErrors;
import org.kgcoop.label.Accuracy;
import org.kgcoop.label.Labeling;
import org.kgcoop.label.Share;
import org.kgcoop.label.Simulation;
import org.kgcoop.serve.label.LabelSentences;

/** A simulated person, who answers from a CSV file with the columns image and class. */
final class LabelSimulation {
  private static final String IMAGE = "image";
  private static final String CLASS = "class";
  private static final List<String> COLUMNS = List.of(IMAGE, CLASS);

  private final Output output;

  LabelSimulation(Output output) {
    this.output = output;
  }

  /** Returns the class of each image of the file. */
  static Map<String, String> truth(Path file) {
    Map<String, String> truth = new LinkedHashMap<>();
    try {
      CsvFile.read(
          file,
          line -> {
            List<String> header = line.getHeader();
            if (!header.containsAll(COLUMNS)) {
              throw KgCoopException.data(
                  file + ", line 1: expected the columns image and class, got " + header);
            }
            if (line.getFieldCount() < header.size()) {
              throw KgCoopException.data(
                  "%s, line %s: expected %s columns"
                      .formatted(file, line.getStartingLineNumber(), header.size()));
            }
            truth.put(line.getField(IMAGE), line.getField(CLASS).strip());
          });
    } catch (IOException e) {
      throw FileErrors.unreadable(file, e);
    }
    if (truth.isEmpty()) {
      throw KgCoopException.data(file + ": no image in it");
    }
    return truth;
  }

  /** Answers all pages of a session, and prints each step. */
  void run(Labeling labeling, Map<String, String> truth, Simulation.Settings settings) {
    int before = labeling.status().steps();
    Simulation.run(
        labeling,
        truth,
        settings,
        step -> {
          if (output.isJson()) {
            output.out().println(Output.text(json(step), false));
          } else {
            output.print(text(step));
          }
        });
    if (labeling.status().steps() == before) {
      output.print(labeling.session() + ": every image has an answer; nothing is left to simulate");
    }
  }

  private static String text(Simulation.Step step) {
    return String.format(
        Locale.ROOT,
        "%4d %-10s %-20s %2d images, %2d wrong, %5.1f min, %5d labeled, %5.1f %% right%s",
        step.step(),
        step.kind().id(),
        step.proposed(),
        step.images(),
        step.wrong(),
        step.seconds() / 60,
        step.labeled(),
        step.right(),
        folder(step).map(share -> ", " + LabelSentences.atLeast(share)).orElse(""));
  }

  private static ObjectNode json(Simulation.Step step) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("step", step.step())
        .put("kind", step.kind().id())
        .put("class", step.proposed())
        .put("images", step.images())
        .put("wrong", step.wrong())
        .put("seconds", step.seconds())
        .put("labeled", step.labeled())
        .put("right", step.right())
        .put("cpu_ms", step.cpuMilliseconds());
    folder(step).ifPresent(share -> json.putPOJO("folder", share));
    step.accuracy().newImages().ifPresent(share -> json.putPOJO("new_images", share));
    return json;
  }

  /** Returns the measured share, unless all images are labeled, so that nothing is estimated. */
  private static Optional<Share> folder(Simulation.Step step) {
    return step.accuracy().state() == Accuracy.State.MEASURED
        ? step.accuracy().folder()
        : Optional.empty();
  }
}
