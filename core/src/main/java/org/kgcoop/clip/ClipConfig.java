package org.kgcoop.clip;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;

/**
 * The configuration of a CLIP model: two encoders, and the sizes that they share. The files of
 * Hugging Face ({@link HuggingFaceConfig}) and of OpenCLIP ({@link OpenClipConfig}) are two
 * encodings of it. Both have a part for texts and a part for images, as this record has.
 *
 * <p>The shapes of the weights determine all sizes except head widths other than 64. A
 * configuration that is read from a file has 0 for each size that it leaves to the weights, until
 * {@link #completed} adds the sizes of the shapes. The rules are those of OpenAI's loader.
 *
 * @param embedDim E, the width of the joint space
 * @param imageResolution R, the side of the images in pixels
 * @param channels the number of channels of the images, 3 or 1
 * @param text the text encoder
 * @param vision the image encoder
 */
public record ClipConfig(
    int embedDim, int imageResolution, int channels, Text text, Vision vision) {
  private static final double EPSILON = 1e-5;

  /** The settings of OpenAI's models, whose sizes the weights have: QuickGELU, heads of 64. */
  public static final ClipConfig RELEASED =
      ofFile(
          0,
          new Text(0, 0, 0, 0, 0, Activation.QUICK_GELU, EPSILON, TextForm.CAUSAL),
          new Vit(0, 0, 0, 0));

  /** Creates a configuration of OpenAI's kind, with one activation for both encoders. */
  public ClipConfig(
      int embedDim,
      int imageResolution,
      int channels,
      int contextLength,
      int vocabularySize,
      int textWidth,
      int textHeads,
      int textLayers,
      Activation activation,
      Vision vision) {
    this(
        embedDim,
        imageResolution,
        channels,
        RELEASED
            .text
            .sized(contextLength, vocabularySize, textWidth, textHeads, textLayers)
            .with(activation),
        vision.with(activation));
  }

  /**
   * Creates the configuration of a file. It has only the sizes that the file has.
   *
   * @param imageResolution R, or 0 if the patches cover the images exactly
   * @param text with heads, or 0 for those of the family; its context length may be L, or 0 if the
   *     table of positions has L rows
   * @param vision with heads, or 0 for those of the family
   */
  public static ClipConfig ofFile(int imageResolution, Text text, Vision vision) {
    return new ClipConfig(0, imageResolution, 0, text, vision);
  }

  /** Returns this configuration with another activation, for both encoders. */
  ClipConfig with(Activation activation) {
    return new ClipConfig(
        embedDim, imageResolution, channels, text.with(activation), vision.with(activation));
  }

  /**
   * A text encoder.
   *
   * @param contextLength L, the maximum number of tokens of a text, with its start and end
   * @param vocabularySize the number of token ids
   * @param width W
   * @param heads the number of attention heads
   * @param layers the number of blocks
   * @param activation the activation of the blocks
   * @param epsilon the epsilon of the layer norms
   * @param form the kind of text encoder
   */
  public record Text(
      int contextLength,
      int vocabularySize,
      int width,
      int heads,
      int layers,
      Activation activation,
      double epsilon,
      TextForm form) {
    /** Returns an encoder of this kind with other sizes. */
    public Text sized(int contextLength, int vocabularySize, int width, int heads, int layers) {
      return new Text(
          contextLength, vocabularySize, width, heads, layers, activation, epsilon, form);
    }

    /** Returns this encoder with another activation. */
    public Text with(Activation other) {
      return with(heads, other, epsilon);
    }

    /** Returns this encoder with the settings of a file. */
    public Text with(int heads, Activation activation, double epsilon) {
      return new Text(
          contextLength, vocabularySize, width, heads, layers, activation, epsilon, form);
    }
  }

  /** The kinds of text encoders. */
  public enum TextForm {
    /** CLIP's: a token attends to those before it. The feature is read at the end of the text. */
    CAUSAL,
    /** A token attends to all positions. The feature is read at the end of the text. */
    WHOLE,
    /**
     * SigLIP's: a token attends to all positions. The feature is read at the last position, and
     * projected with a bias.
     */
    LAST,
    /**
     * BERT's: norms follow the sums, a token attends to the entire text but not to padding, and the
     * feature is read at the first position.
     */
    BERT;

    /** Returns true if a token attends only to the tokens before it. */
    public boolean isCausal() {
      return this == CAUSAL;
    }

    /** Returns true if the feature is read at the last position, after padding. */
    public boolean readsLast() {
      return this == LAST;
    }

    /** Returns true for an encoder as BERT. */
    public boolean isBert() {
      return this == BERT;
    }

    /** Returns true if nothing after the end of a text is read, so that texts can be cut there. */
    public boolean endsAtEndOfText() {
      return this == CAUSAL || this == BERT;
    }
  }

  /** An image encoder. */
  public sealed interface Vision permits Vit, ResNet {
    int width();

    int heads();

    /** Returns this encoder with another activation. */
    Vision with(Activation other);

    /** Returns this encoder with the settings of a file. */
    Vision with(int heads, Activation activation, double epsilon);
  }

  /**
   * A vision transformer.
   *
   * @param width W of the encoder
   * @param layers the number of blocks
   * @param patch the side of a patch in pixels
   * @param heads the number of attention heads
   * @param activation the activation of the blocks
   * @param epsilon the epsilon of the layer norms
   * @param form the parts around the blocks
   */
  public record Vit(
      int width,
      int layers,
      int patch,
      int heads,
      Activation activation,
      double epsilon,
      ImageForm form)
      implements Vision {
    /** Creates an encoder of OpenAI's kind. */
    public Vit(int width, int layers, int patch, int heads) {
      this(width, layers, patch, heads, Activation.QUICK_GELU, EPSILON, ImageForm.CLASS_TOKEN);
    }

    /** Returns an encoder of this kind with other sizes. */
    public Vit sized(int width, int layers, int patch, int heads) {
      return new Vit(width, layers, patch, heads, activation, epsilon, form);
    }

    @Override
    public Vit with(Activation other) {
      return with(heads, other, epsilon);
    }

    @Override
    public Vit with(int heads, Activation activation, double epsilon) {
      return new Vit(width, layers, patch, heads, activation, epsilon, form);
    }
  }

  /**
   * A modified ResNet. Its activation and the epsilon of its norms are always the same.
   *
   * @param width the number of channels after the stem
   * @param layers the number of bottleneck blocks of each of the four stages
   * @param heads the number of attention heads of the pooling
   */
  public record ResNet(int width, List<Integer> layers, int heads) implements Vision {
    public ResNet {
      layers = List.copyOf(layers);
    }

    @Override
    public ResNet with(Activation other) {
      return this;
    }

    @Override
    public ResNet with(int heads, Activation activation, double epsilon) {
      return new ResNet(width, layers, heads);
    }
  }

  /**
   * The parts of a vision transformer around its blocks.
   *
   * @param classToken true if a CLS token is in front of the patches
   * @param preNorm true if a norm is in front of the first block
   * @param patchBias true if the embedding of patches has a bias
   * @param pool the attention pooling that computes the feature, or null if it is a projection of
   *     the CLS token
   * @param rotary true if the blocks rotate queries and keys by the place of the patch, see {@link
   *     RotaryPositions}
   */
  public record ImageForm(
      boolean classToken, boolean preNorm, boolean patchBias, @Nullable Pool pool, boolean rotary) {
    /** CLIP's kind. */
    public static final ImageForm CLASS_TOKEN = new ImageForm(true, true, false, null, false);

    public ImageForm {
      if (pool == null && (!classToken || rotary)) {
        throw new IllegalArgumentException(
            "no CLS token, or rotary positions: expected an attention pooling");
      }
    }

    /** Returns true if an attention pooling computes the feature. */
    public boolean attentionPool() {
      return pool != null;
    }

    /** Returns true if a projection computes the feature from the CLS token or the pooling. */
    public boolean projected() {
      return pool == null || pool.projected();
    }

    /** Returns the number of rows of the position table that do not belong to patches. */
    public int rowsBesidePatches() {
      return classToken ? 1 : 0;
    }
  }

  /**
   * An attention pooling.
   *
   * @param heads the number of attention heads, or 0 for that of the blocks
   * @param projected true if a projection follows
   */
  public record Pool(int heads, boolean projected) {}

  /** L, how many tokens a text may have with its two marks. */
  public int contextLength() {
    return text.contextLength();
  }

  /** The number of token ids. */
  public int vocabularySize() {
    return text.vocabularySize();
  }

  /** W of the text encoder. */
  public int textWidth() {
    return text.width();
  }

  /** The attention heads of the text encoder. */
  public int textHeads() {
    return text.heads();
  }

  /** The blocks of the text encoder. */
  public int textLayers() {
    return text.layers();
  }

  /** Returns the activation of the image encoder, which is that of the texts for a ResNet. */
  public Activation visionActivation() {
    return vision instanceof Vit vit ? vit.activation() : text.activation();
  }

  /** Returns the epsilon of the norms of the image encoder. */
  public double visionEpsilon() {
    return vision instanceof Vit vit ? vit.epsilon() : EPSILON;
  }

  /** Returns the parts of the image encoder, which are those of CLIP for a ResNet. */
  public ImageForm imageForm() {
    return vision instanceof Vit vit ? vit.form() : ImageForm.CLASS_TOKEN;
  }

  /** Returns the number of attention heads of the pooling of a vision transformer. */
  public int poolHeads() {
    Pool pool = imageForm().pool();
    return pool == null || pool.heads() == 0 ? vision.heads() : pool.heads();
  }

  /**
   * Returns this configuration of a file with the sizes that the weights have.
   *
   * @param shapes the shapes of all weights, under their released names
   * @param assumedHeads the number of heads of an encoder without heads, by its width
   * @param source the file, for error messages
   * @throws KgCoopException if the shapes are not those of a CLIP, or are not those of the file
   */
  ClipConfig completed(Map<String, long[]> shapes, IntUnaryOperator assumedHeads, String source) {
    Shapes s = new Shapes(shapes, source);
    int joint = s.length("text_projection", 1, 2);
    int textWidth = s.length("ln_final.weight", 0, 1);
    boolean isVit = !shapes.containsKey("visual.layer1.0.conv1.weight");
    int width = s.length(isVit ? "visual.conv1.weight" : "visual.layer1.0.conv1.weight", 0, 4);
    int patch = isVit ? s.length("visual.conv1.weight", 3, 4) : 32;
    IntFunction<Integer> layers = stage -> s.count("visual.layer" + stage + ".");
    int heads = s.heads(vision.heads(), assumedHeads, isVit ? width : 32 * width, "vision");
    Vision sized =
        isVit
            ? new Vit(
                width,
                s.count("visual.transformer.resblocks."),
                patch,
                heads,
                visionActivation(),
                visionEpsilon(),
                imageForm())
            : new ResNet(width, IntStream.rangeClosed(1, 4).mapToObj(layers).toList(), heads);
    int resolution =
        s.side(
            isVit ? "visual.positional_embedding" : "visual.attnpool.positional_embedding",
            isVit ? imageForm().rowsBesidePatches() : 1,
            patch,
            imageResolution);
    return new ClipConfig(
        joint,
        resolution,
        s.length("visual.conv1.weight", 1, 4),
        text.sized(
            s.length("positional_embedding", 0, 2),
            s.length("token_embedding.weight", 0, 2),
            textWidth,
            s.heads(text.heads(), assumedHeads, textWidth, "text"),
            s.count("transformer.resblocks.")),
        sized);
  }

  /** Sizes from tensor shapes. Errors contain the name of the tensor. */
  private record Shapes(Map<String, long[]> shapes, String source) {

    int length(String key, int axis, int rank) {
      long[] shape = shapes.get(key);
      if (shape == null) {
        throw KgCoopException.weights(
            ("%s: not a CLIP: no tensor '%s' among its %s; expected the names of the released "
                    + "files (a Hugging Face model is given as its folder, with config.json)")
                .formatted(source, key, shapes.size()));
      }
      if (shape.length != rank || shape[axis] < 1 || shape[axis] > Integer.MAX_VALUE) {
        throw KgCoopException.weights(
            "%s: '%s' has shape %s; expected %s axes of at least 1"
                .formatted(source, key, Arrays.toString(shape), rank));
      }
      return (int) shape[axis];
    }

    /** Returns the number of attention heads of an encoder. */
    int heads(int configured, IntUnaryOperator assumed, int width, String encoder) {
      int heads = configured > 0 ? configured : assumed.applyAsInt(width);
      if (width % heads != 0) {
        throw KgCoopException.weights(
            ("%s: %s width %s does not divide into %s heads; specify them in a config.json next to "
                    + "the weights")
                .formatted(source, encoder, width, heads));
      }
      return heads;
    }

    /** Returns the number of distinct numbers after a prefix. */
    int count(String prefix) {
      long count =
          shapes.keySet().stream()
              .filter(key -> key.startsWith(prefix))
              .map(key -> key.substring(prefix.length()).split("\\.", 2)[0])
              .distinct()
              .count();
      if (count == 0) {
        throw KgCoopException.weights(
            source + ": not a CLIP: no tensor '" + prefix + "0...' among its " + shapes.size());
      }
      return (int) count;
    }

    /**
     * Returns the image side for a table of positions.
     *
     * @param more the number of rows that are not positions of an image
     * @param unit the number of pixels per position
     * @param configured the configured side, which may not be a multiple of the unit; or 0
     */
    int side(String key, int more, int unit, int configured) {
      int rows = length(key, 0, 2) - more;
      int grid = (int) Math.round(Math.sqrt(rows));
      if (grid < 1 || grid * grid != rows) {
        throw KgCoopException.weights(
            "%s: '%s' has %s rows; expected %sa square number of positions"
                .formatted(source, key, rows + more, more == 0 ? "" : more + " and "));
      }
      if (configured > 0 && configured / unit != grid) {
        throw KgCoopException.weights(
            ("%s: its configuration has images of %s pixels, with %s positions of %s per"
                    + " side; '%s' has %s")
                .formatted(source, configured, configured / unit, unit, key, grid));
      }
      return configured > 0 ? configured : unit * grid;
    }
  }
}
