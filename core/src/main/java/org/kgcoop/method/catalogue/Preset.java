package org.kgcoop.method.catalogue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;
import org.kgcoop.data.published.PublishedDataSet;
import org.kgcoop.data.published.PublishedDataSets;
import org.kgcoop.method.CoOp;
import org.kgcoop.method.Ensemble;
import org.kgcoop.method.LpPlusPlus;
import org.kgcoop.method.Method;
import org.kgcoop.method.Occasion;
import org.kgcoop.method.ProGrad;
import org.kgcoop.method.TipAdapter;
import org.kgcoop.method.TipAdapterF;
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

  /** CoOp's zero-shot row of the textures; KgCoOp's teacher has another template. */
  private static final String ZERO_SHOT_TEXTURES = "{} texture.";

  /** The data sets with lambda 0.8 from 8 shots on in ProGrad's few-shot table. */
  private static final Set<String> WEAKER_LAMBDA = Set.of("OxfordFlowers", TEXTURES, "EuroSAT");

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
      case ZeroShot.ID -> template = zeroShotTemplate(occasion.dataSet(), template);
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
      case TipAdapter.ID, TipAdapterF.ID -> {
        template = zeroShotTemplate(occasion.dataSet(), template);
        addEnsemble(settings, occasion.dataSet());
        CacheSearches.add(settings, occasion.dataSet());
      }
      case LpPlusPlus.ID -> {
        template = zeroShotTemplate(occasion.dataSet(), template);
        addEnsemble(settings, occasion.dataSet());
      }
      default -> {}
    }
    return MethodCatalogue.parse(settings.put("template", template));
  }

  /** On ImageNet the texts of Tip-Adapter and LP++ are the seven of the ensemble. */
  private static void addEnsemble(ObjectNode settings, String dataSet) {
    if (dataSet.equals(IMAGENET) && !settings.has("templates")) {
      Templates.ENSEMBLE.forEach(settings.putArray("templates")::add);
    }
  }

  /** The epochs and batch size of a method on those data. */
  public TrainedMethod.Defaults training(TrainedMethod method, Occasion occasion) {
    TrainedMethod.Defaults usual = method.defaults();
    if (method.id().equals(TipAdapterF.ID) && occasion.dataSet().equals("EuroSAT")) {
      return usual.withEpochs(100);
    }
    if (!method.id().equals(CoOp.ID) && !method.id().equals(ProGrad.ID)) {
      return usual;
    }
    int epochs = usual.epochs();
    if (occasion.dataSet().equals(IMAGENET)) {
      epochs = 50;
    } else if (this == FEW_SHOT) {
      epochs = fewShotEpochs(occasion.shots());
    }
    return new TrainedMethod.Defaults(epochs, usual.batchSize(), usual.settings());
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
