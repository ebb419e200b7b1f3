package org.kgcoop.verify;

import java.util.ArrayList;
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

  static void run(Case c) {
    Clip clip = c.clip();
    List<String> classNames = c.texts("classnames");
    Tensor support =
        new CaseFitContext(c, classNames)
            .views(1, ViewRecipe.NONE)
            .features()
            .select(0, c.integer("view"))
            .unitRows();
    Tensor asked = ModelCases.features(clip, c.tensor("val_images"));
    Tensor images = ModelCases.features(clip, c.tensor("images"));
    List<Case> epochs = c.all("epochs");
    long[] correct = new long[epochs.size()];
    List<Tensor> logits = new ArrayList<>();
    try (Head texts = new ZeroShot(c.texts("templates")).classifier(clip, classNames);
        LpDescent descent =
            new LpDescent(
                support,
                c.ints("support_labels"),
                texts.classFeatures().orElseThrow(),
                c.tensor("bias"),
                true)) {
      LpDescent.Rates rates = descent.rates();
      c.at("rates").compare("lr_w", rates.weight());
      c.at("rates").compare("lr_alpha", rates.alpha());
      c.at("rates").compare("init_alpha", rates.initialAlpha());
      for (int epoch = 0; epoch < correct.length; epoch++) {
        try (Scope scope = Scope.open("epoch")) {
          step(epochs.get(epoch), " of epoch " + (epoch + 1), descent.step(), descent.parameters());
          try (Autograd.Switch off = Autograd.off()) {
            correct[epoch] = LeaveOneOut.correct(descent.logits(asked), c.ints("val_labels"));
            logits.add(scope.promote(descent.logits(images)));
          }
        }
      }
    }
    int best = LpPlusPlus.last(correct) - 1;
    c.expect().equal("val_correct", correct);
    c.expect().equal("best_epoch", best);
    c.expect().compare("logits", "logits", logits.get(best));
  }

  private static void step(Case c, String at, Step step, Map<String, Tensor> parameters) {
    c.comparison().value("loss" + at, step.losses().values().iterator().next(), c.number("loss"));
    c.compareAll("gradient of ", "gradients", gradients(step, parameters));
    c.compareAll("value" + at + " of ", "parameters", parameters);
  }

  /** Returns the gradients of a step by the names of the parameters. */
  static Map<String, Tensor> gradients(Step step, Map<String, Tensor> parameters) {
    Map<String, Tensor> gradients = new LinkedHashMap<>();
    for (String name : parameters.keySet()) {
      gradients.put(name, step.gradients().get(gradients.size()));
    }
    return gradients;
  }
}
