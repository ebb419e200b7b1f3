package org.kgcoop.cli.label;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.label.SimulatedPerson.Act;
import org.kgcoop.files.CsvFile;
import org.kgcoop.files.FileErrors;
import org.kgcoop.label.Accuracy;
import org.kgcoop.label.Labeling;
import org.kgcoop.label.Page;
import org.kgcoop.label.Share;
import org.kgcoop.random.PythonRandom;
import org.kgcoop.serve.label.LabelSentences;

/** A simulated person, who answers from a CSV file with the columns image and class. */
final class LabelSimulation {
  private static final double MILLISECOND = 1e6; // in nanoseconds

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
            Optional<String> image = line.findField("image");
            Optional<String> name = line.findField("class");
            if (image.isEmpty() || name.isEmpty()) {
              throw KgCoopException.data(
                  "%s, line %s: expected the columns image and class, named in line 1"
                      .formatted(file, line.getStartingLineNumber()));
            }
            truth.put(image.get(), name.get().strip());
          });
    } catch (IOException e) {
      throw FileErrors.unreadable(file, e);
    }
    if (truth.isEmpty()) {
      throw KgCoopException.data(file + ": no image in it");
    }
    return truth;
  }

  /**
   * Answers the pages of a session, and prints each step.
   *
   * @param mistakes the share of images that get the class that is most similar to the right one
   * @param until the share of right images at which the simulation ends, in percent; 100 labels
   *     until nothing is left
   * @param seed of the mistakes
   * @throws KgCoopException if an image has no class
   */
  void run(Labeling labeling, Map<String, String> truth, double mistakes, double until, long seed) {
    int before = labeling.status().steps();
    labeling.awaitImages();
    Map<Path, String> classes = classes(labeling, truth);
    PythonRandom random = new PythonRandom(seed);
    Map<Path, String> answers = new HashMap<>(classes);
    for (Path image : labeling.images()) {
      if (mistakes > 0 && random.next() < mistakes) {
        answers.replace(image, similar(labeling, image, classes.getOrDefault(image, "")));
      }
    }
    SimulatedPerson person = new SimulatedPerson(classes);
    boolean isEnd = false;
    while (!isEnd) {
      long start = cpuNanoseconds();
      Optional<Act> step = person.answer(labeling, page -> answers(page, answers));
      long spent = cpuNanoseconds() - start;
      step.ifPresent(each -> print(each, spent / MILLISECOND));
      isEnd = step.isEmpty() || (until < 100 && step.get().right() >= until);
    }
    if (labeling.status().steps() == before) {
      output.print(labeling.session() + ": every image has an answer; nothing is left to simulate");
    }
  }

  private static Map<Path, String> classes(Labeling labeling, Map<String, String> truth) {
    Map<Path, String> classes = new HashMap<>();
    List<Path> unreadable = labeling.status().unreadable(); // they are never asked
    for (Path image : labeling.images()) {
      String path = image.toString().replace('\\', '/');
      String name = unreadable.contains(image) ? Labeling.NONE : truth.get(path);
      if (name == null) {
        throw KgCoopException.data(path + ": has no class in the list of --simulate");
      }
      classes.put(image, name);
    }
    return classes;
  }

  /** Returns the most probable class that is not the right one. */
  private static String similar(Labeling labeling, Path image, String right) {
    return labeling.likely(image, 2).stream()
        .filter(name -> !name.equals(right))
        .findFirst()
        .orElse(right);
  }

  private static Map<Path, String> answers(Page page, Map<Path, String> known) {
    Map<Path, String> answers = new LinkedHashMap<>();
    page.images().forEach(image -> answers.put(image, known.getOrDefault(image, Labeling.NONE)));
    return answers;
  }

  private static long cpuNanoseconds() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private void print(Act step, double cpuMilliseconds) {
    output.jsonLine(json(step, cpuMilliseconds));
    String share = folder(step).map(each -> ", " + LabelSentences.atLeast(each)).orElse("");
    String page =
        "%4s %-10s %-20s %2s images, %2s wrong"
            .formatted(step.step(), step.kind().id(), step.proposed(), step.images(), step.wrong());
    output.printf(
        "%s, %5.1f min, %5d labeled, %5.1f %% right%s",
        page, step.seconds() / 60, step.labeled(), step.right(), share);
  }

  private static ObjectNode json(Act step, double cpuMilliseconds) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("step", step.step())
        .put("kind", step.kind().id())
        .put("class", step.proposed())
        .put("images", step.images())
        .put("wrong", step.wrong())
        .put("seconds", step.seconds())
        .put("labeled", step.labeled())
        .put("right", step.right())
        .put("cpu_ms", cpuMilliseconds);
    folder(step).ifPresent(share -> json.putPOJO("folder", share));
    return json;
  }

  /** Returns the measured share, unless all images are labeled, so that nothing is estimated. */
  private static Optional<Share> folder(Act step) {
    Accuracy found = step.accuracy();
    return found.state() == Accuracy.State.MEASURED ? found.folder() : Optional.empty();
  }
}
