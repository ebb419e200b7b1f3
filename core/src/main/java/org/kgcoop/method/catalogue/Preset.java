package org.kgcoop.method.catalogue;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kgcoop.data.published.PublishedDataSet;
import org.kgcoop.data.published.PublishedDataSets;
import org.kgcoop.method.Clap;
import org.kgcoop.method.ClipAdapter;
import org.kgcoop.method.CoOp;
import org.kgcoop.method.Ensemble;
import org.kgcoop.method.Lasp;
import org.kgcoop.method.LpPlusPlus;
import org.kgcoop.method.Method;
import org.kgcoop.method.Occasion;
import org.kgcoop.method.ProGrad;
import org.kgcoop.method.TaskRes;
import org.kgcoop.method.Tcp;
import org.kgcoop.method.TipAdapter;
import org.kgcoop.method.TipAdapterF;
import org.kgcoop.method.TrainedMethod;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.method.tower.ClipLora;
import org.kgcoop.method.tower.Maple;
import org.kgcoop.method.tower.Mmrl;
import org.kgcoop.method.tower.PromptSrc;
import org.kgcoop.method.tower.Vpt;
import org.kgcoop.prompt.PromptText;
import org.kgcoop.prompt.Templates;

/**
 * The published configurations that settings come from where nobody states them. A method has those
 * of base-to-new generalisation itself ({@link MethodCatalogue}, {@link TrainedMethod#defaults});
 * here stands what was published otherwise for a protocol, a data set or a number of shots.
 */
public enum Preset {
  /**
   * The scripts of CoCoOp, KgCoOp, ProGrad, TCP, LASP and all that learn in the image tower:
   * base-to-new.
   */
  BASE_TO_NEW,

  /** CoOp's scripts of few-shot classification, ProGrad's, PromptSRC's and MMRL's. */
  FEW_SHOT,

  /**
   * From one data set to others: as the first, but for MaPLe, PromptSRC and MMRL, whose scripts are
   * others there.
   */
  TRANSFER;

  private static final String IMAGENET = "ImageNet";
  private static final String TEXTURES = "DescribableTextures";
  private static final String FLOWERS = "OxfordFlowers";
  private static final String CALTECH = "Caltech101";
  private static final String AIRCRAFT = "FGVCAircraft";
  private static final String FOOD = "Food101";
  private static final String ACTIONS = "UCF101";

  /** CoOp's zero-shot row of the textures; KgCoOp's teacher has another template. */
  private static final String ZERO_SHOT_TEXTURES = "{} texture.";

  /**
   * The rest of TCP's patterns after their vectors, where it is more than the class name and a full
   * stop. That of the actions is "a photo of a person doing {}.", whose first four tokens become
   * vectors.
   */
  private static final Map<String, String> TCP_PATTERNS =
      Map.of(
          "OxfordPets",
          "{}, a type of pet.",
          "OxfordFlowers",
          "{}, a type of flower.",
          AIRCRAFT,
          "{}, a type of aircraft.",
          TEXTURES,
          "{} texture.",
          "StanfordCars",
          "{}, a type of car",
          FOOD,
          "{}, a type of food.",
          ACTIONS,
          "person doing {}.");

  /** TCP's hand-crafted prompts where they are not KgCoOp's. */
  private static final Map<String, String> TCP_TEMPLATES =
      Map.of(
          AIRCRAFT, "a photo of an aircraft {}.",
          FOOD, "a photo of a {}, a type of food.");

  /** The data sets that LASP has lambda 10 on, and 50 epochs. */
  private static final Set<String> LASP_STRONGER = Set.of(CALTECH, TEXTURES, ACTIONS);

  /** The data sets that PromptSRC averages the last epochs of in few-shot classification. */
  private static final Set<String> LATE_AVERAGE =
      Set.of("StanfordCars", FLOWERS, AIRCRAFT, TEXTURES, "EuroSAT");

  /** The depth of MaPLe and PromptSRC from one data set to others. */
  private static final int TRANSFER_DEPTH = 3;

  /** The weights of MMRL's {@code trainers/config.py}, for base-to-new and few shots. */
  private static final Map<String, Double> MMRL_WEIGHTS =
      Map.ofEntries(
          Map.entry("StanfordCars", 7.0),
          Map.entry(AIRCRAFT, 6.0),
          Map.entry("SUN397", 6.0),
          Map.entry(TEXTURES, 6.0),
          Map.entry(FOOD, 5.0),
          Map.entry(FLOWERS, 4.0),
          Map.entry(ACTIONS, 3.0),
          Map.entry(IMAGENET, 0.5),
          Map.entry(CALTECH, 0.5),
          Map.entry("OxfordPets", 0.2),
          Map.entry("EuroSAT", 0.01));

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
      case Tcp.ID -> {
        template = published(occasion.dataSet(), template, TCP_TEMPLATES.get(occasion.dataSet()));
        String rest = TCP_PATTERNS.get(occasion.dataSet());
        if (rest != null && !settings.has("pattern")) {
          int tokens = settings.path("context_tokens").asInt(Tcp.DEFAULT_TOKENS);
          settings.put("pattern", PromptText.pattern(tokens, rest));
        }
      }
      case Lasp.ID -> {
        if (LASP_STRONGER.contains(occasion.dataSet()) && !settings.has("weight")) {
          settings.put("weight", 10);
        }
      }
      case Maple.ID -> addDepth(settings, "depth");
      case PromptSrc.ID -> {
        addDepth(settings, "text_depth");
        addDepth(settings, "image_depth");
      }
      case Mmrl.ID -> {
        template = zeroShotTemplate(occasion.dataSet(), template);
        addMmrl(settings, occasion.dataSet());
      }
      case TipAdapter.ID, TipAdapterF.ID -> {
        template = zeroShotTemplate(occasion.dataSet(), template);
        addEnsemble(settings, occasion.dataSet());
        CacheSearches.add(settings, occasion.dataSet());
      }
      case ClipLora.ID, Vpt.ID ->
          template = published(occasion.dataSet(), template, Templates.DEFAULT);
      case LpPlusPlus.ID -> {
        template = zeroShotTemplate(occasion.dataSet(), template);
        addEnsemble(settings, occasion.dataSet());
      }
      default -> {}
    }
    return MethodCatalogue.parse(settings.put("template", template));
  }

  private void addDepth(ObjectNode settings, String key) {
    if (this == TRANSFER && !settings.has(key)) {
      settings.put(key, TRANSFER_DEPTH);
    }
  }

  /** On ImageNet the texts of TaskRes and CLAP are those of the ensemble and its own. */
  private static void addEnsemble(ObjectNode settings, String dataSet, String template) {
    if (dataSet.equals(IMAGENET) && !settings.has("templates")) {
      ArrayNode templates = settings.putArray("templates");
      Templates.ENSEMBLE.forEach(templates::add);
      templates.add(template);
    }
  }

  /** On ImageNet the texts of Tip-Adapter and LP++ are the seven of the ensemble. */
  private static void addEnsemble(ObjectNode settings, String dataSet) {
    if (dataSet.equals(IMAGENET) && !settings.has("templates")) {
      Templates.ENSEMBLE.forEach(settings.putArray("templates")::add);
    }
  }

  /** MMRL's weight, and its dimension on EuroSAT. */
  private void addMmrl(ObjectNode settings, String dataSet) {
    if (!settings.has("weight")) {
      double usual = this == FEW_SHOT ? 0.5 : Mmrl.DEFAULT_WEIGHT;
      settings.put("weight", this == TRANSFER ? 0.2 : MMRL_WEIGHTS.getOrDefault(dataSet, usual));
    }
    if (dataSet.equals("EuroSAT") && !settings.has("dimension")) {
      settings.put("dimension", 2048);
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
      case TipAdapterF.ID -> occasion.dataSet().equals("EuroSAT") ? usual.withEpochs(100) : usual;
      case Tcp.ID -> imageNet || occasion.dataSet().equals("SUN397") ? usual.withEpochs(25) : usual;
      case Lasp.ID -> laspTraining(occasion.dataSet(), usual);
      case Maple.ID -> this == TRANSFER ? usual.withEpochs(2).with("lr", 0.0026) : usual;
      case PromptSrc.ID -> promptSrcTraining(occasion.dataSet(), usual);
      case Mmrl.ID -> mmrlTraining(imageNet, usual);
      case ClipLora.ID ->
          usual.withEpochs(
              ClipLora.epochs(occasion.classes(), occasion.shots(), occasion.images()));
      case TaskRes.ID -> {
        boolean few = occasion.shots() >= 1 && occasion.shots() <= 4;
        TrainedMethod.Defaults training = usual.withEpochs(few ? 100 : usual.epochs());
        yield imageNet ? training.with("lr", 2e-4) : training;
      }
      default -> usual;
    };
  }

  /** LASP's four configurations, by the data sets of its logs. */
  private static TrainedMethod.Defaults laspTraining(String dataSet, TrainedMethod.Defaults usual) {
    if (dataSet.equals(FOOD)) {
      return new TrainedMethod.Defaults(10, 1, usual.settings())
          .with("lr", 0.002)
          .with("warmup_epochs", 1);
    }
    if (LASP_STRONGER.contains(dataSet)) {
      return usual.withEpochs(50).with("warmup_epochs", 5);
    }
    if (dataSet.equals("EuroSAT")) {
      return usual.withEpochs(300).with("warmup_epochs", 7);
    }
    return usual;
  }

  private TrainedMethod.Defaults promptSrcTraining(String dataSet, TrainedMethod.Defaults usual) {
    return switch (this) {
      case BASE_TO_NEW -> usual;
      case TRANSFER -> usual.with("keep", "gauss:6,10");
      case FEW_SHOT ->
          usual
              .withEpochs(50)
              .with("keep", LATE_AVERAGE.contains(dataSet) ? "gauss:45,5" : "gauss:30,30");
    };
  }

  /** MMRL's four configurations. */
  private TrainedMethod.Defaults mmrlTraining(boolean imageNet, TrainedMethod.Defaults usual) {
    if (this == TRANSFER) {
      return new TrainedMethod.Defaults(1, 32, usual.settings()).with("warmup", "none");
    }
    if (imageNet) {
      return new TrainedMethod.Defaults(5, 32, usual.settings());
    }
    return this == FEW_SHOT ? new TrainedMethod.Defaults(50, 32, usual.settings()) : usual;
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
    return published(dataSet, own, dataSet.equals(TEXTURES) ? ZERO_SHOT_TEXTURES : null);
  }

  /** Another template in place of that of the published list; one that somebody stated stays. */
  private static String published(String dataSet, String own, @Nullable String other) {
    boolean listed =
        PublishedDataSets.find(dataSet)
            .map(PublishedDataSet::template)
            .filter(own::equals)
            .isPresent();
    return listed && other != null ? other : own;
  }
}
