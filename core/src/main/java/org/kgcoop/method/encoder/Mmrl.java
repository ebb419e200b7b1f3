package org.kgcoop.method.encoder;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.DeepPrompts;
import org.kgcoop.clip.TunedImageEncoder;
import org.kgcoop.clip.VisionTransformer;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.method.ClassIndices;
import org.kgcoop.method.FittedMethod;
import org.kgcoop.method.Method;
import org.kgcoop.method.SharedSettings;
import org.kgcoop.model.Batch;
import org.kgcoop.model.Head;
import org.kgcoop.model.Init;
import org.kgcoop.model.ModelInputs;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.prompt.DeepTextPrompts;
import org.kgcoop.prompt.PromptText;
import org.kgcoop.prompt.TextFeatures;
import org.kgcoop.settings.Declaration;
import org.kgcoop.settings.Setting;
import org.kgcoop.settings.SettingType;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * MMRL: learned tokens in a separate space, projected into both encoders by linear layers. Guo and
 * Gu, "MMRL: Multi-Modal Representation Learning for Vision-Language Models", CVPR 2025; code:
 * yunncheng/MMRL, {@code trainers/mmrl.py} and {@code clip/model_mmrl.py}.
 *
 * <pre>{@code
 * tokens of layer l = R A_l^T + a_l in the image encoder, R B_l^T + b_l in texts; R is (n, d)
 * f = unit(CLS token . frozen projection)      of the image encoder with these tokens
 * r = unit(mean of the n tokens . P)           P learned; both after the encoder's last norm
 * t_c = unit feature of the template's text, with these tokens after its start token
 * loss = share CE(100 f . t) + (1 - share) CE(100 r . t)
 *        + weight (1 - mean cos(f, f0)) + weight (1 - mean cos(t, t0)), 0 for the frozen encoders
 * }</pre>
 *
 * <p>The tokens are inserted before the first layer of the list and replaced before each later one.
 * In all other layers, the encoder processes them like any other token.
 *
 * <p>If all classes of the classifier were trained, the logits are {@code share 100 f . t + (1 -
 * share) 100 r . t}. For other classes, and for any other data set, they are only {@code 100 f .
 * t}, because f generalizes and r is specific to the training classes. The published code makes the
 * same distinction, by the task and the part of a run. A published file contains the embeddings of
 * the class texts, but no class names.
 *
 * <p>There are two differences from the published code. It computes in mixed precision; this
 * implementation uses float32. The published code caches the class features of its first
 * evaluation, so it selects the best epoch with the features of the first.
 *
 * @param tokens n, the number of tokens; published: 5
 * @param layers the layers that the tokens are inserted before, from 1, ascending; published: 6 to
 *     12
 * @param dimension d, the width of the tokens; published: 512, and 2048 for EuroSAT
 * @param share the share of the CLS token in the loss and in the logits; published: 0.7
 * @param weight the weight of the distances from the frozen encoders; published: 0.01 to 7, by data
 *     set and protocol
 * @param template the template of the texts; published: CoOp's zero-shot templates
 */
public record Mmrl(
    int tokens, List<Integer> layers, int dimension, double share, double weight, String template)
    implements EncoderMethod {
  public static final String ID = "mmrl";
  public static final List<Integer> DEFAULT_LAYERS = List.of(6, 7, 8, 9, 10, 11, 12);

  public static final Declaration<Method> DECLARATION =
      Declaration.of(Mmrl.class, ID, "MMRL")
          .prompts("textual+visual")
          .trainer("MMRL")
          .description(
              "Learned tokens of a space of their own, which linear layers bring into both"
                  + " encoders.",
              "loss = share CE(100 f . t) + (1 - share) CE(100 r . t) + weight (1 - mean cos(f, f0))"
                  + " + weight (1 - mean cos(t, t0))")
          .published(
              "Guo and Gu, MMRL: Multi-Modal Representation Learning for Vision-Language Models,"
                  + " CVPR 2025",
              "https://github.com/yunncheng/MMRL")
          .needsVit()
          .settings(
              Setting.whole("tokens", 5, "Learned representations")
                  .between(1, 1000)
                  .in("tokens")
                  .publishedAs("TRAINER.MMRL.N_REP_TOKENS"),
              Setting.of(
                      "representation_layers",
                      SettingType.WHOLES,
                      DEFAULT_LAYERS,
                      "Layers that the tokens are inserted before, from 1")
                  .allowing("ascending ones from 1 on, such as 6|7|8|9|10|11|12", Mmrl::isAscending)
                  .publishedAs("TRAINER.MMRL.REP_LAYERS"),
              Setting.whole("dimension", 512, "Width of the representations")
                  .between(1, 65_536)
                  .publishedAs("TRAINER.MMRL.REP_DIM"),
              Setting.number("share", 0.7, "The share of CLS features in loss and logits")
                  .between(0, 1)
                  .publishedAs("TRAINER.MMRL.ALPHA", "TRAINER.MMRL.SCALE"),
              Setting.number("weight", 1, "Weight of the distance to the frozen encoders")
                  .atLeast(0)
                  .publishedAs("TRAINER.MMRL.REG_WEIGHT"),
              SharedSettings.TEMPLATE);

  /** Name of the matrix R, (n, d). */
  public static final String TOKENS = "representation_learner.compound_rep_tokens";

  /** Name of the token embeddings of the trained classes' texts in a published file, (C, L, W). */
  public static final String TEXTS = "representation_learner.prompt_embeddings";

  private static final String TO_IMAGES = TOKENS + "_r2vproj";
  private static final String TO_TEXTS = TOKENS + "_r2tproj";

  /** Name of P, (W, E). */
  private static final String PROJECTION = "image_encoder.proj_rep";

  /** Scale of all logits, independent of the CLIP model's logit scale. */
  private static final double SCALE = 100;

  private static final double DEVIATION = 0.02;

  /**
   * Relative rounding error of half precision, followed by the absolute one of the smallest
   * numbers.
   */
  private static final double HALF = 0x1p-10;

  private static final double SMALLEST_HALF = 0x1p-24;

  private static boolean isAscending(List<Integer> layers) {
    return !layers.isEmpty()
        && layers.get(0) >= 1
        && IntStream.range(1, layers.size()).allMatch(i -> layers.get(i - 1) < layers.get(i));
  }

  /**
   * Returns the name of the weight of the linear layer into the image encoder, for entry k of the
   * list of layers.
   */
  public static String toImages(int k) {
    return TO_IMAGES + "." + k + ".weight";
  }

  public static boolean isParameter(String name) {
    return name.equals(PROJECTION) || name.startsWith(TOKENS);
  }

  @Override
  public Defaults defaults() {
    return new Defaults(10, 4)
        .with("lr", 0.001)
        .with("optimizer", "adamw")
        .with("transforms", "random_resized_crop(0.5,1),random_flip");
  }

  @Override
  public TrainableModel model(Clip clip, List<String> classNames, long seed) {
    return new Representations(vision(clip), clip, classNames, seed, share);
  }

  @Override
  public Head classifier(Clip clip, FittedMethod learned, List<String> classNames) {
    boolean known =
        learned.tensors().containsKey(TEXTS)
            ? hasTexts(clip, learned.tensors().get(TEXTS), classNames)
            : ClassIndices.of(learned.classNames(), classNames).firstUnknown().isEmpty();
    return learned.head(new Representations(vision(clip), clip, classNames, 0, known ? share : 1));
  }

  /** Returns true if the texts of all these classes were trained. */
  private boolean hasTexts(Clip clip, StoredTensor trained, List<String> classNames) {
    int width = clip.config().textWidth();
    long[] shape = trained.shape();
    if (shape.length != 3 || shape[2] != width) {
      return false;
    }
    try (Scope scope = Scope.open("trained texts")) {
      float[] all = trained.tensor().toFloats();
      int length = Math.toIntExact(shape[1]) * width;
      for (PromptText.ClassText row : PromptText.handCrafted(clip, classNames, template).texts()) {
        long[] tokens = row.tokens().stream().mapToLong(Integer::longValue).toArray();
        float[] embedded = clip.textEncoder().embed(tokens).toFloats();
        if (IntStream.range(0, Math.toIntExact(shape[0]))
            .noneMatch(c -> starts(all, c * length, length, embedded))) {
          return false;
        }
      }
    }
    return true;
  }

  /** Returns true if the numbers, rounded to half precision, equal the numbers at a position. */
  private static boolean starts(float[] all, int from, int length, float[] numbers) {
    return numbers.length <= length
        && IntStream.range(0, numbers.length)
            .allMatch(
                i ->
                    Math.abs(all[from + i] - numbers[i])
                        <= HALF * Math.abs(numbers[i]) + SMALLEST_HALF);
  }

  /** Returns this method with the template of the other data set. It uses only the CLS token. */
  @Override
  public Method forDataSetOf(Method other) {
    return other instanceof Mmrl mmrl
        ? new Mmrl(tokens, layers, dimension, 1, weight, mmrl.template)
        : this;
  }

  /** Returns the block numbers of the layers, from 0. */
  private List<Integer> blocks() {
    return layers.stream().map(layer -> layer - 1).toList();
  }

  private VisionTransformer vision(Clip clip) {
    VisionTransformer vision = clip.promptedVision(title());
    ContextInit.checkTexts(clip);
    int last = layers.get(layers.size() - 1);
    int least = Math.min(vision.layers(), clip.config().textLayers());
    if (last > least) {
      throw KgCoopException.configuration(
          "MMRL's representation_layers %s: the encoders of this CLIP have %s and %s layers; give others up to %s, such as --set %s.representation_layers=%s"
              .formatted(layers, vision.layers(), clip.config().textLayers(), least, ID, least));
    }
    return vision;
  }

  private final class Representations extends EncoderModel {
    private final Clip clip;
    private final List<String> classNames;
    private final VisionTransformer vision;
    private final double answered; // the share of the CLS token in the features

    Representations(
        VisionTransformer vision, Clip clip, List<String> classNames, long seed, double answered) {
      super(
          clip.device(),
          SCALE,
          new TextFeatures(
              clip,
              PromptText.handCrafted(clip, classNames, template),
              new DeepTextPrompts.Shared(blocks(), tokens, true)));
      this.clip = clip;
      this.classNames = List.copyOf(classNames);
      this.vision = vision;
      this.answered = answered;
      int width = vision.width();
      try (Scope scope = Scope.open("start")) {
        normal(TOKENS, seed, DEVIATION, tokens, dimension);
        addLayers(TO_IMAGES, width, seed);
        addLayers(TO_TEXTS, clip.config().textWidth(), seed);
        normal(PROJECTION, seed, 1 / Math.sqrt(width), width, clip.config().embedDim());
      }
    }

    /** Adds copies of one linear layer. */
    private void addLayers(String name, int width, long seed) {
      for (int k = 0; k < layers.size(); k++) {
        layer(name + "." + k, Init.random(seed, name), dimension, width);
      }
    }

    @Override
    List<Loss> imageTerms() {
      return List.of(
          new Loss("cross_entropy", share),
          new Loss("cross_entropy_tokens", 1 - share),
          new Loss("image", weight));
    }

    @Override
    List<Loss> textTerms() {
      return List.of(new Loss("text", weight));
    }

    @Override
    public ModelInputs inputs() {
      return ModelInputs.rows(blocks().get(0), true);
    }

    /**
     * Returns the tokens of each layer. The inputs of the image encoder also include the
     * projection.
     */
    @Override
    EncoderInputs encoderInputs() {
      List<Tensor> image = new ArrayList<>(applied(TO_IMAGES));
      image.add(parameter(PROJECTION));
      return new EncoderInputs(applied(TO_TEXTS), image);
    }

    private List<Tensor> applied(String encoder) {
      return IntStream.range(0, layers.size())
          .mapToObj(k -> applied(encoder + "." + k, parameter(TOKENS)))
          .toList();
    }

    private DeepPrompts prompts(List<Tensor> encoderInputs) {
      List<Integer> blocks = blocks();
      return new DeepPrompts(blocks.get(0), blocks, encoderInputs.subList(0, blocks.size()), false);
    }

    private TunedImageEncoder.TokenMix mix(List<Tensor> encoderInputs) {
      return new TunedImageEncoder.TokenMix(encoderInputs.get(encoderInputs.size() - 1), answered);
    }

    @Override
    List<Tensor> imageLosses(
        Batch image, int place, List<Tensor> encoderInputs, Tensor classFeatures) {
      VisionTransformer.Output read = vision.output(image.rows(), prompts(encoderInputs));
      Tensor features = vision.project(read.classRows()).unitRows();
      return List.of(
          crossEntropy(image, features, classFeatures),
          crossEntropy(image, mix(encoderInputs).tokenFeatures(read), classFeatures),
          apart(features, image.features()));
    }

    /** Computes t0, (C, E). */
    @Override
    Tensor computeTarget() {
      return TextFeatures.handCrafted(clip, classNames, template);
    }

    @Override
    List<Tensor> textLosses(Tensor classFeatures) {
      return List.of(apart(classFeatures, target()));
    }

    /** Computes the distance of unit rows: one minus the mean cosine. */
    private static Tensor apart(Tensor rows, Tensor others) {
      return rows.times(others).sum(1).mean().times(-1).plus(1);
    }

    @Override
    Tensor encode(Tensor images, List<Tensor> encoderInputs) {
      Tensor rows = vision.rows(images, blocks().get(0));
      if (answered == 1) {
        return vision.features(rows, prompts(encoderInputs)).unitRows();
      }
      VisionTransformer.Output read = vision.output(rows, prompts(encoderInputs));
      TunedImageEncoder.TokenMix mix = mix(encoderInputs);
      return mix.mixed(vision.project(read.classRows()).unitRows(), mix.tokenFeatures(read));
    }

    @Override
    TunedImageEncoder learned(List<Tensor> encoderInputs) {
      return new TunedImageEncoder(
          prompts(encoderInputs),
          Map.of(),
          answered == 1 ? Optional.empty() : Optional.of(mix(encoderInputs)));
    }
  }
}
