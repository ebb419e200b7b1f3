package org.kgcoop.method;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.model.Batch;
import org.kgcoop.model.FixedHead;
import org.kgcoop.model.FixedHeadModel;
import org.kgcoop.model.Head;
import org.kgcoop.model.Losses;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.settings.Declaration;
import org.kgcoop.settings.Setting;
import org.kgcoop.settings.SettingType;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * CLAP and ZS-LP: linear probes on unit features, initialized with the text features. CLAP also
 * keeps the prototypes close to the texts of the classes that zero-shot CLIP recognizes well.
 * Silva-Rodriguez, Hajimiri, Ben Ayed and Dolz, "A Closer Look at the Few-Shot Adaptation of Large
 * Vision-Language Models", CVPR 2024; code: jusiro/CLAP, {@code trainers/adapters.py}.
 *
 * <p>{@code logits = scale f . unit(w_c)}. The prototype w_c starts at b_c, the mean over templates
 * of the raw text features of class c, which are not normalized. The loss of ZS-LP is the
 * cross-entropy. The loss of CLAP is {@code cross entropy + mean_c a_c |w_c - b_c|^2}. The
 * multiplier a_c is the mean zero-shot probability of class c over all views of its training
 * images. It is computed once and stays fixed. For a class without images it is 1; the published
 * code divides by 0 in this case. As published, class names keep their underscores in the texts.
 * The variants that the published scripts do not use are not implemented.
 *
 * @param texts the templates; published: the data set's template, and on ImageNet also the seven
 *     templates of the ensemble
 * @param constrained true for CLAP, false for ZS-LP
 */
public record Clap(TemplateEnsemble texts, boolean constrained) implements TrainedMethod {
  public static final String ID = "clap";
  public static final String UNCONSTRAINED_ID = "zs-lp";

  public static final Declaration<Method> DECLARATION =
      declaration(
          ID,
          "CLAP",
          true,
          "A linear probe that starts at the text features and stays near the good ones.",
          "loss = cross entropy + mean_c a_c |w_c - b_c|^2");

  public static final Declaration<Method> UNCONSTRAINED =
      declaration(
          UNCONSTRAINED_ID,
          "ZS-LP",
          false,
          "A linear probe that starts at the text features.",
          "loss = cross entropy");

  private static Declaration<Method> declaration(
      String id, String title, boolean constrained, String sentence, String loss) {
    Setting<Boolean> constraint =
        Setting.of(
            "constraint",
            SettingType.TEXT.as(Clap::isConstrained, isConstrained -> isConstrained ? L2 : NONE),
            constrained,
            "l2, or none, which is ZS-LP");
    return Declaration.of(Clap.class, id, title)
        .trainer(constrained ? "ADAPTER" : "")
        .description(
            sentence, "logits = scale f . unit(w_c); w_c starts at b_c of the texts; " + loss)
        .published(
            "Silva-Rodriguez, Hajimiri, Ben Ayed and Dolz, A Closer Look at the Few-Shot Adaptation"
                + " of Large Vision-Language Models, CVPR 2024",
            "https://github.com/jusiro/CLAP")
        .boundBy("a prototype of each class")
        .settings(
            SharedSettings.HAND_CRAFTED,
            constrained ? constraint.publishedAs("TRAINER.ADAPTER.CONSTRAINT") : constraint);
  }

  private static final String PROTOTYPES = "prototypes";
  private static final String L2 = "l2";
  private static final String NONE = "none";

  private static boolean isConstrained(String constraint) {
    if (!constraint.equals(L2) && !constraint.equals(NONE)) {
      throw KgCoopException.configuration(
          "CLAP's constraint '" + constraint + "': expected l2, or none, which is ZS-LP");
    }
    return constraint.equals(L2);
  }

  @Override
  public Declaration<Method> declaration() {
    return constrained ? DECLARATION : UNCONSTRAINED;
  }

  @Override
  public Defaults defaults() {
    return new Defaults(300, 256)
        .with("lr", 0.1)
        .with("weight_decay", 0)
        .with("augment", "pool:20");
  }

  @Override
  public TrainableModel model(FitContext context) {
    return new PrototypeModel(context);
  }

  @Override
  public Head classifier(Clip clip, FittedMethod learned, List<String> classNames) {
    return FixedHead.Linear.of(
        clip.logitScale(),
        () ->
            learned
                .value(clip, PROTOTYPES, classNames.size(), clip.config().embedDim())
                .unitRows());
  }

  private final class PrototypeModel extends FixedHeadModel {
    private final double scale;
    private final Tensor base; // (C, E)
    private final Tensor prototypes; // (C, E)
    private final @Nullable Tensor multipliers; // (C); null without a constraint

    PrototypeModel(FitContext context) {
      super(context.clip().device());
      scale = context.clip().logitScale();
      try (Scope scope = Scope.open("base text features")) {
        base = buffer("base_text_features", texts.raw(context.clip(), context.classNames()));
        prototypes = parameter(PROTOTYPES, base);
        multipliers = constrained ? buffer("multipliers", multipliers(context)) : null;
      }
    }

    private Tensor multipliers(FitContext context) {
      LabeledViews views = context.views(Clap.this);
      int classes = context.classNames().size();
      double[] sums = new double[classes];
      int[] counts = new int[classes]; // of views
      for (int v = 0; v < views.features().size(0); v++) {
        try (Scope scope = Scope.open("view");
            Autograd.Switch off = Autograd.off()) {
          Tensor logits = logits(views.features().select(0, v).unitRows()); // (N, C)
          float[] probabilities = Functions.softmax(logits, 1).toFloats();
          for (int n = 0; n < views.labels().size(); n++) {
            int label = views.labels().get(n);
            sums[label] += probabilities[n * classes + label];
            counts[label]++;
          }
        }
      }
      float[] means = new float[classes];
      for (int c = 0; c < classes; c++) {
        means[c] = counts[c] == 0 ? 1 : (float) (sums[c] / counts[c]);
      }
      return Tensor.of(means, classes);
    }

    @Override
    protected FixedHead fixedHead() {
      return new FixedHead.Linear(prototypes.unitRows(), null, scale);
    }

    @Override
    protected Losses losses(Tensor logits, Batch batch) {
      if (multipliers == null) {
        return super.losses(logits, batch);
      }
      Tensor crossEntropy = Functions.crossEntropy(logits, batch.labels());
      Tensor away = prototypes.minus(base); // (C, E)
      Tensor constraint = away.times(away).sum(1).times(multipliers).mean();
      return Losses.of(crossEntropy.plus(constraint))
          .and("cross_entropy", crossEntropy)
          .and("constraint", constraint);
    }
  }
}
