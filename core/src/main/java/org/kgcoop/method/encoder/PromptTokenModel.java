package org.kgcoop.method.encoder;

import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.DeepPrompts;
import org.kgcoop.clip.TunedImageEncoder;
import org.kgcoop.clip.VisionTransformer;
import org.kgcoop.model.Batch;
import org.kgcoop.model.ModelInputs;
import org.kgcoop.prompt.DeepTextPrompts;
import org.kgcoop.prompt.PromptText;
import org.kgcoop.prompt.TextFeatures;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * Trainable model with learned tokens in the first blocks of the encoders, for MaPLe, IVLP, VPT and
 * PromptSRC. At depth J, each of the blocks 0 to J - 1 has its own tokens, inserted before the
 * block.
 */
abstract class PromptTokenModel extends EncoderModel {
  private final @Nullable VisionTransformer vision; // null if the image encoder is not trained

  /**
   * Creates a model without parameters. Subclasses add them with {@link #parameter}.
   *
   * @param text the texts of the classes
   * @param textDepth the depth of the text encoder, 0 if it is not trained; the tokens before block
   *     0 are the context vectors of the text
   * @param imageDepth the depth of the image encoder, 0 if it is not trained
   * @param method the title of the method, for messages
   */
  PromptTokenModel(Clip clip, PromptText text, int textDepth, int imageDepth, String method) {
    this(
        vision(
            clip, textDepth, imageDepth, method), // checks the model before the texts are created
        clip,
        text,
        textDepth);
  }

  private PromptTokenModel(
      @Nullable VisionTransformer vision, Clip clip, PromptText text, int textDepth) {
    super(
        clip.device(),
        clip.logitScale(),
        new TextFeatures(
            clip,
            text,
            textDepth < 2
                ? null
                : new DeepTextPrompts.Shared(1, textDepth - 1, text.contextTokens(), false)));
    this.vision = vision;
  }

  private static @Nullable VisionTransformer vision(
      Clip clip, int textDepth, int imageDepth, String method) {
    checkDepth(method, "text", textDepth, clip.config().textLayers());
    if (imageDepth == 0) {
      return null;
    }
    VisionTransformer vision = clip.promptedVision(method);
    checkDepth(method, "image", imageDepth, vision.layers());
    return vision;
  }

  private static void checkDepth(String method, String encoder, int depth, int blocks) {
    if (depth > blocks) {
      throw KgCoopException.configuration(
          "%s's depth %s: the %s encoder of this CLIP has %s blocks; expected at most as many: give it with --set, or the CLIP that was learned on"
              .formatted(method, depth, encoder, blocks));
    }
  }

  @Override
  public ModelInputs inputs() {
    return vision == null ? ModelInputs.FEATURES : ModelInputs.rows(0, false);
  }

  /** Returns only the cross-entropy. */
  @Override
  List<Tensor> imageLosses(
      Batch image, int place, List<Tensor> encoderInputs, Tensor classFeatures) {
    return List.of(crossEntropy(image, features(image, encoderInputs), classFeatures));
  }

  /** Computes the unit feature of an image with the given tokens, (1, E). */
  final Tensor features(Batch image, List<Tensor> encoderInputs) {
    return vision == null
        ? image.features()
        : vision.features(image.rows(), new DeepPrompts(0, encoderInputs)).unitRows();
  }

  @Override
  final Tensor encode(Tensor images, List<Tensor> encoderInputs) {
    VisionTransformer own = Objects.requireNonNull(vision, "the image encoder is the CLIP's own");
    return own.features(own.rows(images, 0), new DeepPrompts(0, encoderInputs)).unitRows();
  }

  @Override
  final TunedImageEncoder learned(List<Tensor> encoderInputs) {
    return TunedImageEncoder.of(new DeepPrompts(0, encoderInputs));
  }

  /** Adds the parameters of the image encoder. */
  final void addImageRows(Clip clip, long seed, int tokens, int depth) {
    try (Scope scope = Scope.open("start")) {
      for (String name : imageNames(depth)) {
        normal(name, seed, ContextInit.DEVIATION, tokens, clip.config().vision().width());
      }
    }
  }

  /** Returns the current image tokens. */
  final List<Tensor> imageRows(int depth) {
    return imageNames(depth).stream().map(this::parameter).toList();
  }

  /** Returns the names of the image tokens of each block, starting at block 0. */
  private static List<String> imageNames(int depth) {
    return names("image_encoder.VPT", "image_encoder", depth);
  }

  /** Returns the names of the tokens of each block of an encoder, starting at block 0. */
  static List<String> names(String first, String encoder, int depth) {
    return IntStream.range(0, depth)
        .mapToObj(i -> i == 0 ? first : encoder + ".transformer.resblocks." + i + ".VPT_shallow")
        .toList();
  }
}
