package org.kgcoop.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.kgcoop.KgCoopException;
import org.kgcoop.bank.PictureEncoder;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.Images;
import org.kgcoop.data.RgbImage;
import org.kgcoop.experiment.Progress;
import org.kgcoop.prompt.FeatureClassifier;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Scope;

/**
 * Pictures in, classes and probabilities out. A picture that cannot be read is told in one line and
 * passed over; the exit code then is that of bad data.
 */
final class Predictions {
  private static final int BATCH = 32;

  private final Clip clip;
  private final FeatureClassifier classifier;
  private final List<String> classNames;
  private final int top;
  private final Output output;

  Predictions(
      Clip clip, FeatureClassifier classifier, List<String> classNames, int top, Output output) {
    if (top < 1) {
      throw KgCoopException.configuration("--top: expected at least 1, got " + top);
    }
    this.clip = clip;
    this.classifier = classifier;
    this.classNames = classNames;
    this.top = Math.min(top, classNames.size());
    this.output = output;
  }

  /** Prints what each picture shows; returns the exit code. */
  int print(List<Path> files) {
    Images images = new Images(output::warn);
    PictureEncoder encoder = new PictureEncoder(clip, images);
    ArrayNode all = JsonNodeFactory.instance.arrayNode();
    int bad = 0;
    try (Progress.Task task = output.progress().start("pictures", files.size())) {
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
          classify(encoder, good, pictures, all);
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

  private void classify(
      PictureEncoder encoder, List<Path> files, List<RgbImage> pictures, ArrayNode all) {
    try (Scope scope = Scope.open("predictions");
        Autograd.Switch off = Autograd.off()) {
      Functions.Top best =
          Functions.top(Functions.softmax(classifier.logits(encoder.of(pictures)), 1), top);
      float[] probabilities = best.values().toFloats();
      long[] winners = best.indices().toLongs();
      for (int i = 0; i < files.size(); i++) {
        ArrayNode classes = JsonNodeFactory.instance.arrayNode();
        for (int k = 0; k < top; k++) {
          String name = classNames.get((int) winners[i * top + k]);
          float probability = probabilities[i * top + k];
          classes.addObject().put("class", name).put("probability", probability);
          if (!output.isJson()) {
            output.line(
                String.format(Locale.ROOT, "%s\t%s\t%.4f", files.get(i), name, probability));
          }
        }
        all.addObject().put("picture", files.get(i).toString()).set("classes", classes);
      }
    }
  }
}
