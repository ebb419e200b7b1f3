package org.kgcoop.method.encoder;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.DeepPrompts;
import org.kgcoop.clip.ProjectionDeltas;
import org.kgcoop.clip.TunedImageEncoder;
import org.kgcoop.clip.VisionTransformer;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.method.FitContext;
import org.kgcoop.method.FittedMethod;
import org.kgcoop.method.Method;
import org.kgcoop.method.SharedSettings;
import org.kgcoop.method.TaskContext;
import org.kgcoop.model.Batch;
import org.kgcoop.model.Head;
import org.kgcoop.model.Init;
import org.kgcoop.model.ModelInputs;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.prompt.PromptText;
import org.kgcoop.prompt.TextFeatures;
import org.kgcoop.settings.Declaration;
import org.kgcoop.settings.Setting;
import org.kgcoop.settings.SettingType;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * CLIP-LoRA: low-rank adapters for projections of the attention in both encoders. Zanella and Ben
 * Ayed, "Low-Rank Few-Shot Adaptation of Vision-Language Models", CVPR workshops 2024; code:
 * MaxZanella/CLIP-LoRA, {@code lora.py}, {@code loralib}.
 *
 * <pre>{@code
 * y = W x + b + (alpha / sqrt(rank)) B A drop(x)    for each adapted matrix W; B starts at 0
 * loss = cross entropy of 100 f . t
 * }</pre>
 *
 * <p>The factor 100 is a constant, independent of the model's logit scale. Dropout has a separate
 * mask for each matrix, each image and each class. The mask is a function of the seed, the step,
 * the matrix and the position, so that a resumed run uses the same masks. Without dropout, the
 * classes share the computation of their common text prefix. With dropout, no computation is
 * shared.
 *
 * <p>The optimizer is AdamW with learning rate 2e-4, weight decay 0.01, and a cosine schedule per
 * step down to 1e-6. The batch size is 32, and the last batch of an epoch may be smaller. The
 * published training has 500 steps per shot and ends within an epoch. This implementation trains
 * complete epochs until it reaches this number ({@link #epochs}).
 *
 * <p>There are several differences from the published code. Without dropout, the published code
 * computes gradients through W only, because it removes B A from the weights before the backward
 * pass; this implementation computes the gradient of the loss. The published code computes the
 * frozen part in float16. Its few-shot samples are different. A classifier of this implementation
 * runs the branches next to the frozen encoder. This takes a few percent more time and needs no
 * copy of the encoder. An exported encoder has the branches merged into its weights.
 *
 * @param rank the rank of A, (rank, W), and B, (W, rank); published: 2
 * @param alpha the scale of the branches; published: 1
 * @param dropout the probability that a training step drops an entry of x in the branch; published:
 *     0.25
 * @param matrices a subset of q, k, v and o, the output projection of the attention; published: q,
 *     k, v
 * @param textLayers the adapted blocks of the text encoder; published: all
 * @param imageLayers the adapted blocks of the image encoder; published: all
 * @param template the template of the texts; published: "a photo of a {}." for every data set
 */
public record ClipLora(
    int rank,
    double alpha,
    double dropout,
    List<String> matrices,
    Layers textLayers,
    Layers imageLayers,
    String template)
    implements EncoderMethod {
  public static final String ID = "clip-lora";
  public static final double DEFAULT_DROPOUT = 0.25;

  public static final Declaration<Method> DECLARATION =
      Declaration.of(ClipLora.class, ID, "CLIP-LoRA")
          .description(
              "Low-rank branches beside matrices of the attention in both encoders.",
              "y = W x + b + (alpha / sqrt(rank)) B A drop(x); loss = cross entropy of 100 f . t")
          .published(
              "Zanella and Ben Ayed, Low-Rank Few-Shot Adaptation of Vision-Language Models, CVPR"
                  + " workshops 2024",
              "https://github.com/MaxZanella/CLIP-LoRA")
          .needsVit()
          .settings(
              Setting.whole("rank", 2, "Rank of a branch").between(1, 10_000),
              Setting.number("alpha", 1, "A branch's factor times the root of its rank").above(0),
              Setting.number(
                      "dropout", DEFAULT_DROPOUT, "The share of a branch's input that a step drops")
                  .allowing("0 to below 1", n -> n >= 0 && n < 1),
              Setting.of(
                      "matrices",
                      SettingType.TEXTS,
                      List.of("q", "k", "v"),
                      "Matrices of the attention that have branches")
                  .allowing(
                      "some of q, k, v, o",
                      some -> !some.isEmpty() && ClipLora.MATRICES.containsAll(some)),
              Setting.of("text_layers", Layers.TYPE, Layers.ALL, "Blocks of the text encoder"),
              Setting.of("image_layers", Layers.TYPE, Layers.ALL, "Blocks of the image encoder"),
              SharedSettings.TEMPLATE);

  /** Published factor of the cosines. */
  private static final double SCALE = 100;

  private static final int BATCH = 32;
  private static final int STEPS_A_SHOT = 500;

  /** Largest published number of shots. */
  private static final int MAX_SHOTS = 16;

  private static final List<String> MATRICES = List.of("q", "k", "v", "o");

  public ClipLora {
    matrices = MATRICES.stream().filter(matrices::contains).toList();
    if (textLayers.isEmpty() && imageLayers.isEmpty()) {
      throw KgCoopException.configuration(
          "CLIP-LoRA: neither text_layers nor image_layers; expected some in one of the encoders");
    }
  }

  /**
   * Returns the number of epochs that contain at least the published 500 steps per shot, with
   * batches of 32 images. If all images are used, the number of shots is limited to the largest
   * published one.
   *
   * @param classes the number of classes to learn; 0 if unknown, which counts as 50
   * @param shots the number of images per class; 0 for all images
   * @param images the number of available images of these classes; 0 if unknown
   */
  public static int epochs(int classes, int shots, int images) {
    int known = classes == 0 ? 50 : classes;
    int trainingImages = shots > 0 ? known * shots : images > 0 ? images : known * MAX_SHOTS;
    int counted = shots > 0 ? shots : Math.min(MAX_SHOTS, ceiling(trainingImages, known));
    return ceiling(STEPS_A_SHOT * counted, ceiling(trainingImages, BATCH));
  }

  private static int ceiling(int number, int divisor) {
    return (number + divisor - 1) / divisor;
  }

  /** Returns the training settings for 16 shots of 50 classes. */
  @Override
  public Defaults defaults() {
    return new Defaults(epochs(0, MAX_SHOTS, 0), BATCH)
        .with("lr", 2e-4)
        .with("lr_unit", "step")
        .with("min_lr", 1e-6)
        .with("warmup", "none")
        .with("sampler", "random-all")
        .with("optimizer", "adamw")
        .with("weight_decay", 0.01);
  }

  @Override
  public Defaults defaults(TaskContext task) {
    return defaults().withEpochs(epochs(task.classes(), task.shots(), task.images()));
  }

  @Override
  public TrainableModel model(Clip clip, List<String> classNames, long seed) {
    return model(clip, classNames, seed, DropoutMasks.seeded(seed, dropout));
  }

  /** Creates a trainable model with the given dropout masks. */
  public TrainableModel model(FitContext context, DropoutMasks masks) {
    return model(context.clip(), context.classNames(), context.task().seed(), masks);
  }

  TrainableModel model(Clip clip, List<String> classNames, long seed, DropoutMasks masks) {
    return new Branches(
        clip,
        PromptText.handCrafted(clip, classNames, template),
        textBranches(clip),
        imageBranches(clip),
        seed,
        masks);
  }

  /**
   * Returns a classifier. The tensors can have their own names or the names of a published file.
   */
  @Override
  public Head classifier(Clip clip, FittedMethod learned, List<String> classNames) {
    Map<String, StoredTensor> named = learned.tensors();
    if (LoraNames.arePublished(named.keySet())) {
      List<String> own =
          Stream.of(textBranches(clip), imageBranches(clip))
              .flatMap(t -> t.names().stream())
              .toList();
      String settings =
          "matrices %s, text_layers %s and image_layers %s"
              .formatted(String.join(", ", matrices), textLayers, imageLayers);
      named = LoraNames.own(named, own, settings);
    }
    return EncoderMethod.super.classifier(
        clip, new FittedMethod(learned.method(), learned.classNames(), named), classNames);
  }

  private LowRank textBranches(Clip clip) {
    return branches("", textLayers.in("text_layers", clip.config().textLayers()));
  }

  private LowRank imageBranches(Clip clip) {
    return imageLayers.isEmpty()
        ? branches("visual.", List.of())
        : branches("visual.", imageLayers.in("image_layers", clip.adaptedVision(title()).layers()));
  }

  private LowRank branches(String encoder, List<Integer> blocks) {
    List<LowRank.Branch> branches =
        blocks.stream()
            .flatMap(block -> matrices.stream().map(m -> new LowRank.Branch(encoder, block, m)))
            .toList();
    return new LowRank(branches, alpha / Math.sqrt(rank), dropout);
  }

  private final class Branches extends EncoderModel {
    private final Clip clip;
    private final PromptText prompts;
    private final DropoutMasks masks;
    private final LowRank textBranches;
    private final LowRank imageBranches;
    private final @Nullable VisionTransformer vision; // null if the image encoder is not adapted
    private @Nullable TextFeatures unshared; // for dropout; created by the first step

    Branches(
        Clip clip,
        PromptText prompts,
        LowRank textBranches,
        LowRank imageBranches,
        long seed,
        DropoutMasks masks) {
      super(clip.device(), SCALE, new TextFeatures(clip, prompts));
      this.clip = clip;
      this.prompts = prompts;
      this.masks = masks;
      this.textBranches = textBranches;
      this.imageBranches = imageBranches;
      vision = imageBranches.isEmpty() ? null : clip.adaptedVision(title());
      try (Scope scope = Scope.open("start")) {
        start(textBranches, clip.config().textWidth(), seed);
        start(imageBranches, clip.config().vision().width(), seed);
      }
    }

    private void start(LowRank branches, int width, long seed) {
      for (LowRank.Branch branch : branches.branches()) {
        parameter(branch.a(), Init.weight(Init.random(seed, branch.a()), rank, width));
        parameter(branch.b(), Tensor.full(0, width, rank));
      }
    }

    @Override
    public ModelInputs inputs() {
      return vision == null
          ? ModelInputs.FEATURES
          : ModelInputs.rows(imageBranches.firstBlock(), false);
    }

    @Override
    EncoderInputs encoderInputs() {
      return new EncoderInputs(parameters(textBranches), parameters(imageBranches));
    }

    private List<Tensor> parameters(LowRank branches) {
      return branches.names().stream().map(this::parameter).toList();
    }

    @Override
    TextFeatures.Pass pass(TextFeatures text, List<Tensor> encoderInputs, long step) {
      if (dropout == 0) {
        return text.pass(encoderInputs, whole());
      }
      if (unshared == null) {
        unshared = new TextFeatures(clip, new PromptText(prompts.texts(), 0, false, 0));
      }
      return unshared.pass(
          encoderInputs,
          (inputs, from, layout) ->
              textBranches.additions(
                  inputs,
                  matrix -> masks(step, matrix, from, layout.texts(), layout.longest(), inputs)));
    }

    @Override
    Tensor texts(TextFeatures text, List<Tensor> encoderInputs) {
      return text.all(encoderInputs, whole());
    }

    /** Returns the branches of the text encoder without dropout. */
    private TextFeatures.ProjectionTerms whole() {
      return (inputs, from, layout) -> textBranches.additions(inputs, null);
    }

    /** Returns the masks of consecutive images or classes, (count length, W). */
    private Tensor masks(
        long step, String matrix, int from, int count, int length, List<Tensor> inputs) {
      int width = Math.toIntExact(inputs.get(0).size(1));
      List<Tensor> each =
          IntStream.range(from, from + count)
              .mapToObj(place -> masks.of(step, matrix, place, length, width))
              .toList();
      return (count == 1 ? each.get(0) : Tensor.concat(each, 0)).to(inputs.get(0).device());
    }

    @Override
    List<Tensor> imageLosses(
        Batch image, int place, List<Tensor> encoderInputs, Tensor classFeatures) {
      if (vision == null) {
        return List.of(crossEntropy(image, image.features(), classFeatures));
      }
      Tensor rows = image.rows();
      int length = Math.toIntExact(rows.size(1));
      Function<String, Tensor> dropped =
          matrix -> masks(image.step(), matrix, place, 1, length, encoderInputs);
      IntFunction<ProjectionDeltas> additions =
          imageBranches.additions(encoderInputs, dropout == 0 ? null : dropped);
      Tensor features = vision.features(rows, imageBranches.firstBlock(), additions).unitRows();
      return List.of(crossEntropy(image, features, classFeatures));
    }

    @Override
    Tensor encode(Tensor images, List<Tensor> encoderInputs) {
      VisionTransformer own = Objects.requireNonNull(vision, "the image encoder is the CLIP's own");
      int first = imageBranches.firstBlock();
      return own.features(
              own.rows(images, first), first, imageBranches.additions(encoderInputs, null))
          .unitRows();
    }

    @Override
    TunedImageEncoder learned(List<Tensor> encoderInputs) {
      return new TunedImageEncoder(
          new DeepPrompts(0, List.of()),
          imageBranches.merged(encoderInputs, this::frozen),
          Optional.empty());
    }

    private Tensor frozen(String weight) {
      StoredTensor stored = Objects.requireNonNull(clip.stored().get(weight), weight);
      return stored.tensor().to(DType.FLOAT32).to(clip.device());
    }

    @Override
    public void close() {
      super.close();
      if (unshared != null) {
        unshared.close();
      }
    }
  }
}
