package org.kgcoop.method.catalogue;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;
import org.kgcoop.data.published.PublishedDataSet;
import org.kgcoop.data.published.PublishedDataSets;
import org.kgcoop.method.Clap;
import org.kgcoop.method.ClipAdapter;
import org.kgcoop.method.CoOp;
import org.kgcoop.method.Ensemble;
import org.kgcoop.method.Method;
import org.kgcoop.method.Occasion;
import org.kgcoop.method.ProGrad;
import org.kgcoop.method.TaskRes;
import org.kgcoop.method.TrainedMethod;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.prompt.Templates;

/**
 * The published configurations that settings come from where nobody states them. A method has those
 * of base-to-new generalisation itself ({@link MethodCatalogue}, {@link TrainedMethod#defaults});
 * here stands what was published otherwise for a protocol, a data set or a number of shots.
 */
public enum Preset {
  /** CoCoOp's and KgCoOp's scripts, and ProGrad's: base-to-new, from one data set to others. */
  BASE_TO_NEW,

  /** CoOp's scripts of few-shot classification, and ProGrad's. */
  FEW_SHOT;

  private static final String IMAGENET = "ImageNet";
  private static final String TEXTURES = "DescribableTextures";
  private static final String FLOWERS = "OxfordFlowers";

  /** CoOp's zero-shot row of the textures; KgCoOp's teacher has another template. */
  private static final String ZERO_SHOT_TEXTURES = "{} texture.";

  /** The data sets with lambda 0.8 from 8 shots on in ProGrad's few-shot table. */
  private static final Set<String> WEAKER_LAMBDA = Set.of(FLOWERS, TEXTURES, "EuroSAT");

  /**
   * A method on those data.
   *
   * @param stated {@code method} and the settings that are stated, as for {@link
   *     MethodCatalogue#parse}; its template is that of the data
   * @throws org.kgcoop.KgCoopException for an unknown method, key or value
   */
  public Method method(ObjectNode stated, Occasion occasion) {
    ObjectNode settings = stated.deepCopy();
    String template = occasion.template();
    switch (settings.path("method").asText()) {
      case ZeroShot.ID, ClipAdapter.ID -> template = zeroShotTemplate(occasion.dataSet(), template);
      case Clap.ID, Clap.UNCONSTRAINED_ID -> {
        template = zeroShotTemplate(occasion.dataSet(), template);
        addEnsemble(settings, occasion.dataSet(), template);
      }
      case TaskRes.ID -> {
        template = zeroShotTemplate(occasion.dataSet(), template);
        addEnsemble(settings, occasion.dataSet(), template);
        if (occasion.dataSet().equals(FLOWERS) && !settings.has("alpha")) {
          settings.put("alpha", 1.0);
        }
      }
      case Ensemble.ID -> {
        template = zeroShotTemplate(occasion.dataSet(), template);
        if (occasion.dataSet().equals(IMAGENET) && !settings.has("own_template")) {
          settings.put("own_template", false);
        }
      }
      case CoOp.ID -> {
        if (this == FEW_SHOT && !settings.has("context_tokens") && !settings.has("words")) {
          settings.put("context_tokens", 16); // from random values
        }
      }
      case ProGrad.ID -> {
        if (this == FEW_SHOT
            && occasion.shots() >= 8
            && WEAKER_LAMBDA.contains(occasion.dataSet())
            && !settings.has("lambda")) {
          settings.put("lambda", 0.8);
        }
      }
      default -> {}
    }
    return MethodCatalogue.parse(settings.put("template", template));
  }

  /** On ImageNet the texts of TaskRes and CLAP are those of the ensemble and its own. */
  private static void addEnsemble(ObjectNode settings, String dataSet, String template) {
    if (dataSet.equals(IMAGENET) && !settings.has("templates")) {
      ArrayNode templates = settings.putArray("templates");
      Templates.ENSEMBLE.forEach(templates::add);
      templates.add(template);
    }
  }

  /** The training of a method on those data. */
  public TrainedMethod.Defaults training(TrainedMethod method, Occasion occasion) {
    TrainedMethod.Defaults usual = method.defaults();
    boolean imageNet = occasion.dataSet().equals(IMAGENET);
    return switch (method.id()) {
      case CoOp.ID, ProGrad.ID, ClipAdapter.ID -> {
        int epochs = this == FEW_SHOT ? fewShotEpochs(occasion.shots()) : usual.epochs();
        yield usual.withEpochs(imageNet ? 50 : epochs);
      }
      case TaskRes.ID -> {
        boolean few = occasion.shots() >= 1 && occasion.shots() <= 4;
        TrainedMethod.Defaults training = usual.withEpochs(few ? 100 : usual.epochs());
        yield imageNet ? training.with("lr", 2e-4) : training;
      }
      default -> usual;
    };
  }

  private static int fewShotEpochs(int shots) {
    return switch (shots) {
      case 1 -> 50;
      case 2, 3, 4 -> 100;
      default -> 200;
    };
  }

  /**
   * The template of zero-shot CLIP on a data set: its own, but for the textures, where the
   * published rows have one of theirs.
   *
   * @param own that of the data set
   */
  public static String zeroShotTemplate(String dataSet, String own) {
    boolean published =
        dataSet.equals(TEXTURES)
            && PublishedDataSets.find(dataSet)
                .map(PublishedDataSet::template)
                .filter(own::equals)
                .isPresent();
    return published ? ZERO_SHOT_TEXTURES : own;
  }
}
