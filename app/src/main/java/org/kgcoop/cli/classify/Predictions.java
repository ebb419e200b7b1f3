package org.kgcoop.cli.classify;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.classify.Classification;
import org.kgcoop.classify.Classifier;
import org.kgcoop.cli.console.Output;
import org.kgcoop.experiment.Progress;
import org.kgcoop.image.Images;
import org.kgcoop.image.RgbImage;

/**
 * Images in, classes and probabilities out. An image that cannot be read is told in one line and
 * passed over; the exit code then is that of bad data.
 */
final class Predictions {
  private static final int BATCH = 32;

  private final Classifier classifier;
  private final int top;
  private final Output output;

  Predictions(Classifier classifier, int top, Output output) {
    if (top < 1) {
      throw KgCoopException.configuration("--top: expected at least 1, got " + top);
    }
    this.classifier = classifier;
    this.top = top;
    this.output = output;
  }

  /** Prints what each image shows; returns the exit code. */
  int print(List<Path> files) {
    Images images = new Images(output::warn);
    ArrayNode all = JsonNodeFactory.instance.arrayNode();
    int bad = 0;
    try (Progress.Task task = output.progress().start("images", files.size())) {
      for (int from = 0; from < files.size(); from += BATCH) {
        List<Path> part = files.subList(from, Math.min(from + BATCH, files.size()));
        List<Path> good = new ArrayList<>();
        List<RgbImage> pictures = new ArrayList<>();
        for (Path file : part) {
          try {
            pictures.add(images.readUpright(file));
            good.add(file);
          } catch (KgCoopException e) {
            output.error(String.valueOf(e.getMessage()));
            bad++;
          }
        }
        if (!good.isEmpty()) {
          print(good, classifier.classifyAll(pictures), all);
        }
        task.done(from + part.size());
      }
    }
    if (output.isJson()) {
      ObjectNode json = JsonNodeFactory.instance.objectNode();
      json.set("pictures", all);
      output.json(json);
    }
    return bad == 0 ? 0 : KgCoopException.Category.DATA.exitCode();
  }

  private String label(Classification.Candidate found) {
    String name = found.className();
    boolean shared = Collections.frequency(classifier.classNames(), name) > 1;
    return shared ? name + " (class " + found.index() + ")" : name;
  }

  private void print(List<Path> files, List<Classification> results, ArrayNode all) {
    for (int i = 0; i < files.size(); i++) {
      ArrayNode classes = JsonNodeFactory.instance.arrayNode();
      for (Classification.Candidate found : results.get(i).top(top)) {
        classes
            .addObject()
            .put("class", found.className())
            .put("index", found.index())
            .put("probability", found.probability());
        if (!output.isJson()) {
          output.text(
              String.format(
                  Locale.ROOT,
                  "%s\t%s\t%.4f",
                  Messages.line(files.get(i).toString()),
                  Messages.line(label(found)),
                  found.probability()));
        }
      }
      all.addObject().put("picture", files.get(i).toString()).set("classes", classes);
    }
  }
}
