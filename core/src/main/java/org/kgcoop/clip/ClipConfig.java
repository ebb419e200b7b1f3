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
 * The sizes of a CLIP model. The shapes of the weights determine all of them, except the
 * activation, head widths other than 64, and the form. The rules are those of OpenAI's loader.
 *
 * @param embedDim E, the width of the joint space
 * @param imageResolution R, the side of the images in pixels
 * @param channels the number of channels of the images, 3 or 1
 * @param text the text encoder
 * @param activation the activation of the transformer blocks; the form may have another one for
 *     images
 * @param vision the image encoder
 * @param form the differences from the released models
 */
public record ClipConfig(
    int embedDim,
    int imageResolution,
    int channels,
    Text text,
    Activation activation,
    Vision vision,
    Form form) {

  /**
   * The sizes of a text encoder.
   *
   * @param contextLength L, the maximum number of tokens of a text, with its start and end
   * @param vocabularySize the number of token ids
   * @param width W
   * @param heads the number of attention heads
   * @param layers the number of blocks
   */
  public record Text(int contextLength, int vocabularySize, int width, int heads, int layers) {}

  /** Creates a configuration with the form of the released models. */
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
        new Text(contextLength, vocabularySize, textWidth, textHeads, textLayers),
        activation,
        vision,
        Form.RELEASED);
  }

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

  /**
   * Settings that no shape shows.
   *
   * @param textEpsilon the epsilon of the layer norms of the text encoder
   * @param visionEpsilon the epsilon of the layer norms of a vision transformer
   * @param text the kind of text encoder
   * @param image the kind of vision transformer
   * @param visionActivation the activation of a vision transformer, or null for that of the text
   *     encoder
   */
  public record Form(
      double textEpsilon,
      double visionEpsilon,
      TextForm text,
      ImageForm image,
      @Nullable Activation visionActivation) {
    public static final Form RELEASED = new Form(1e-5, 1e-5, true);

    /** Creates a form of CLIP with one activation for both encoders. */
    public Form(double textEpsilon, double visionEpsilon, boolean causal) {
      this(textEpsilon, visionEpsilon, new TextForm(causal, false), ImageForm.CLASS_TOKEN, null);
    }

    /** Returns true if a text token attends only to the tokens before it. */
    public boolean causal() {
      return text.causal();
    }

    /** Returns the form with another kind of vision transformer. */
    public Form with(ImageForm other) {
      return new Form(textEpsilon, visionEpsilon, text, other, visionActivation);
    }

    /** Returns the form with other epsilons and another activation of images. */
    public Form with(double text, double images, @Nullable Activation otherVisionActivation) {
      return new Form(text, images, this.text, image, otherVisionActivation);
    }
  }

  /**
   * The kind of a text encoder.
   *
   * @param causal true if a token attends only to the tokens before it; false if it attends to the
   *     entire text, including padding
   * @param readsLast true if the feature is read at the last position, and projected with a bias;
   *     false if it is read at the end of the text
   * @param bert true for an encoder as BERT: norms follow the sums, a token attends to the entire
   *     text but not to padding, and the feature is read at the first position
   */
  public record TextForm(boolean causal, boolean readsLast, boolean bert) {
    /** Creates a form with norms before the blocks. */
    public TextForm(boolean causal, boolean readsLast) {
      this(causal, readsLast, false);
    }

    /** Returns true if nothing after the end of a text is read, so that texts can be cut there. */
    public boolean endsAtEndOfText() {
      return causal || bert;
    }
  }

  /**
   * The kind of a vision transformer.
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

  /** Returns the number of attention heads of the pooling of a vision transformer. */
  public int poolHeads() {
    Pool pool = form.image().pool();
    return pool == null || pool.heads() == 0 ? vision.heads() : pool.heads();
  }

  /** Returns the activation of a vision transformer. */
  public Activation visionActivation() {
    return form.visionActivation() == null ? activation : form.visionActivation();
  }

  /** The sizes of the image encoder. */
  public sealed interface Vision permits Vit, ResNet {
    int width();

    int heads();
  }

  /**
   * The sizes of a vision transformer.
   *
   * @param width W of the encoder
   * @param layers the number of blocks
   * @param patch the side of a patch in pixels
   * @param heads the number of attention heads
   */
  public record Vit(int width, int layers, int patch, int heads) implements Vision {}

  /**
   * The sizes of a modified ResNet.
   *
   * @param width the number of channels after the stem
   * @param layers the number of bottleneck blocks of each of the four stages
   * @param heads the number of attention heads of the pooling
   */
  public record ResNet(int width, List<Integer> layers, int heads) implements Vision {
    public ResNet {
      layers = List.copyOf(layers);
    }
  }

  /**
   * The settings from a configuration file or an option.
   *
   * @param textHeads the number of heads, or 0 for the family's default
   * @param visionHeads the number of heads, or 0 for the family's default
   * @param imageSize the side of the images, or 0 if the patches cover them exactly
   * @param contextLength L, or 0 if the table of positions has as many rows
   */
  public record FileConfig(
      Activation activation,
      int textHeads,
      int visionHeads,
      int imageSize,
      int contextLength,
      Form form) {
    /** The settings of OpenAI's models: QuickGELU and heads of width 64. */
    public static final FileConfig RELEASED =
        new FileConfig(Activation.QUICK_GELU, 0, 0, 0, Form.RELEASED);

    /** Creates settings with a context length of all positions. */
    public FileConfig(
        Activation activation, int textHeads, int visionHeads, int imageSize, Form form) {
      this(activation, textHeads, visionHeads, imageSize, 0, form);
    }

    /** Returns the settings with another activation, for both encoders. */
    FileConfig with(Activation other) {
      Form same = form.with(form.textEpsilon(), form.visionEpsilon(), null);
      return new FileConfig(other, textHeads, visionHeads, imageSize, contextLength, same);
    }

    /** Returns the settings with another form. */
    public FileConfig with(Form other) {
      return new FileConfig(activation, textHeads, visionHeads, imageSize, contextLength, other);
    }
  }

  /**
   * Infers the configuration from shapes.
   *
   * @param shapes the shapes of all weights, under their released names
   * @param assumedHeads the number of heads of an encoder without a configuration, by its width
   * @param source the file, for error messages
   */
  static ClipConfig infer(
      Map<String, long[]> shapes,
      FileConfig fileConfig,
      IntUnaryOperator assumedHeads,
      String source) {
    Shapes s = new Shapes(shapes, source);
    int embedDim = s.length("text_projection", 1, 2);
    int textWidth = s.length("ln_final.weight", 0, 1);
    boolean isVit = !shapes.containsKey("visual.layer1.0.conv1.weight");
    int width = s.length(isVit ? "visual.conv1.weight" : "visual.layer1.0.conv1.weight", 0, 4);
    int patch = isVit ? s.length("visual.conv1.weight", 3, 4) : 32;
    IntFunction<Integer> layers = stage -> s.count("visual.layer" + stage + ".");
    int heads =
        s.heads(fileConfig.visionHeads(), assumedHeads, isVit ? width : 32 * width, "vision");
    Vision vision =
        isVit
            ? new Vit(width, s.count("visual.transformer.resblocks."), patch, heads)
            : new ResNet(width, IntStream.rangeClosed(1, 4).mapToObj(layers).toList(), heads);
    int resolution =
        s.side(
            isVit ? "visual.positional_embedding" : "visual.attnpool.positional_embedding",
            isVit ? fileConfig.form().image().rowsBesidePatches() : 1,
            patch,
            fileConfig.imageSize());
    return new ClipConfig(
        embedDim,
        resolution,
        s.length("visual.conv1.weight", 1, 4),
        new Text(
            s.length("positional_embedding", 0, 2),
            s.length("token_embedding.weight", 0, 2),
            textWidth,
            s.heads(fileConfig.textHeads(), assumedHeads, textWidth, "text"),
            s.count("transformer.resblocks.")),
        fileConfig.activation(),
        vision,
        fileConfig.form());
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
