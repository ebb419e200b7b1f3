package org.kgcoop.verify;

import static org.kgcoop.verify.ReferenceFolder.texts;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.clip.Clip;
import org.kgcoop.image.view.ViewRecipe;
import org.kgcoop.method.LeaveOneOut;
import org.kgcoop.method.LpDescent;
import org.kgcoop.method.LpPlusPlus;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.model.Head;
import org.kgcoop.model.Step;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** The cases of the kind {@code lp++}: all epochs, and the logits of the best one. */
final class LpCase {
  private LpCase() {}

  static void run(ReferenceFolder folder, JsonNode c, Comparison comparison) {
    Clip clip = folder.model(c);
    List<String> classNames = texts(c.path("classnames"));
    Tensor support =
        new CaseFitContext(folder, clip, c, classNames)
            .views(1, ViewRecipe.NONE)
            .features()
            .select(0, c.path("view").asInt())
            .unitRows();
    int[] labels = ReferenceFolder.ints(c.path("support_labels"));
    Tensor asked = ModelCases.features(clip, ModelCases.images(folder, c, "val_images"));
    int[] answers = ReferenceFolder.ints(c.path("val_labels"));
    Tensor images = ModelCases.features(clip, ModelCases.images(folder, c, "images"));
    long[] correct = new long[c.path("epochs").size()];
    List<Tensor> logits = new ArrayList<>();
    try (Head texts = new ZeroShot(texts(c.path("templates"))).classifier(clip, classNames);
        LpDescent descent =
            new LpDescent(
                support,
                labels,
                texts.classFeatures().orElseThrow(),
                ModelCases.images(folder, c, "bias"),
                true)) {
      LpDescent.Rates rates = descent.rates();
      JsonNode expected = c.path("rates");
      comparison.value("rate of W", rates.weight(), expected.path("lr_w").asDouble());
      comparison.value("rate of alpha", rates.alpha(), expected.path("lr_alpha").asDouble());
      comparison.value(
          "start of alpha", rates.initialAlpha(), expected.path("init_alpha").asDouble());
      for (int epoch = 0; epoch < correct.length; epoch++) {
        try (Scope scope = Scope.open("epoch")) {
          epoch(folder, c.path("epochs").path(epoch), epoch, descent, comparison);
          try (Autograd.Switch off = Autograd.off()) {
            correct[epoch] = LeaveOneOut.correct(descent.logits(asked), answers);
            logits.add(scope.promote(descent.logits(images)));
          }
        }
      }
    }
    JsonNode expected = c.path("expect");
    List<Long> counts = new ArrayList<>();
    expected.path("val_correct").forEach(count -> counts.add(count.asLong()));
    comparison.equal("correct after each epoch", Arrays.stream(correct).boxed().toList(), counts);
    int best = LpPlusPlus.last(correct) - 1;
    comparison.equal("best epoch", best, expected.path("best_epoch").asInt());
    ModelCases.compare(
        folder, "logits", logits.get(best), expected.path("logits").asText(), comparison);
  }

  private static void epoch(
      ReferenceFolder folder, JsonNode c, int epoch, LpDescent descent, Comparison comparison) {
    Step step = descent.step();
    String at = " of epoch " + (epoch + 1);
    comparison.value(
        "loss" + at, step.losses().values().iterator().next(), c.path("loss").asDouble());
    Map<String, Tensor> gradients = new LinkedHashMap<>();
    int next = 0;
    for (String name : descent.parameters().keySet()) {
      gradients.put(name, step.gradients().get(next++));
    }
    ModelCases.compareAll(folder, "gradient of ", gradients, c.path("gradients"), comparison);
    ModelCases.compareAll(
        folder, "value" + at + " of ", descent.parameters(), c.path("parameters"), comparison);
  }
}
