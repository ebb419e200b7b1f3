package org.kgcoop.verify;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.clip.Clip;
import org.kgcoop.image.view.ViewRecipe;
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

  static void run(ReferenceCase c) {
    Clip clip = c.model();
    List<String> classNames = c.texts("classnames");
    Tensor support =
        new CaseFitContext(c, clip, classNames)
            .views(1, ViewRecipe.NONE)
            .features()
            .select(0, c.whole("view"))
            .unitRows();
    Tensor asked = ModelCases.features(clip, c.floats("val_images"));
    int[] answers = c.ints("val_labels");
    Tensor images = ModelCases.features(clip, c.floats("images"));
    long[] correct = new long[c.path("epochs").size()];
    List<Tensor> logits = new ArrayList<>();
    try (Head texts = new ZeroShot(c.texts("templates")).classifier(clip, classNames);
        LpDescent descent =
            new LpDescent(
                support,
                c.ints("support_labels"),
                texts.classFeatures().orElseThrow(),
                c.floats("bias"),
                true)) {
      LpDescent.Rates rates = descent.rates();
      c.at("rates").value("lr_w", rates.weight());
      c.at("rates").value("lr_alpha", rates.alpha());
      c.at("rates").value("init_alpha", rates.initialAlpha());
      for (int epoch = 0; epoch < correct.length; epoch++) {
        try (Scope scope = Scope.open("epoch")) {
          epoch(c.at("epochs", epoch), epoch, descent);
          correct[epoch] = LpPlusPlus.correct(descent, asked, answers);
          try (Autograd.Switch off = Autograd.off()) {
            logits.add(scope.promote(descent.logits(images)));
          }
        }
      }
    }
    ReferenceCase expected = c.expect();
    expected.counts("val_correct", correct);
    int best = LpPlusPlus.last(correct) - 1;
    expected.count("best_epoch", best);
    expected.tensor("logits", logits.get(best), "logits");
  }

  private static void epoch(ReferenceCase c, int epoch, LpDescent descent) {
    Step step = descent.step();
    String at = " of epoch " + (epoch + 1);
    c.comparison().value("loss" + at, step.losses().values().iterator().next(), c.number("loss"));
    Map<String, Tensor> gradients = new LinkedHashMap<>();
    Iterator<Tensor> next = step.gradients().iterator();
    descent.parameters().keySet().forEach(name -> gradients.put(name, next.next()));
    c.at("gradients").tensors("gradient of ", gradients);
    c.at("parameters").tensors("value" + at + " of ", descent.parameters());
  }
}
